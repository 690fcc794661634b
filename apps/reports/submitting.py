"""The form "Etwas melden": category, place and words, check and contact. Four screens with the receipt.

The server keeps nothing between the screens: every answer carries what was typed before in hidden fields, so the form
works without JavaScript, without a session and with the browser's back button.
"""

import re
import uuid

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from apps.contributions.idempotency import KeyReused
from apps.contributions.limits import TooMany, admit, may_mail_receipt
from apps.contributions.photo_form import take_photos
from apps.contributions.refused import show_refused
from apps.contributions.uploads import PhotosGone
from apps.departments.answers import AnswersRefused, told
from apps.departments.models import Category
from apps.departments.surroundings import look_around
from apps.geo.editing import ChangeRefused
from apps.places.requests import TownRequest
from apps.reports import services
from apps.reports.about import find_about
from apps.reports.deciding import OutsideTown, decide_and_describe
from apps.reports.duplicates import find_similar
from apps.reports.forms import DetailsForm, SendForm
from apps.reports.wording import hints_for


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: TownRequest) -> HttpResponse:
    """Show the screen that is due. POST's ``step`` says which button was pressed."""
    if request.method != "POST":
        category = _category(request, request.GET.get("kategorie", ""))
        if category is None:
            return _picker(request)
        form = DetailsForm(
            request.municipality,
            initial={
                "category": category.code,
                "key": uuid.uuid4(),
                "about_ref": request.GET.get("bezug", "")[:120],
                "lon": request.GET.get("lon", "")[:40],
                "lat": request.GET.get("lat", "")[:40],
            },
        )
        if category.is_urgent and "weiter" not in request.GET:
            return render(request, "reports/new/urgent.html", {"category": category, "query": request.GET.copy()})
        return _details(request, form, category)
    step = request.POST.get("step", "")
    taken = take_photos(request, request.municipality, is_final=step == "send")
    form = DetailsForm(request.municipality, taken.data)
    category = _category(request, request.POST.get("category", ""))
    if step == "category" or category is None:
        return _picker(request, carried=form)
    if step == "picked" and category.is_urgent:
        return render(request, "reports/new/urgent.html", {"category": category, "carried": form})
    if step in ("picked", "details", "photos") or taken.removed or taken.refusals:
        typed = DetailsForm(request.municipality, initial=form.typed())
        return _details(request, typed, category, refusals=taken.refusals)
    if form.stop:
        return _stopped(request, form, category)
    if not form.is_valid():
        return _details(request, form, category)
    return _send(request, form, category) if step == "send" else _check(request, form, category)


def _category(request: TownRequest, code: str) -> Category | None:
    if not re.fullmatch(r"[a-z0-9_-]{1,40}", code):
        return None
    return Category.objects.active().of_town(request.municipality.pk).filter(code=code).first()


def _picker(request: TownRequest, carried: DetailsForm | None = None) -> HttpResponse:
    words = request.GET.get("suche", "").strip().lower()[:60]
    categories = list(Category.objects.active().of_town(request.municipality.pk).for_picker())
    if words:
        categories = [c for c in categories if _speaks_of(c, words)]
    context = {"categories": categories, "words": words, "carried": carried, "query": request.GET.copy()}
    return render(request, "reports/new/category.html", context)


def _speaks_of(category: Category, words: str) -> bool:
    text = " ".join([category.name, category.group.name, category.hint, *category.keywords]).lower()
    return all(word in text for word in words.split())


def _details(request: TownRequest, form: DetailsForm, category: Category, **context: object) -> HttpResponse:
    status = 400 if (form.is_bound and form.errors) or context.get("refusals") else 200
    about = find_about(str(form["about_ref"].value() or ""), request.municipality.pk)
    context = {"form": form, "category": category, "about": about, **context}
    return render(request, "reports/new/details.html", context, status=status)


def _check(
    request: TownRequest,
    form: DetailsForm,
    category: Category,
    contact: SendForm | None = None,
    too_many: TooMany | None = None,
    **context: object,
) -> HttpResponse:
    """Show what will be sent and to whom; the routing is a preview, the service decides again when it is sent."""
    point = form.cleaned_data["point"]
    try:
        routing, whereabouts = decide_and_describe(category, point, answers=form.cleaned_data["answers"])
    except ChangeRefused as refusal:
        return _refused(request, form, category, refusal)
    contact = contact or SendForm()
    around = look_around(
        category,
        point,
        routing,
        accuracy_m=form.cleaned_data["accuracy_m"],
        answers=form.cleaned_data["answers"],
        chosen=str(contact["side"].value() or ""),
    )
    context = {
        "form": form,
        "category": category,
        "contact": contact,
        "routing": around.routing,
        "around": around,
        "point": point,
        "whereabouts": whereabouts,
        "hints": hints_for(form.cleaned_data["description"]),
        "similar": find_similar(
            municipality=request.municipality.pk,
            category=category,
            point=point,
            words=form.cleaned_data["description"],
        ),
        "answers": told(form.questions, form.cleaned_data["answers"]),
        **context,
    }
    if too_many:
        return show_refused(request, "reports/new/check.html", context, too_many)
    return render(request, "reports/new/check.html", context, status=400 if contact and contact.errors else 200)


def _stopped(request: TownRequest, form: DetailsForm, category: Category) -> HttpResponse:
    """An answer says that a report is not the way: show what helps instead. Nothing was stored."""
    return render(request, "reports/new/stopped.html", {"form": form, "category": category, "option": form.stop})


def _refused(request: TownRequest, form: DetailsForm, category: Category, refusal: ChangeRefused) -> HttpResponse:
    form.add_error("address", str(refusal))
    return _details(request, form, category, outside=refusal if isinstance(refusal, OutsideTown) else None)


def _send(request: TownRequest, form: DetailsForm, category: Category) -> HttpResponse:
    contact = SendForm(request.POST)
    if not contact.is_valid():
        return _check(request, form, category, contact)
    data = form.cleaned_data
    try:
        admit(request, "report", key=data["key"], trust=contact.trust(data["key"]))
    except TooMany as refusal:
        return _check(request, form, category, contact, too_many=refusal)
    who = contact.contact()
    try:
        submitted = services.submit_report(
            municipality=request.municipality,
            category=category,
            point=data["point"],
            description=data["description"],
            answers=data["answers"],
            idempotency_key=data["key"],
            contact=who,
            with_receipt=not who.wants_updates or may_mail_receipt(who.email),
            about_ref=data["about_ref"],
            draft=data["draft"],
            photos=data["photos"],
            accuracy_m=data["accuracy_m"],
            side=contact.cleaned_data["side"],
        )
    except ChangeRefused as refusal:
        return _refused(request, form, category, refusal)
    except AnswersRefused as refusal:
        # The questions were changed between the last two screens: show the present ones.
        form.add_error(None, str(refusal))
        return _details(request, form, category)
    except PhotosGone as refusal:
        return _check(request, form.with_new_key(), category, contact, notice=str(refusal))
    except KeyReused:
        # The browser's back button after sending, then another text: a new report, but only if the person says so.
        notice = _("Diese Meldung haben Sie schon abgeschickt. Senden Sie noch einmal, wird daraus eine neue Meldung.")
        return _check(request, form.with_new_key(), category, contact, notice=notice)
    return redirect("reports:receipt", token=submitted.token)
