"""Many reports at once: what is selected, what would happen, doing it, taking it back."""

import uuid

from django.contrib import messages
from django.db.models import Count
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.accounts.access import staff_form
from apps.accounts.requests import StaffRequest
from apps.geo.desk_lists import MAX_LENGTH
from apps.geo.editing import ChangeRefused
from apps.geo.ids import ALPHABET, LENGTH
from apps.geo.untrusted import InputRefused
from apps.reports import services
from apps.reports.desk.bulk_forms import FORMS, BulkForm
from apps.reports.desk.filters import MAX_IDS, selected
from apps.reports.models import BulkChange
from apps.reports.querysets import ReportQuerySet
from apps.reports.services.bulk_plan import ACTIONS, MAX_REPORTS
from apps.reports.transitions import Status

ICONS = {"stand": "checklist", "zuweisen": "user", "antwort": "comment", "weitergeben": "arrow-right"}


@staff_form()
def bulk(request: StaffRequest) -> HttpResponse:
    """GET shows a selection and what can be done; POST shows what would happen, and with ``confirm`` does it."""
    query = request.POST.get("selection", "") if request.method == "POST" else _asked(request.GET)
    if query is None:
        messages.warning(request, _("Bitte wählen Sie zuerst Meldungen aus."))
        return redirect("reports:inbox")
    try:
        reports = selected(request.user, request.municipality, QueryDict(query[:MAX_LENGTH]))
    except InputRefused as refusal:
        messages.error(request, str(refusal))
        return redirect("reports:inbox")
    if request.method != "POST":
        return _page(request, query, reports)
    action = request.POST.get("action", "")
    if action not in FORMS:
        return _page(request, query, reports, status=400)
    form = FORMS[action](request.municipality, request.POST)
    if not form.is_valid():
        return _page(request, query, reports, refused=form, status=400)
    if reports.order_by()[MAX_REPORTS : MAX_REPORTS + 1].exists():
        form.add_error(None, _("Höchstens %(n)d Meldungen auf einmal. Bitte wählen Sie weniger.") % {"n": MAX_REPORTS})
        return _page(request, query, reports, refused=form, status=400)
    if "confirm" in request.POST:
        return _carry_out(request, query, reports, form)
    return _preview(request, query, reports, form)


def _asked(query: QueryDict) -> str | None:
    """Return the selection as a query string of the inbox: the ticked ones, or all that its filter finds."""
    if query.get("scope") == "all":
        return query.get("filter") or "order="
    ticked = [one for one in query.getlist("tick")[:MAX_IDS] if len(one) == LENGTH and set(one) <= set(ALPHABET)]
    return urlencode({"ids": ",".join(ticked)}) if ticked else None


def _page(
    request: StaffRequest, query: str, reports: ReportQuerySet, *, refused: BulkForm | None = None, status: int = 200
) -> HttpResponse:
    """Show what is selected, with the forms; ``refused`` is one that came back with errors."""
    counted = reports.order_by().values("status").annotate(n=Count("pk")).order_by("-n")
    by_desk = reports.order_by().values("executor__name").annotate(n=Count("pk")).order_by("-n", "executor__name")
    forms = []
    for action, form_class in FORMS.items():
        form = refused if refused and refused.action == action else form_class(request.municipality)
        form.auto_id = f"{action}_%s"
        forms.append({"action": action, "title": ACTIONS[action], "icon": ICONS[action], "form": form})
    context = {
        "selection": query,
        "count": sum(row["n"] for row in counted),
        "by_status": [(Status(row["status"]).label, row["n"]) for row in counted],
        "by_desk": [(row["executor__name"], row["n"]) for row in by_desk[:8]],
        "forms": forms,
        "refused": refused,
        "limit": MAX_REPORTS,
    }
    return render(request, "reports/desk/bulk.html", context, status=status)


def _preview(
    request: StaffRequest, query: str, reports: ReportQuerySet, form: BulkForm, *, problem: str = "", status: int = 200
) -> HttpResponse:
    plan = services.plan_bulk(
        reports=reports, change=form.change(), actor=request.user, municipality=request.municipality
    )
    sent = ("csrfmiddlewaretoken", "confirm", "digest", "key")
    context = {
        "plan": plan,
        "title": ACTIONS[form.action],
        "facts": _facts(form),
        "problem": problem,
        "key": uuid.uuid4(),
        "sent": [(name, request.POST[name]) for name in request.POST if name not in sent],
        "selection": query,
        # Without those that refuse the whole, where they can be named one by one.
        "only_mine": urlencode({"ids": ",".join(row["public_id"] for row in plan.rows)})
        if plan.refused and 0 < len(plan.rows) <= MAX_IDS
        else "",
        "undo_seconds": int(services.UNDO_FOR.total_seconds()),
    }
    return render(request, "reports/desk/bulk_preview.html", context, status=403 if plan.refused else status)


def _facts(form: BulkForm) -> list[tuple[str, str]]:
    """Return what was filled in, as label and words."""
    facts = []
    for name, field in form.fields.items():
        value = form.cleaned_data[name]
        word = dict(getattr(field, "choices", [])).get(value, value) if isinstance(value, str) else value
        facts.append((str(field.label), str(word if word is not None else _("niemand"))))
    return [(label, word) for label, word in facts if word]


def _carry_out(request: StaffRequest, query: str, reports: ReportQuerySet, form: BulkForm) -> HttpResponse:
    try:
        key = uuid.UUID(request.POST.get("key", ""))
    except ValueError:
        return _preview(request, query, reports, form, status=400)
    try:
        made = services.change_many(
            reports=reports,
            change=form.change(),
            actor=request.user,
            municipality=request.municipality,
            key=key,
            digest=request.POST.get("digest", "") or "-",
        )
    except ChangeRefused as refusal:
        return _preview(request, query, reports, form, problem=str(refusal), status=409)
    return redirect("reports:desk_bulk_done", key=made.key)


@staff_form()
def bulk_done(request: StaffRequest, key: uuid.UUID) -> HttpResponse:
    """What was done, with the button that takes it back for a minute; nobody else's is there."""
    made = get_object_or_404(BulkChange, municipality=request.municipality, actor=request.user, key=key)
    count = made.items.count()
    if request.method == "POST":
        try:
            back = services.undo_many(change=made, actor=request.user)
        except ChangeRefused as refusal:
            messages.error(request, str(refusal))
            return redirect("reports:desk_bulk_done", key=key)
        said = ngettext(
            "Eine Meldung ist wieder, wie sie war; dazu geht keine Nachricht hinaus.",
            "%(n)d Meldungen sind wieder, wie sie waren; dazu gehen keine Nachrichten hinaus.",
            back,
        )
        messages.success(request, said % {"n": back})
        if back < count:
            messages.warning(
                request, _("%(n)d wurden inzwischen anders geändert und bleiben so.") % {"n": count - back}
            )
        return redirect("reports:inbox")
    left = int((made.undo_until - timezone.now()).total_seconds())
    context: dict[str, object] = {
        "made": made,
        "title": ACTIONS.get(made.action, made.action),
        "count": count,
        "left": left if made.undone_at is None and left > 0 else 0,
        "ids": ",".join(made.items.values_list("report__public_id", flat=True)[:MAX_IDS]),
    }
    return render(request, "reports/desk/bulk_done.html", context)
