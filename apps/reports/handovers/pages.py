"""The answer page of a body outside, behind its secret link: without an account, without JavaScript, without cookies.

Opening any address here changes nothing (mail scanners follow links); an answer is a POST from a page of its own that
says what will happen. There is no session and no cookie, so a forged form would need the secret itself: CSRF
protection has nothing to protect, and the pages can do without the Referer that it asks for.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps

from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.contributions.limits import HOUR, take
from apps.contributions.photo_form import take_photos
from apps.contributions.serving import photo_response
from apps.contributions.uploads import PhotosGone
from apps.contributions.wrong_links import NoSuchLink, counting_wrong_links
from apps.geo.degrees import to_degrees
from apps.places.requests import TownRequest
from apps.reports.answered import told_inside
from apps.reports.handovers import answering
from apps.reports.handovers import forms as answer_forms
from apps.reports.handovers.letters import words_for_outside
from apps.reports.handovers.links import find_link
from apps.reports.models import Event, Handover, HandoverLink, ReportPhoto
from apps.reports.querysets import ReportPhotoQuerySet

#: Answers through one link in an hour, and mails with a new link to one body's address.
ANSWERS, NEW_LINKS = 30, 3
#: What the body and the town have said to each other, as the body may read it.
SAID = ("taken_over", "asked", "answered", "done", "refused")


@dataclass(frozen=True)
class Answer:
    """One of the four answers: its form, the service, what its button says and what will happen."""

    form: type[answer_forms.AnswerForm]
    service: Callable[..., bool]
    icon: str
    title: Promise
    button: Promise
    effect: Promise


ANSWERS_BY_NAME = {
    "uebernommen": Answer(
        answer_forms.TakeOverForm,
        answering.take_over,
        "check",
        gettext_lazy("Wir übernehmen"),
        gettext_lazy("Ja, wir übernehmen"),
        gettext_lazy("Die Meldung steht dann auf „In Bearbeitung“. Wir erinnern Sie nicht mehr."),
    ),
    "rueckfrage": Answer(
        answer_forms.QuestionForm,
        answering.ask_back,
        "help",
        gettext_lazy("Wir haben eine Rückfrage"),
        gettext_lazy("Rückfrage senden"),
        gettext_lazy("Die Stadt liest Ihre Frage und antwortet per E-Mail. Bis dahin brauchen Sie nichts zu tun."),
    ),
    "erledigt": Answer(
        answer_forms.DoneForm,
        answering.report_done,
        "checklist",
        gettext_lazy("Es ist erledigt"),
        gettext_lazy("Als erledigt melden"),
        gettext_lazy("Die Meldung wird abgeschlossen. Danach gilt dieser Link nicht mehr."),
    ),
    "nicht-zustaendig": Answer(
        answer_forms.RefuseForm,
        answering.refuse,
        "sign",
        gettext_lazy("Wir sind nicht zuständig"),
        gettext_lazy("Zurückgeben"),
        gettext_lazy("Die Meldung geht an die nächste Stelle, die in Frage kommt. Danach gilt dieser Link nicht mehr."),
    ),
}


def behind_link(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Give ``view`` the link instead of the token; its answers are stored, indexed and passed on by nobody."""

    @wraps(view)
    def guarded(request: TownRequest, token: str, **kwargs: object) -> HttpResponseBase:
        link = find_link(token)
        if link is None:
            raise NoSuchLink
        response = view(request, link, token=token, **kwargs)
        response["Cache-Control"] = "private, no-store"
        response["Referrer-Policy"] = "no-referrer"
        response["X-Robots-Tag"] = "noindex, nofollow"
        return response

    return csrf_exempt(counting_wrong_links(guarded))


@behind_link
@require_safe
def page(request: TownRequest, link: HandoverLink, token: str) -> HttpResponse:
    """The thing, where it is, and the four answers; or kindly why there is nothing to answer."""
    return _closed(request, link, token) or _render(request, "page", link, token, choices=ANSWERS_BY_NAME)


@behind_link
@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: TownRequest, link: HandoverLink, token: str, name: str) -> HttpResponse:
    """One answer: GET shows its form and what will happen, POST gives it; the same POST twice gives it once."""
    chosen = ANSWERS_BY_NAME.get(name)
    if chosen is None:
        raise Http404
    if request.method != "POST":
        form = chosen.form(link.handover)
        return _closed(request, link, token) or _render(request, "answer", link, token, answer=chosen, form=form)
    if link.expires_at <= timezone.now():
        return _expired(request, link, token)
    has_photos = chosen.form is answer_forms.DoneForm
    is_final = request.POST.get("step") == "send"
    taken = take_photos(request, link.handover.municipality, is_final=is_final) if has_photos else None
    form = chosen.form(link.handover, taken.data if taken else request.POST)
    refusals = taken.refusals if taken else []
    is_asked_for_more = taken is not None and (taken.removed or refusals or not is_final)
    if is_asked_for_more:
        form.errors.clear()
    elif form.is_valid():
        problem = _give(request, chosen, link, form)
        if not problem:
            return redirect("reports:handover", token=token)
        refusals = [problem]
    status = 400 if form.errors or refusals else 200
    return _render(request, "answer", link, token, status=status, answer=chosen, form=form, refusals=refusals)


def _give(request: TownRequest, chosen: Answer, link: HandoverLink, form: answer_forms.AnswerForm) -> str:
    """Give the answer; return a sentence when it could not be given. A page that is over says so itself."""
    if not take("handover-answer", link.token_hash, limit=ANSWERS, seconds=HOUR):
        return _("Über diesen Link kam gerade sehr viel an. Bitte versuchen Sie es in einer Stunde noch einmal.")
    try:
        chosen.service(handover=link.handover, **form.values())
    except PhotosGone as gone:
        return str(gone)
    except answering.HandoverOver:
        pass
    return ""


@behind_link
@require_POST
def new_link(request: TownRequest, link: HandoverLink, token: str) -> HttpResponse:
    """Send a new link to the body's stored address; the answer is the same whether one was sent."""
    if take("handover-link", link.handover.public_id, limit=NEW_LINKS, seconds=HOUR):
        answering.renew_link(handover=link.handover)
    return render(request, "reports/handover/link_sent.html", {"handover": link.handover})


@behind_link
@require_safe
def photo(request: TownRequest, link: HandoverLink, token: str, photo: str, size: str) -> HttpResponseBase:
    """A photo that somebody of the town has looked at and released, while the body is asked."""
    if not link.handover.is_open or link.expires_at <= timezone.now():
        raise Http404
    found = get_object_or_404(_photos(link.handover).select_related("blurred"), public_id=photo)
    name = f"meldung-{link.handover.report.reference}-foto-{found.position + 1}"
    # Where somebody has blurred a part of it, the whole photo stays inside.
    return photo_response(request, found.public_picture, size, name=name, is_public=False)


def _photos(handover: Handover) -> ReportPhotoQuerySet:
    return ReportPhoto.objects.filter(report=handover.report_id, state=ReportPhoto.State.RELEASED)


def _closed(request: TownRequest, link: HandoverLink, token: str) -> HttpResponse | None:
    """Return the page that says why there is nothing to answer; None while there is."""
    if not link.handover.is_open:
        return render(request, "reports/handover/over.html", {"handover": link.handover})
    return _expired(request, link, token) if link.expires_at <= timezone.now() else None


def _expired(request: TownRequest, link: HandoverLink, token: str) -> HttpResponse:
    return render(request, "reports/handover/expired.html", {"handover": link.handover, "token": token}, status=410)


def _render(
    request: TownRequest, template: str, link: HandoverLink, token: str, *, status: int = 200, **context: object
) -> HttpResponse:
    handover = link.handover
    report = handover.report
    said = report.events.filter(
        kind=Event.Kind.HANDOVER,
        at__gte=handover.told_at,
        data__department=handover.department.code,
        data__step__in=SAID,
    )
    context = {
        "handover": handover,
        "report": report,
        "token": token,
        "words": words_for_outside(report),
        "photos": _photos(handover),
        "unseen": report.photos.filter(state=ReportPhoto.State.PENDING).count(),
        "said": said,
        "lonlat": to_degrees(report.point),
        "answers": told_inside(report),
        **context,
    }
    return render(request, f"reports/handover/{template}.html", context, status=status)
