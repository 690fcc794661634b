"""The inbox: all reports of the reader, narrowed and ordered, with ready-made views and what waits."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.accounts.access import staff_page
from apps.accounts.requests import StaffRequest
from apps.geo.staff import StaffMember
from apps.reports.desk.counting import COUNTED, FOUND, count_views
from apps.reports.desk.filters import InboxFilter
from apps.reports.desk.reading import readable_reports
from apps.reports.desk.saved import SaveViewForm, saved_views, start_query
from apps.reports.models import Report
from apps.reports.paging import page_of
from apps.reports.permissions import Seat, may_enter_reports
from apps.reports.querysets import ReportQuerySet
from apps.reports.services.bulk_plan import MAX_REPORTS

PAGE = 30

#: The ready-made views: name in the counts, words, query string. That of everything is not counted.
READY_MADE = [
    ("new", gettext_lazy("Neu bei meiner Stelle"), "department=meine&status=submitted"),
    ("desk", gettext_lazy("Offen bei meiner Stelle"), "department=meine&status=offen"),
    ("mine", gettext_lazy("Mir zugewiesen"), "assignee=ich&status=offen"),
    ("overdue", gettext_lazy("Überfällig"), "due=vorbei"),
    ("pending", gettext_lazy("Freizuschalten"), "publication=pending"),
    ("open", gettext_lazy("Alle offenen"), "status=offen"),
    ("all", gettext_lazy("Alle"), "order="),
]


@staff_page()
def inbox(request: StaffRequest) -> HttpResponse:
    """All reports that the reader may see, narrowed and ordered, with the views that are opened most."""
    town = request.municipality
    if not request.GET and (start := start_query(request.user, town)):
        return redirect(f"{request.path}?{start}")
    reports = readable_reports(request)
    chosen = InboxFilter(town, request.user, request.GET)
    found = chosen.narrow(reports)
    page = page_of(
        chosen.in_order(found).for_list(), order=chosen.columns, after=request.GET.get("nach", ""), size=PAGE
    )
    views, count = _views_and_count(request, chosen, reports, found)
    context = {
        "filter": chosen,
        "page": page,
        "count": min(count, FOUND),
        "is_more": count > FOUND,
        "most_at_once": MAX_REPORTS if count > MAX_REPORTS else None,
        "views": views,
        "may_enter": may_enter_reports(request.user, town.pk),
    }
    if chosen.is_used:
        context["save_form"] = SaveViewForm(town, request.user, initial={"query": chosen.query}, auto_id="ansicht_%s")
    return render(request, "reports/desk/inbox.html", context)


def _views_and_count(
    request: StaffRequest, chosen: InboxFilter, reports: ReportQuerySet, found: ReportQuerySet
) -> tuple[list[dict[str, object]], int]:
    """Return the views as tabs with their counts, and how many reports were found (up to ``FOUND`` + 1)."""
    here = "&".join(f"{key}={value}" for key, value in request.GET.items() if value) or "order="
    moderates = request.user.has_role(request.municipality.pk, "moderator")
    offered = [view for view in READY_MADE if view[0] != "pending" or moderates]
    current = next((name for name, _title, query in offered if query == here), "")
    saved = saved_views(chosen, reports)
    is_counted = current not in ("", "all", "pending")
    counts = count_views(
        reports,
        desks=chosen.own_desks,
        me=chosen.me,
        saved=[queryset for _view, queryset in saved],
        found=None if is_counted else found,
        pending=moderates,
    )
    views: list[dict[str, object]] = [
        {"title": title, "query": query, "count": _capped(counts.ready.get(name)), "current": name == current}
        for name, title, query in offered
    ]
    views += [
        {
            "title": view.name,
            "query": view.query or "order=",
            "count": "–" if n is None else _capped(n),
            "current": view.query == chosen.query and bool(chosen.query),
        }
        for (view, _queryset), n in zip(saved, counts.saved, strict=True)
    ]
    return views, counts.ready[current] if is_counted else counts.found or 0


def _capped(count: int | None) -> int | str:
    """Return a count as a tab shows it; nothing for the view of everything, which nobody works off."""
    return "" if count is None else f"{COUNTED - 1}+" if count >= COUNTED else count


def waiting(user: StaffMember, municipality_id: int) -> str:
    """Return what waits for a member of staff in words, for the desk's start page: ``3 neu bei mir``."""
    reports = Report.objects.visible_to(user).filter(municipality=municipality_id)
    seat = Seat(user, municipality_id)
    moderates = user.has_role(municipality_id, "moderator")
    counts = count_views(reports, desks=seat.desks, me={user.pk, *seat.stands_in_for}, pending=moderates).ready
    words = []
    if seat.desks:
        words.append(_("%(new)d neu bei mir, %(desk)d offen") % counts)
    if moderates:
        words.append(_("%(n)s freizuschalten") % {"n": _capped(counts["pending"])})
    return " · ".join(words)
