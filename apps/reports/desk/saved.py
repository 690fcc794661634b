"""Named views of the inbox: how many reports each holds, and the page on which they are kept."""

from typing import Any, Unpack

from django import forms
from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.accounts.access import staff_act, staff_form
from apps.accounts.models import User
from apps.accounts.requests import StaffRequest
from apps.departments.models import Department
from apps.geo.form_fields import Data, FormOptions, choice_field
from apps.geo.refusals import said_above, said_at
from apps.places.models import Municipality
from apps.reports import services
from apps.reports.desk.filters import InboxFilter
from apps.reports.forms import CleanCharField
from apps.reports.models import DefaultView, SavedView
from apps.reports.querysets import ReportQuerySet


class SaveViewForm(forms.Form):
    """A name for the filter that is open, and who sees it."""

    name = CleanCharField(label=gettext_lazy("Name der Ansicht"), max_length=60)
    sharing = forms.ChoiceField(label=gettext_lazy("Wer sieht sie?"))
    query = forms.CharField(max_length=6000, widget=forms.HiddenInput, required=False)

    def __init__(
        self, municipality: Municipality, user: User, data: Data = None, **kwargs: Unpack[FormOptions]
    ) -> None:
        super().__init__(data, **kwargs)
        self.desks = {f"stelle-{desk.pk}": desk for desk in Department.objects.of(user, municipality.pk)}
        town = [("town", _("alle"))] if user.has_role(municipality.pk, *services.SHARES_WITH_TOWN) else []
        choice_field(self, "sharing").choices = [
            ("own", _("nur ich")),
            *((key, desk.name) for key, desk in self.desks.items()),
            *town,
        ]

    def sharing_data(self) -> dict[str, Any]:
        desk = self.desks.get(self.cleaned_data["sharing"])
        return {"sharing": "department" if desk else self.cleaned_data["sharing"], "department": desk}


def saved_views(chosen: InboxFilter, reports: ReportQuerySet) -> list[tuple[SavedView, ReportQuerySet | None]]:
    """Return the reader's saved views, each with what it finds (None: it names something that is gone; one query)."""
    views = SavedView.objects.for_person(chosen.user, chosen.municipality.pk)[: 2 * services.MAX_VIEWS]
    return [(view, _found(chosen, view, reports)) for view in views]


def _found(chosen: InboxFilter, view: SavedView, reports: ReportQuerySet) -> ReportQuerySet | None:
    """Return what a view finds, or None when it names something that is not there any more."""
    asked = chosen.for_query(view.query)
    found = asked.narrow(reports)
    return found if asked.is_valid() else None


def start_query(user: User, town: Municipality) -> str:
    """Return the query of the view with which the person's inbox opens; empty without one."""
    default = DefaultView.objects.filter(municipality=town, user=user).select_related("view").first()
    visible = SavedView.objects.for_person(user, town.pk)
    if default is None or not visible.filter(pk=default.view_id).exists():
        return ""
    return default.view.query or "order="


@staff_form()
def views(request: StaffRequest) -> HttpResponse:
    """GET lists the views; POST keeps the filter that is open under a name."""
    town, user = request.municipality, request.user
    form = SaveViewForm(town, user, request.POST or None)
    if request.method == "POST" and form.is_valid():
        chosen = InboxFilter(town, user, QueryDict(form.cleaned_data["query"]))
        chosen.full_clean()
        with said_at(form, "name"):
            services.save_view(
                municipality=town,
                owner=user,
                name=form.cleaned_data["name"],
                query=chosen.query,
                **form.sharing_data(),
            )
            messages.success(request, _("Die Ansicht „%(name)s“ ist gespeichert.") % form.cleaned_data)
            return redirect(f"{reverse('reports:inbox')}?{chosen.query or 'order='}")
    context = {
        "views": SavedView.objects.for_person(user, town.pk).select_related("owner", "department"),
        "default": DefaultView.objects.filter(municipality=town, user=user).values_list("view_id", flat=True).first(),
        "form": form if form.is_bound else None,
    }
    return render(request, "reports/desk/views.html", context, status=400 if form.errors else 200)


@staff_act()
def view_change(request: StaffRequest, view_id: int) -> HttpResponse:
    """Move, delete, or make a view the start, by the button pressed."""
    town, user = request.municipality, request.user
    view = get_object_or_404(SavedView.objects.for_person(user, town.pk), pk=view_id)
    wish = request.POST.get("wish", "")
    with said_above(request):
        if wish in ("up", "down"):
            services.move_view(view=view, actor=user, up=wish == "up")
        elif wish == "delete":
            services.delete_view(view=view, actor=user)
            messages.success(request, _("Die Ansicht „%(name)s“ ist gelöscht.") % {"name": view.name})
        elif wish in ("start", "no-start"):
            services.set_default_view(municipality=town, user=user, view=view if wish == "start" else None)
            messages.success(request, _("Gespeichert, womit Ihr Eingang öffnet."))
    return redirect("reports:desk_views")
