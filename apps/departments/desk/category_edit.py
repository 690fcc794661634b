"""One category with its questions: made, changed, asked in another order, no longer asked; and as it once stood."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from apps.accounts.access import staff_form, staff_page
from apps.accounts.models import Role
from apps.accounts.requests import StaffRequest
from apps.departments import services
from apps.departments.category_forms import CategoryForm, QuestionForm
from apps.departments.desk.version_page import show_version
from apps.departments.differences import differing, in_words
from apps.departments.history import versions_of
from apps.departments.models import Category
from apps.departments.questions import Question, questions_of
from apps.geo.editing import StaleEdit, posted_version
from apps.geo.refusals import said_above, said_at


def _find(request: StaffRequest, category_id: int) -> Category:
    return get_object_or_404(Category.objects.of_town(request.municipality.pk).select_related("group"), pk=category_id)


@staff_form(Role.Code.ADMINISTRATOR)
def category_new(request: StaffRequest) -> HttpResponse:
    """Make a category; it is offered when somebody says so."""
    town = request.municipality
    form = CategoryForm(request.POST or None, instance=Category(municipality=town), municipality=town)
    if request.method == "POST" and form.is_valid():
        made = services.save_category(municipality=town, actor=request.user, category=None, values=form.values())
        messages.success(request, _("„%(name)s“ ist angelegt und wird noch nicht angeboten.") % {"name": made.name})
        return redirect("desk_category", category_id=made.pk)
    return _page(request, form, None)


@staff_form(Role.Code.ADMINISTRATOR)
def category(request: StaffRequest, category_id: int) -> HttpResponse:
    """Show and change a category, or its questions' order, by the button pressed (``action``)."""
    town, found = request.municipality, _find(request, category_id)
    action = request.POST.get("action", "save") if request.method == "POST" else ""
    if action in ("up", "down", "retire", "revive"):
        return _order(request, found, action)
    form = CategoryForm(request.POST if action else None, instance=found, municipality=town)
    if action and form.is_valid():
        version = form.cleaned_data["version"]
        try:
            services.save_category(
                municipality=town, actor=request.user, category=found, values=form.values(), version=version
            )
        except StaleEdit as stale:
            return _stale(request, form, stale)
        messages.success(request, _("Gespeichert."))
        return redirect("desk_category", category_id=found.pk)
    return _page(request, form, category_id)


def _order(request: StaffRequest, category: Category, action: str) -> HttpResponse:
    asked: dict[str, Any] = {
        "category": category,
        "actor": request.user,
        "key": request.POST.get("key", ""),
        "version": posted_version(request),
    }
    with said_above(request):
        if action in ("up", "down"):
            services.move_question(**asked, up=action == "up")
        else:
            services.retire_question(**asked, is_retired=action == "retire")
    return redirect("desk_category", category_id=category.pk)


def _stale(request: StaffRequest, form: CategoryForm, stale: StaleEdit) -> HttpResponse:
    rows = differing(in_words(stale.current), in_words(form.instance))
    newest = next(iter(versions_of(stale.current, most=1)), None)
    form.add_error(None, str(stale))
    form.take("version", str(stale.current.version))
    return _page(request, form, stale.current.pk, stale=rows, newest=newest)


def _page(request: StaffRequest, form: CategoryForm, category_id: int | None, **context: object) -> HttpResponse:
    stored = _find(request, category_id) if category_id else None
    context = {
        "form": form,
        "category": stored,
        "questions": questions_of(stored) if stored else (),
        "versions": versions_of(stored, most=10) if stored else [],
        **context,
    }
    return render(request, "departments/category.html", context, status=422 if form.errors else 200)


@staff_form(Role.Code.ADMINISTRATOR)
def question(request: StaffRequest, category_id: int, key: str = "") -> HttpResponse:
    """Add a question to a category, or change one of its questions."""
    category = _find(request, category_id)
    asked: Question | None = next((each for each in questions_of(category) if each.key == key), None)
    if key and asked is None:
        raise Http404
    form = QuestionForm(request.POST or None, category=category, question=asked)
    if request.method == "POST" and form.is_valid():
        with said_at(form, None):
            services.save_question(
                category=category,
                actor=request.user,
                question=form.asked(),
                version=form.cleaned_data["version"],
                is_new=asked is None,
            )
            messages.success(request, _("Die Frage ist gespeichert und wird ab jetzt so gestellt."))
            return redirect("desk_category", category_id=category.pk)
    context = {"form": form, "category": category, "question": asked}
    return render(request, "departments/question.html", context, status=422 if form.errors else 200)


@staff_page(Role.Code.ADMINISTRATOR)
def category_version(request: StaffRequest, category_id: int, number: int) -> HttpResponse:
    """A category as it stood in one version, beside what it says today."""
    category = _find(request, category_id)
    return show_version(request, category, number, title=category.name, page="desk_category")
