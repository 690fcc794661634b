"""The site's own pages of the desk: start, checklist, texts."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.access import staff_form, staff_page
from apps.accounts.models import User
from apps.accounts.requests import StaffRequest
from apps.geo.markdown import render_markdown
from geo_platform import services
from geo_platform.checklist import tasks_of
from geo_platform.context import desk_cards
from geo_platform.forms import TextForm
from geo_platform.models import REQUIRED_TEXTS, LegalText
from geo_platform.texts import placeholders

ADMINISTRATOR = "administrator"


@staff_page()
def desk(request: StaffRequest) -> HttpResponse:
    """Start page: a greeting and a card for each way in that the person's roles open."""
    town = request.municipality
    user: User = request.user
    hour = timezone.localtime().hour
    greeting = _("Guten Morgen") if hour < 11 else _("Guten Tag") if hour < 18 else _("Guten Abend")
    context: dict[str, object] = {"greeting": greeting, "cards": desk_cards(user, town)}
    if user.has_role(town.pk, ADMINISTRATOR):
        context["open_tasks"] = [task for task in tasks_of(town) if not task.done]
    return render(request, "desk/start.html", context)


@staff_page(ADMINISTRATOR)
def checklist(request: StaffRequest) -> HttpResponse:
    """What is there and what is missing until the town can start."""
    tasks = tasks_of(request.municipality)
    done = sum(task.done for task in tasks)
    return render(request, "desk/checklist.html", {"tasks": tasks, "done": done, "total": len(tasks)})


@staff_page(ADMINISTRATOR)
def texts(request: StaffRequest) -> HttpResponse:
    """Every text of the town, written or not."""
    there = {t.slug: t for t in LegalText.objects.filter(municipality=request.municipality)}
    rows = [
        {
            "slug": slug,
            "label": label,
            "text": there.get(slug),
            "required": slug in REQUIRED_TEXTS,
            "open_places": len(placeholders(there[slug].body)) if slug in there else 0,
        }
        for slug, label in LegalText.Slug.choices
    ]
    return render(request, "desk/texts.html", {"rows": rows})


@staff_form(ADMINISTRATOR)
def edit_text(request: StaffRequest, slug: str) -> HttpResponse:
    """Edit one text; "Vorschau" shows it as readers will see it and stores nothing."""
    if slug not in LegalText.Slug.values:
        raise Http404
    town = request.municipality
    text = LegalText.objects.filter(municipality=town, slug=slug).first()
    form = TextForm(request.POST or None, instance=text)
    preview = ""
    if request.method == "POST" and form.is_valid():
        title, body = form.cleaned_data["title"], form.cleaned_data["body"]
        if "preview" not in request.POST:
            saved, _outcome = services.save_text(municipality=town, slug=slug, title=title, body=body)
            messages.success(request, _("Der Text „%(title)s“ ist gespeichert.") % {"title": saved.title})
            return redirect("texts")
        preview = render_markdown(body)
    context = {"form": form, "label": LegalText.Slug(slug).label, "slug": slug, "preview": preview}
    return render(request, "desk/edit_text.html", context, status=422 if form.errors else 200)
