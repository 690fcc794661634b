"""Two reports of the same thing: put together, and taken apart again."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _

from apps.accounts.access import staff_act
from apps.accounts.requests import StaffRequest
from apps.geo.refusals import said_above
from apps.geo.untrusted import whole_number
from apps.reports import services
from apps.reports.desk.reading import readable_report, readable_reports
from apps.reports.models import Merge, Report
from apps.reports.permissions import rights
from apps.reports.querysets import as_public_id


@staff_act()
def merge(request: StaffRequest, public_id: str) -> HttpResponse:
    """Close this report as a duplicate of another one; ``main`` is its number.

    Whoever does it must be responsible for both: contact data, photos and every later answer go from one to the other.
    """
    report = _mine(request, public_id)
    number = as_public_id(request.POST.get("main", "")[:40])
    main = readable_reports(request).for_page().filter(public_id=number).first() if number else None
    if main is None:
        messages.error(request, _("Eine Meldung mit dieser Nummer gibt es nicht, oder Sie dürfen sie nicht lesen."))
        return redirect("reports:work", public_id=public_id)
    if not rights(request.user, main).handle:
        messages.error(
            request,
            _("Die andere Meldung liegt bei: %(who)s. Zusammenführen kann nur, wer für beide zuständig ist.")
            % {"who": main.executor.name},
        )
        return redirect("reports:work", public_id=public_id)
    version = whole_number(request.POST.get("version"))
    with said_above(request):
        services.merge_reports(report=report, main=main, actor=request.user, version=version)
        names = {"old": report.reference, "main": main.reference}
        messages.success(request, _("%(old)s gehört jetzt zu %(main)s.") % names)
        return redirect("reports:work", public_id=main.public_id)
    return redirect("reports:work", public_id=public_id)


@staff_act()
def unmerge(request: StaffRequest, public_id: str) -> HttpResponse:
    """Take a merge back, from either side of it: it only brings back what was there before."""
    report = _mine(request, public_id)
    both = Merge.objects.filter(duplicate=report) | Merge.objects.filter(main=report)
    found = get_object_or_404(both.select_related("duplicate", "main"), pk=whole_number(request.POST.get("merge")))
    with said_above(request):
        services.undo_merge(merge=found, actor=request.user)
        messages.success(request, _("Die beiden Meldungen sind wieder getrennt."))
    return redirect("reports:work", public_id=public_id)


def _mine(request: StaffRequest, public_id: str) -> Report:
    report = readable_report(request, public_id)
    if not rights(request.user, report).handle:
        raise PermissionDenied
    return report
