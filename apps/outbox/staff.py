"""The administrators' page about what leaves the house, and above all about what does not."""

from django.contrib import messages as told
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from apps.accounts.access import staff_act, staff_page
from apps.accounts.requests import StaffRequest
from apps.outbox import services
from apps.outbox.health import worker_health
from apps.outbox.models import Message

# What a line of the list is made of: no text, no subject, and of the address only enough to recognise it.
SHOWN = ("pk", "channel", "recipient", "reference", "state", "attempts", "next_attempt_at", "last_error", "created_at")
PER_PAGE = 50


@staff_page("administrator")
def messages(request: StaffRequest) -> HttpResponse:
    """List the town's messages in one state (``?zustand=``), those that nobody will send any more first."""
    of_town = Message.objects.in_town(request.municipality.pk)
    counts = dict(of_town.order_by().values_list("state").annotate(Count("pk")))
    state = request.GET.get("zustand", "")
    if state not in Message.State.values:
        state = next((each for each in ("failed", "dead", "queued") if counts.get(each)), "sent")
    rows = of_town.filter(state=state).only(*SHOWN).order_by("-created_at", "-pk")
    return render(
        request,
        "outbox/messages.html",
        {
            "page": Paginator(rows, PER_PAGE).get_page(request.GET.get("seite")),
            "state": state,
            "states": [(code, label, counts.get(code, 0)) for code, label in Message.State.choices],
            "may_retry": state in ("failed", "dead"),
            "health": worker_health(),
        },
    )


@staff_act("administrator")
def retry(request: StaffRequest, message_id: int) -> HttpResponse:
    """Queue one of the town's failed messages again."""
    message = get_object_or_404(Message.objects.in_town(request.municipality.pk), pk=message_id)
    if services.retry_message(message=message):
        told.success(request, _("Die Nachricht wird in den nächsten Sekunden noch einmal zugestellt."))
    else:
        told.error(request, _("Diese Nachricht ist schon unterwegs oder gelöscht."))
    return redirect("desk_messages")
