"""Forms of the vote: the way in, the basket, and what the desk prepares."""

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from apps.contributions.contact import EmailField
from apps.contributions.forms import ContributionFormMixin
from apps.geo.edit_forms import EditForm
from apps.geo.form_fields import CleanCharField
from apps.geo.untrusted import whole_number
from apps.ideas.ballot.models import Ballot, BallotItem
from apps.ideas.ballot.preparing import MOST_CODES


class ByMailForm(ContributionFormMixin):
    """The address to which the ballot paper goes."""

    email = EmailField()


class ByCodeForm(ContributionFormMixin):
    """The code from the letter."""

    code = CleanCharField(
        label=_("Code aus Ihrem Brief"),
        max_length=40,
        help_text=_("Zwölf Zeichen, zum Beispiel k7m2-9xq4-tb3w. Groß- und Kleinschreibung sind gleich."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        error_messages={"required": _("Bitte geben Sie den Code aus Ihrem Brief ein.")},
    )


class BallotForm(EditForm):
    """Sum, electorate and rule."""

    class Meta:
        model = Ballot
        fields = ["total_eur", "electorate", "rule"]


class ItemForm(forms.Form):
    """Cost and check of one idea."""

    cost_eur = forms.IntegerField(label=_("Kosten in Euro"), min_value=1, max_value=100_000_000)
    eligibility = forms.ChoiceField(label=_("Zulässigkeit"), choices=BallotItem.Eligibility.choices)
    reason = CleanCharField(label=_("Begründung"), max_length=500, required=False)


class CodesForm(forms.Form):
    """How many letters, and as what."""

    number = forms.IntegerField(label=_("Anzahl der Briefe"), min_value=1, max_value=MOST_CODES)
    ending = forms.ChoiceField(
        label=_("Als"), choices=[("xlsx", _("Tabelle für den Serienbrief (XLSX)")), ("pdf", _("fertige Briefe (PDF)"))]
    )


def numbers_in(data: QueryDict) -> list[int]:
    """Return the chosen numbers of a posted basket; whatever is no number is left out."""
    return [n for text in data.getlist("vorhaben")[:200] if (n := whole_number(text, most=9999)) is not None]
