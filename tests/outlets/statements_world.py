"""Statements with a canary in every word, at the hidden place: no outlet of the site may show any of them."""

import uuid
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

from tests.outlets.canaries import canary, poison


def seed_statements(world: Any) -> None:
    """One of each kind of row about the visible consultation, and a draft."""
    from apps.consultations.models import Consultation
    from apps.statements.models import Attachment, Segment, Statement
    from apps.statements.services import drafts, weighing
    from apps.statements.services.submission import Who, submit_statement
    from tests.outlets.world import hidden_point

    plan = Consultation.objects.get(public_id=world.visible["consultations"])
    for state in ("confirmed", "withdrawn"):
        key = uuid.uuid4()
        draft = drafts.keep_draft(consultation=plan, number=key, values={})
        drafts.add_place(draft=draft, geometry=hidden_point())
        drafts.add_reference(draft=draft, document=world.papers[0], page=canary("page", state))
        name = default_storage.save(f"statements/00/{key.hex}.pdf", ContentFile(canary("file", state).encode()))
        Attachment.objects.create(
            municipality=world.town,
            draft=draft,
            kind="pdf",
            name=canary("name", state),
            file=name,
            sha256="0" * 64,
            size_bytes=1,
        )
        statement = submit_statement(
            consultation=plan,
            text=canary("statement", "text", state),
            key=key,
            who=Who(
                canary("who", state), f"{canary('email', state)}@rasterstadt.example", canary("street"), canary("o")
            ),
            draft=draft,
        ).statement
        segment = weighing.add_segment(
            statement=statement,
            actor=None,
            values={"text": "x", "tags": [canary("tag", state)], "place": hidden_point()},
        )
        poison(segment, state=state, sparing={"tags"})
        Statement.objects.filter(pk=statement.pk).update(
            confirmation="confirmed",
            anonymised_text=canary("anonymised", state),
            withdrawn_at=timezone.now() if state == "withdrawn" else None,
        )
        assert Segment.objects.filter(statement=statement).exists()
    weighing.group_statements(consultation=plan, actor=None, title=canary("group"), numbers=[1, 2])
    drafts.keep_draft(consultation=plan, number=uuid.uuid4(), values={"text": canary("draft", "text")})
