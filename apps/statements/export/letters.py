"""Letters, one a page: to the neighbourhood of a plan, and with results to whoever gets them by post."""

from pathlib import Path

from django.utils import timezone
from django.utils.translation import gettext as _

from apps.consultations.models import Consultation
from apps.places.parcel_codes import ParcelCode
from apps.statements.export.print import write_page
from apps.statements.export.sheets import write_sheet
from apps.statements.models import Mailing, Result


def write_mailing_sheet(mailing: Mailing, path: Path) -> None:
    """Write what was frozen as XLSX for mail merge: a line for each address, or for each parcel and address in it."""
    if mailing.basis == Mailing.Basis.PARCELS:
        _write_parcels(mailing, path)
        return
    names = (_("An"), _("Anschrift"))
    rows = [(_("An alle Haushalte"), address) for address in mailing.addresses]
    write_sheet(rows, path, title=_("Nachbarschaft"), names=names)


def _write_parcels(mailing: Mailing, path: Path) -> None:
    """Gemarkung and number as in the land register, where the office looks up whom to write to; no owners here."""
    names = (
        *(_("Flurstückskennzeichen"), _("Gemarkung"), _("Flur"), _("Zähler"), _("Nenner"), _("Fläche in m²")),
        *(_("An"), _("Anschrift")),
    )
    rows = []
    for parcel in mailing.parcels:
        code = ParcelCode.parse(parcel["code"])
        parts = (parcel["code"], parcel["district"], code.section, code.numerator, code.denominator, parcel["size_m2"])
        rows += [(*parts, _("An alle Haushalte"), address) for address in parcel["addresses"]] or [(*parts, "", "")]
    write_sheet(rows, path, title=_("Flurstücke"), names=names)


def write_mailing_letters(mailing: Mailing, path: Path) -> None:
    """Write a letter to each frozen address; nobody's name is known."""
    letters: list[dict[str, object]] = [
        {"to": [_("An alle Haushalte"), *address.split(", ")], "text": mailing.text} for address in mailing.addresses
    ]
    _write(mailing.consultation, letters, path)


def write_result_letters(consultation: Consultation, path: Path) -> None:
    """Write the result for each sender who is told by letter."""
    told = (
        Result.objects.filter(statement__consultation=consultation, way=Result.Way.LETTER)
        .select_related("statement__sender")
        .order_by("statement__number")
    )
    letters: list[dict[str, object]] = []
    for result in told:
        sender = getattr(result.statement, "sender", None)
        if sender is None:
            continue
        to = [part for part in (sender.organisation, sender.name, *sender.postal_address.splitlines()) if part]
        about = _("Ihre Stellungnahme %(ref)s wurde geprüft (§ 3 Abs. 2 BauGB). Das Ergebnis:") % {
            "ref": result.statement.reference
        }
        letters.append({"to": to, "text": f"{about}\n\n{result.text}"})
    _write(consultation, letters, path)


def _write(consultation: Consultation, letters: list[dict[str, object]], path: Path) -> None:
    context = {
        "letters": letters,
        "consultation": consultation,
        "town": consultation.municipality,
        "today": timezone.localdate(),
    }
    write_page("letters", context, path)
