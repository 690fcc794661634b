"""The demonstration town's statements on its running consultation, with a first concern weighed."""

import uuid
from pathlib import Path

from django.contrib.gis.db.models.functions import PointOnSurface
from django.db import transaction
from django.utils import timezone

from apps.consultations.codes import State
from apps.consultations.models import Consultation
from apps.places.models import Municipality
from apps.statements.models import Authority, Statement
from apps.statements.rounds import round_at
from apps.statements.services import drafts, weighing
from apps.statements.services.authorities import add_authority
from apps.statements.services.submission import Who, submit_statement

_KEYS = uuid.UUID("6f1c7a52-5d8e-4b0e-9a67-0c6a2b7d9e11")
TEXTS = (
    ("Am Abend ist die Straße schon heute laut. Bitte planen Sie Tempo 30 und mehr Bäume am Rand.", "Anna Muster"),
    ("Wo soll das Regenwasser hin? Im Juni stand bei uns der Keller unter Wasser.", ""),
    ("Bitte denken Sie an einen sicheren Radweg zur Schule.", "Familie Beispiel"),
)
BODIES = (("Landratsamt, Untere Wasserbehörde", "Gewässer"), ("Nachbargemeinde", "Raumordnung"))


@transaction.atomic
def load(town: Municipality, folder: Path) -> str:
    """Add three statements and two bodies; running it twice changes nothing."""
    for name, remit in BODIES:
        if not Authority.objects.filter(municipality=town, name=name).exists():
            add_authority(municipality=town, values={"name": name, "remit": remit})
    plan = Consultation.objects.filter(municipality=town, state=State.OPEN).order_by("ends_on", "pk").first()
    now = timezone.now()
    if plan is None or round_at(plan, now) is None:
        return "Stellungnahmen: kein laufendes Verfahren"
    if Statement.objects.filter(municipality=town).exists():
        return "Stellungnahmen: sind schon da"
    inside = Consultation.objects.filter(pk=plan.pk).values_list(PointOnSurface("area"), flat=True).get()
    for number, (text, name) in enumerate(TEXTS):
        key = uuid.uuid5(_KEYS, f"{plan.public_id} {number}")
        draft = drafts.keep_draft(consultation=plan, number=key, values={})
        if number == 0:
            drafts.add_place(draft=draft, geometry=inside)
        submit_statement(consultation=plan, text=text, key=key, who=Who(name=name), draft=draft, at=now)
    first = Statement.objects.get(consultation=plan, number=1)
    weighing.add_segment(
        statement=first,
        actor=None,
        values={
            "text": "Die Straße ist am Abend laut; gewünscht werden Tempo 30 und Bäume am Rand.",
            "tags": ["Lärm", "Grün"],
            "place": inside,
            "proposal": "Teilweise folgen: Bäume werden festgesetzt, Tempo 30 regelt der Plan nicht.",
        },
    )
    return f"Stellungnahmen: {len(TEXTS)} zu „{plan.title}“"
