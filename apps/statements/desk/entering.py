"""Letters, mails and what was said at the counter, written down by staff through the same service."""

import uuid
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.access import staff_form
from apps.accounts.requests import StaffRequest
from apps.consultations.models import Consultation
from apps.consultations.periods.moments import local_midnight
from apps.consultations.phases import Role
from apps.contributions.idempotency import KeyReused
from apps.contributions.photos import PhotoRefused
from apps.geo.editing import ChangeRefused
from apps.statements.attachments import AttachmentRefused, keep_attachment
from apps.statements.codes import STAFF, Channel
from apps.statements.desk.forms import EnteredForm
from apps.statements.desk.reading import find_consultation
from apps.statements.services.drafts import keep_draft
from apps.statements.services.submission import Submitted, Who, submit_statement

WHO = ("name", "email", "postal_address", "organisation")


@staff_form(*STAFF)
def enter(request: StaffRequest, public_id: str) -> HttpResponse:
    """One statement that did not come through the site; that of an invited body closes its invitation."""
    consultation = find_consultation(request, public_id)
    first = {"key": uuid.uuid4(), "channel": Channel.LETTER, "received_on": timezone.localdate()}
    form = EnteredForm(consultation, request.POST or None, request.FILES or None, initial=first)
    if request.method == "POST" and form.is_valid():
        try:
            stored = _store(request, consultation, form.cleaned_data)
        except (AttachmentRefused, PhotoRefused) as refusal:
            form.add_error("file", str(refusal))
        except (ChangeRefused, KeyReused) as refusal:
            form.add_error(None, str(refusal))
        else:
            number = stored.statement.number
            messages.success(request, _("Stellungnahme %(n)d ist eingetragen.") % {"n": number})
            return redirect("statements:desk_work", public_id, number)
    context = {"consultation": consultation, "form": form, "step": "enter"}
    return render(request, "statements/desk/enter.html", context, status=422 if form.errors else 200)


def _store(request: StaffRequest, consultation: Consultation, data: dict[str, Any]) -> Submitted:
    """Store what was typed. A day that is over counts from its beginning, so that nothing becomes late by it."""
    day, now = data["received_on"], timezone.now()
    with transaction.atomic():
        draft = None
        if data["file"]:
            draft = keep_draft(consultation=consultation, number=data["key"], values={}, role=Role.PLANNER)
            keep_attachment(draft=draft, upload=data["file"])
        return submit_statement(
            consultation=consultation,
            text=data["text"],
            key=data["key"],
            who=Who(**{part: data[part] for part in WHO}),
            draft=draft,
            channel=data["channel"],
            kind=data["sender_kind"],
            invitation=data["invitation"],
            received_at=now if day == timezone.localdate(now) else local_midnight(day),
            entered_by=request.user,
            at=now,
        )
