"""Files of the weighing: order one, see how far it is, fetch it."""

from typing import Any

from django import forms
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from apps.accounts.access import staff_form, staff_page
from apps.accounts.requests import StaffRequest
from apps.statements.codes import STAFF
from apps.statements.desk.reading import find_consultation
from apps.statements.export.formats import FORMATS
from apps.statements.models import Export
from apps.statements.services.exports import folder, order_export

_FILE: dict[str, str] = {
    Export.Content.WEIGHING: "abwaegung",
    Export.Content.RESULTS: "ergebnisbriefe",
    Export.Content.MAILING: "nachbarschaft",
}


class OrderForm(forms.Form):
    """Which file, in which order, for whom."""

    ending = forms.ChoiceField(label=_("Datei"), choices=[(name, f.title) for name, f in FORMATS.items()])
    order = forms.ChoiceField(label=_("Gliederung"), choices=Export.Order.choices)
    with_names = forms.BooleanField(
        label=_("Mit Namen und Originaltexten, nur für die Akte"),
        required=False,
        help_text=_("Ohne Häkchen stehen Nummern statt Namen darin, wie es Unterlagen des Stadtrats brauchen."),
    )


@staff_form(*STAFF)
def exports(request: StaffRequest, public_id: str) -> HttpResponse:
    """The form and one's own files of this consultation."""
    consultation = find_consultation(request, public_id)
    form = OrderForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        order_export(consultation=consultation, actor=request.user, **form.cleaned_data)
        return redirect("statements:desk_exports", public_id)
    found = list(Export.objects.filter(consultation=consultation, ordered_by=request.user)[:20])
    context = {
        "consultation": consultation,
        "form": form,
        "exports": [(export, _title(export)) for export in found],
        "is_waiting": any(export.state == Export.State.WANTED for export in found),
        "step": "exports",
    }
    return render(request, "statements/desk/exports.html", context, status=422 if form.errors else 200)


def _title(export: Export) -> str | Promise:
    is_weighing = export.content == Export.Content.WEIGHING
    return FORMATS[export.ending].title if is_weighing else export.get_content_display()


@staff_page(*STAFF)
def export_file(request: StaffRequest, public_id: str, export_id: str) -> Any:
    """A finished file, for whoever ordered it."""
    export = get_object_or_404(
        Export,
        consultation=find_consultation(request, public_id),
        ordered_by=request.user,
        public_id=export_id,
        state=Export.State.READY,
    )
    path = folder() / export.file_name
    if not path.exists():
        raise Http404
    name = f"{_FILE[export.content]}-{public_id}{'-intern' if export.with_names else ''}.{export.ending}"
    media_type = FORMATS[export.ending].media_type
    return FileResponse(path.open("rb"), as_attachment=True, filename=name, content_type=media_type)
