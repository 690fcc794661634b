"""Who stands in for whom, and handing over the work of somebody who leaves."""

import datetime as dt
from typing import Any, Unpack

from django import forms
from django.contrib import messages
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from apps.accounts.access import staff_act, staff_form
from apps.accounts.models import User
from apps.accounts.requests import StaffRequest
from apps.departments.models import Membership
from apps.geo.form_fields import Data, DayField, FormOptions, row_field
from apps.geo.refusals import said_above, said_at
from apps.places.models import Municipality
from apps.reports import services
from apps.reports.forms import CleanCharField
from apps.reports.models import Cover, Report
from apps.reports.querysets import OPEN
from apps.reports.services.absence import LEADS


def people_at_desks(town: Municipality) -> QuerySet[User]:
    """Return everybody with a desk in the town, by name."""
    seats = Membership.objects.filter(department__municipality=town, user=OuterRef("pk"))
    return User.objects.filter(Exists(seats), is_active=True).order_by("name", "pk")


class CoverForm(forms.Form):
    """Somebody away, somebody in their place, and the days."""

    person = forms.ModelChoiceField(label=gettext_lazy("Wer ist abwesend?"), queryset=User.objects.none())
    cover = forms.ModelChoiceField(label=gettext_lazy("Wer vertritt?"), queryset=User.objects.none())
    first_day = DayField(label=gettext_lazy("Erster Tag"))
    last_day = DayField(label=gettext_lazy("Letzter Tag"))

    def __init__(self, town: Municipality, user: User, data: Data = None, **kwargs: Unpack[FormOptions]) -> None:
        super().__init__(data, **kwargs)
        people = people_at_desks(town)
        row_field(self, "cover").queryset = people.exclude(pk=user.pk) if not user.has_role(town.pk, *LEADS) else people
        if user.has_role(town.pk, *LEADS):
            row_field(self, "person").queryset = people
        else:
            row_field(self, "person").queryset = people.filter(pk=user.pk)
            self.fields["person"].initial = user.pk
            row_field(self, "person").empty_label = None

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        first, last = data.get("first_day"), data.get("last_day")
        if first and last and last < first:
            self.add_error("last_day", _("Der letzte Tag liegt vor dem ersten."))
        elif last and last < timezone.localdate():
            self.add_error("last_day", _("Dieser Tag ist schon vorbei."))
        elif first and last and last - first > dt.timedelta(days=366):
            self.add_error("last_day", _("Eine Vertretung dauert höchstens ein Jahr. Übergeben Sie sonst die Arbeit."))
        return data


class HandOverForm(forms.Form):
    """From whom, to whom, and a word to the new owners."""

    person = forms.ModelChoiceField(label=gettext_lazy("Arbeit von"), queryset=User.objects.none())
    to = forms.ModelMultipleChoiceField(
        label=gettext_lazy("Geht über an"),
        queryset=User.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Bei mehreren Personen wird verteilt; jede bekommt nur Meldungen ihrer Stellen."),
    )
    note = CleanCharField(
        label=gettext_lazy("Hinweis dazu (intern)"),
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, town: Municipality, data: Data = None, **kwargs: Unpack[FormOptions]) -> None:
        super().__init__(data, **kwargs)
        holds = Report.objects.filter(municipality=town, assignee=OuterRef("pk")).open()
        # Whoever left the town hall still holds what was assigned to them.
        row_field(self, "person").queryset = User.objects.filter(Exists(holds)).order_by("name", "pk")
        row_field(self, "to").queryset = people_at_desks(town)


@staff_form("clerk", "supervisor", "administrator")
def covers(request: StaffRequest) -> HttpResponse:
    """Covers of today and later, and the form for a new one."""
    town, user = request.municipality, request.user
    form = CoverForm(town, user, request.POST or None)
    if request.method == "POST" and form.is_valid():
        with said_at(form, None):
            made = services.set_cover(municipality=town, actor=user, **form.cleaned_data)
            said = _("%(cover)s vertritt %(person)s vom %(first)s bis %(last)s.")
            messages.success(
                request,
                said
                % {
                    "cover": made.cover,
                    "person": made.person,
                    "first": f"{made.first_day:%d.%m.%Y}",
                    "last": f"{made.last_day:%d.%m.%Y}",
                },
            )
            return redirect("reports:desk_covers")
    leads = user.has_role(town.pk, *LEADS)
    now = Cover.objects.filter(municipality=town, last_day__gte=timezone.localdate())
    shown = now if leads else now.filter(Q(person=user) | Q(cover=user))
    context = {
        "form": form,
        "covers": shown.select_related("person", "cover"),
        "today": timezone.localdate(),
        "leads": leads,
    }
    return render(request, "reports/desk/covers.html", context, status=400 if form.errors else 200)


@staff_act("clerk", "supervisor", "administrator")
def cover_end(request: StaffRequest, cover_id: int) -> HttpResponse:
    """Take a cover away."""
    cover = get_object_or_404(Cover, municipality=request.municipality, pk=cover_id)
    with said_above(request):
        services.end_cover(cover=cover, actor=request.user)
        messages.success(request, _("Die Vertretung ist beendet."))
    return redirect("reports:desk_covers")


@staff_form(*LEADS)
def hand_over(request: StaffRequest) -> HttpResponse:
    """Give all open reports of a colleague to others, in one step."""
    town = request.municipality
    form = HandOverForm(town, request.POST or None)
    if request.method == "POST" and form.is_valid():
        done = services.hand_over(
            municipality=town,
            person=form.cleaned_data["person"],
            to=list(form.cleaned_data["to"]),
            note=form.cleaned_data["note"],
            actor=request.user,
        )
        for who, n in done.given:
            said = ngettext("Eine Meldung liegt jetzt bei %(who)s.", "%(n)d Meldungen liegen jetzt bei %(who)s.", n)
            messages.success(request, said % {"n": n, "who": who})
        if done.left:
            said = ngettext(
                "Eine Meldung bleibt: Niemand der Genannten gehört zu ihrer Stelle.",
                "%(n)d Meldungen bleiben: Niemand der Genannten gehört zu ihrer Stelle.",
                done.left,
            )
            messages.warning(request, said % {"n": done.left})
        return redirect("reports:desk_hand_over")
    holders = (
        Report.objects.filter(OPEN, municipality=town, assignee__isnull=False)
        .order_by()
        .values("assignee", "assignee__name", "assignee__is_active")
        .annotate(n=Count("pk"))
        .order_by("assignee__name")
    )
    context = {"form": form, "holders": holders}
    return render(request, "reports/desk/hand_over.html", context, status=400 if form.errors else 200)
