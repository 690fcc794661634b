"""A report's public history as a feed (RFC 4287): to follow it without an address, an account or a cookie."""

import datetime as dt
import hashlib

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from apps.geo.audience import ANONYMOUS
from apps.places.links import public_url
from apps.places.requests import TownRequest
from apps.reports.models import Report
from apps.reports.timeline import public_timeline
from apps.reports.views import main_of


class _Feed(Atom1Feed):
    """Atom whose time of change is that of the newest line, never that of the question (Django's own choice)."""

    def latest_post_date(self) -> dt.datetime:
        return max([self.feed["since"], *(item["updateddate"] for item in self.items)])


@require_safe
def feed(request: TownRequest, public_id: str) -> HttpResponse:
    """Every public line of one released report, newest first; 404 as soon as it is not public any more.

    A report merged into another one sends its readers there, as its page does.
    """
    report = get_object_or_404(
        Report.objects.visible_to(ANONYMOUS).for_page(), municipality=request.municipality, public_id=public_id
    )
    if (main := main_of(report)) and main.is_released:
        return redirect("reports:feed", public_id=main.public_id)
    body = as_atom(report).encode()
    etag = '"' + hashlib.sha256(body).hexdigest()[:32] + '"'
    response = get_conditional_response(request, etag=etag) or HttpResponse(body, content_type=Atom1Feed.content_type)
    response["ETag"] = etag
    # Kept, but asked for anew each time: what is hidden is gone at once.
    response["Cache-Control"] = "public, no-cache"
    return response


def as_atom(report: Report) -> str:
    """Return the feed of a released report."""
    page = public_url(report.municipality, reverse("reports:detail", args=[report.public_id]))
    place = report.address or report.district
    made = _Feed(
        title=f"{report.category.name}, {place}" if place else report.category.name,
        link=page,
        description=_("Meldung %(ref)s: %(status)s") % {"ref": report.reference, "status": report.get_status_display()},
        language="de",
        author_name=report.municipality.name,
        feed_url=public_url(report.municipality, reverse("reports:feed", args=[report.public_id])),
        feed_guid=page,
        since=report.created_at,
    )
    for number, line in reversed(list(enumerate(public_timeline(report), 1))):
        made.add_item(
            title=line.title,
            link=page,
            description=line.text,
            unique_id=f"{page}#{number}",
            pubdate=line.at,
            updateddate=line.at,
        )
    return str(made.writeString("utf-8"))
