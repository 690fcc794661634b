"""What the inbox can be narrowed by: one declared form for list and map, saved views and bulk work."""

import copy
import datetime as dt
from functools import cached_property
from typing import Any, Self
from urllib.parse import urlencode

from django import forms
from django.db.models import Exists, OuterRef
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.departments.models import Department, Membership
from apps.geo.area_field import AreaField
from apps.geo.desk_lists import desk_list
from apps.geo.form_fields import choice_field
from apps.geo.staff import StaffMember
from apps.geo.untrusted import InputRefused
from apps.places.models import Municipality
from apps.reports.filters import PublicFilter
from apps.reports.forms import CleanCharField
from apps.reports.models import Report, ReportPhoto
from apps.reports.permissions import Seat
from apps.reports.querysets import ReportQuerySet, as_public_id, next_day
from apps.reports.transitions import Publication

#: Reports that may be named one by one; a page of the list holds fewer.
MAX_IDS = 200


class InboxFilter(PublicFilter):
    """The public filter with all that matters at the desk; words also look at the original text.

    ``area`` is drawn on the map, ``ids`` are ticked in the list; both are hidden fields.
    """

    AGES = {"7": _("älter als 7 Tage"), "30": _("älter als 30 Tage"), "90": _("älter als 90 Tage")}
    ORDERS = {
        "": (_("neueste zuerst"), ("-created_at", "-id")),
        "alt": (_("älteste zuerst"), ("created_at", "id")),
        "bewegt": (_("zuletzt geändert"), ("-changed_at", "-id")),
        "ziel": (_("nächstes Ziel zuerst"), ("due_sort", "id")),
    }
    MINE, ME, NOBODY, OVERDUE, THIS_WEEK, YES, NO = "meine", "ich", "niemand", "vorbei", "woche", "ja", "nein"
    _YES_NO = [("", _("egal")), (YES, _("ja")), (NO, _("nein"))]

    department = forms.ChoiceField(label=_("zuständig"), required=False)
    assignee = forms.ChoiceField(label=_("bearbeitet von"), required=False)
    due = forms.ChoiceField(
        label=_("Ziel"),
        required=False,
        choices=[("", _("egal")), (OVERDUE, _("überfällig")), (THIS_WEEK, _("diese Woche fällig"))],
    )
    age = forms.ChoiceField(label=_("Alter"), required=False, choices=[("", _("jedes")), *AGES.items()])
    follow_up = forms.ChoiceField(label=_("„noch nicht behoben“"), required=False, choices=_YES_NO)
    photo = forms.ChoiceField(label=_("mit Foto"), required=False, choices=_YES_NO)
    publication = forms.ChoiceField(label=_("Veröffentlichung"), required=False)
    order = forms.ChoiceField(
        label=_("Reihenfolge"), required=False, choices=[(key, title) for key, (title, _columns) in ORDERS.items()]
    )
    area = AreaField()
    ids = CleanCharField(max_length=13 * MAX_IDS, required=False, widget=forms.HiddenInput)

    def __init__(self, municipality: Municipality, user: StaffMember, *args: Any, **kwargs: Any) -> None:
        super().__init__(municipality, *args, **kwargs)
        self.user = user
        self._seat = Seat(user, municipality.pk)
        desks = list(Department.objects.filter(municipality=municipality).values_list("pk", "code", "name"))
        self._desks = {code: pk for pk, code, _name in desks}
        choice_field(self, "department").choices = [
            ("", _("alle")),
            (self.MINE, _("bei meiner Stelle")),
            *((code, name) for _pk, code, name in desks),
        ]
        at_a_desk = Membership.objects.filter(department__municipality=municipality, user=OuterRef("pk"))
        people = User.objects.filter(Exists(at_a_desk), is_active=True).order_by("name", "pk")
        choice_field(self, "assignee").choices = [
            ("", _("egal")),
            (self.ME, _("mir")),
            (self.NOBODY, _("niemandem")),
            *((str(person.pk), str(person)) for person in people),
        ]
        choice_field(self, "publication").choices = [("", _("alle")), *Publication.choices]

    def clean_ids(self) -> list[str]:
        text = self.cleaned_data.get("ids") or ""
        ids = [as_public_id(part) for part in text.split(",")] if text else []
        if len(ids) > MAX_IDS or not all(ids):
            raise forms.ValidationError(_now("Diese Auswahl lässt sich nicht lesen."))
        return ids

    def narrow(self, reports: ReportQuerySet) -> ReportQuerySet:
        reports = super().narrow(reports)
        data = getattr(self, "cleaned_data", {})
        today = timezone.localdate()
        if data.get("department") == self.MINE:
            reports = reports.filter(executor__in=self.own_desks)
        elif data.get("department"):
            reports = reports.filter(executor=self._desks[data["department"]])
        if data.get("assignee") == self.ME:
            reports = reports.filter(assignee__in=self.me)
        elif data.get("assignee") == self.NOBODY:
            reports = reports.filter(assignee=None)
        elif data.get("assignee"):
            reports = reports.filter(assignee=int(data["assignee"]))
        if data.get("due") == self.OVERDUE:
            reports = reports.overdue(today)
        elif data.get("due") == self.THIS_WEEK:
            reports = reports.due_between(today, today + dt.timedelta(days=6 - today.weekday()))
        if data.get("age"):
            reports = reports.filter(created_at__lt=timezone.now() - dt.timedelta(days=int(data["age"])))
        if data.get("follow_up"):
            has = {"still_broken_count__gt": 0}
            reports = reports.filter(**has) if data["follow_up"] == self.YES else reports.exclude(**has)
        if data.get("photo"):
            has_photo = Exists(ReportPhoto.objects.filter(report=OuterRef("pk")))
            reports = reports.filter(has_photo if data["photo"] == self.YES else ~has_photo)
        if data.get("publication"):
            reports = reports.filter(publication=data["publication"])
        if data.get("area") is not None:
            reports = reports.filter(point__intersects=data["area"])
        if data.get("ids"):
            reports = reports.filter(public_id__in=data["ids"])
        return reports

    def narrow_by_words(self, reports: ReportQuerySet, words: str) -> ReportQuerySet:
        return reports.matching(words)

    def in_order(self, reports: ReportQuerySet) -> ReportQuerySet:
        """Bring along what ``columns`` sort by."""
        if self.columns[0] != "due_sort":
            return reports
        return reports.annotate(due_sort=next_day())

    @property
    def columns(self) -> tuple[str, ...]:
        """The order that was asked for, as column names."""
        return self.ORDERS[getattr(self, "cleaned_data", {}).get("order", "")][1]

    @property
    def is_used(self) -> bool:
        """Is anything asked for that leaves reports out?"""
        return any(value for name, value in getattr(self, "cleaned_data", {}).items() if name != "order")

    @property
    def shows_more(self) -> bool:
        """Is a field in use that stands behind the fold and is not obvious from the view that is open?"""
        return len(self.chosen_words) > 2

    @property
    def chosen_words(self) -> list[str]:
        """What is chosen behind the fold, in words."""
        data = getattr(self, "cleaned_data", {})
        return [
            f"{field.label}: {_word(field, data[name])}"
            for name, field in self.fields.items()
            if data.get(name) and isinstance(field, forms.ChoiceField)
        ]

    @property
    def query(self) -> str:
        """What is asked for as a query string, without what was not understood."""
        data = getattr(self, "cleaned_data", {})
        return urlencode([(name, self.data[name]) for name in self.fields if data.get(name)])

    def for_query(self, query: str) -> Self:
        """Return the same form for another query string, without asking for the choices again."""
        other = copy.copy(self)
        other.data, other.is_bound = QueryDict(query), True
        other.__dict__.pop("cleaned_data", None)
        other.__dict__.update(_errors=None, _bound_fields_cache={})
        return other

    @cached_property
    def own_desks(self) -> set[int]:
        return self._seat.desks

    @cached_property
    def me(self) -> set[int]:
        """The reader, and those for whom they stand in today."""
        return {self.user.pk, *self._seat.stands_in_for}


def _word(field: forms.ChoiceField, value: str) -> str:
    choices: list[Any] = list(field.choices)  # type: ignore[arg-type]
    flat = dict(pair for key, title in choices for pair in (title if isinstance(title, list) else [(key, title)]))
    return str(flat.get(value, value))


def selected(user: StaffMember, municipality: Municipality, query: QueryDict) -> ReportQuerySet:
    """Return what the inbox finds for a query string, all pages of it; raises ``InputRefused`` for a broken one."""
    chosen = InboxFilter(municipality, user, query)
    found = chosen.narrow(Report.objects.visible_to(user).filter(municipality=municipality))
    if not chosen.is_valid():
        raise InputRefused(" ".join(str(message) for errors in chosen.errors.values() for message in errors))
    return found


@desk_list("reports")
def found_reports(actor: StaffMember, municipality: int, query: QueryDict) -> ReportQuerySet:
    """The same for the map and the files, which know towns by their keys."""
    return selected(actor, Municipality.objects.get(pk=municipality), query)
