"""The notice of a round: drafted from a template, edited, compared with it; and the Land's central portal."""

from typing import Any

from django.contrib import messages
from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from apps.accounts.access import staff_form, staff_page
from apps.accounts.requests import StaffRequest
from apps.consultations import services
from apps.consultations.codes import FORMAL_PERIODS
from apps.consultations.desk.forms import NoticeForm, PortalForm
from apps.consultations.desk.reading import find
from apps.consultations.publication.notice import NoticeFacts, difference, draft_notice
from apps.consultations.publication.notice_checks import missing_parts
from apps.consultations.publication.portal import package_of, portal_of
from apps.consultations.querysets import PLANNERS
from apps.geo.editing import ChangeRefused, StaleEdit, posted_version


@staff_form(*PLANNERS)
def notice(request: StaffRequest, public_id: str) -> HttpResponse:
    """Write the notice of a formal round; "Vorlage einsetzen" and "Vergleichen" store nothing."""
    consultation = find(request, public_id)
    rounds = {period.kind: period for period in consultation.periods.all() if period.kind in FORMAL_PERIODS}
    kind = request.GET.get("frist", "")
    kind = kind if kind in rounds else next(reversed(rounds), "")
    context: dict[str, object] = {"consultation": consultation, "rounds": list(rounds.values()), "step": "notice"}
    if not kind:
        return render(request, "consultations/desk_notice.html", context)
    stored = consultation.notices.filter(kind=kind).first()
    typed = request.POST.get("environmental_information", stored.environmental_information if stored else "")
    facts = NoticeFacts(consultation, rounds[kind], typed.strip())
    template, refused, version = draft_notice(facts), "", request.POST.get("version", str(consultation.version))
    form = NoticeForm(request.POST or None, initial=_initial(stored, template))
    if request.method == "POST" and "template" in request.POST:
        form = NoticeForm(initial={"environmental_information": typed, "text": template})
    elif request.method == "POST" and "compare" not in request.POST and form.is_valid():
        try:
            services.save_notice(
                consultation=consultation,
                actor=request.user,
                version=posted_version(request),
                kind=kind,
                **form.cleaned_data,
            )
        except StaleEdit as stale:
            refused, version = str(stale), str(stale.current.version)
        except ChangeRefused as refusal:
            refused = str(refusal)
        else:
            messages.success(request, _("Die Bekanntmachung ist gespeichert."))
            return redirect(f"{reverse('consultations:desk_notice', args=[public_id])}?frist={kind}")
    text = str(form["text"].value() or "")
    context |= {
        "round": rounds[kind],
        "form": form,
        "is_stored": stored is not None,
        "difference": difference(template, text),
        "missing": [part for _code, part in missing_parts(facts, text)],
        "refused": refused,
        "version": version,
    }
    failed = refused or (form.is_bound and "compare" not in request.POST and form.errors)
    return render(request, "consultations/desk_notice.html", context, status=422 if failed else 200)


def _initial(stored: Any, template: str) -> dict[str, str]:
    if stored is None:
        return {"text": template, "environmental_information": ""}
    return {"text": stored.text, "environmental_information": stored.environmental_information}


@staff_form(*PLANNERS)
def portal(request: StaffRequest, public_id: str) -> HttpResponse:
    """The package for the Land's portal, and when a round was entered there."""
    consultation = find(request, public_id)
    kinds = {p.kind: p.get_kind_display() for p in consultation.periods.all() if p.kind in FORMAL_PERIODS}
    form = PortalForm(request.POST or None, kinds=list(kinds.items()))
    refused, version = "", request.POST.get("version", str(consultation.version))
    if request.method == "POST" and form.is_valid():
        try:
            services.record_portal_entry(
                consultation=consultation, actor=request.user, version=posted_version(request), **form.cleaned_data
            )
        except StaleEdit as stale:
            refused, version = str(stale), str(stale.current.version)
        except ChangeRefused as refusal:
            refused = str(refusal)
        else:
            messages.success(request, _("Der Eintrag im Landesportal ist vermerkt."))
            return redirect("consultations:desk_portal", public_id)
    context = {
        "consultation": consultation,
        "form": form,
        "kinds": kinds,
        "entries": consultation.portal_entries.select_related("recorded_by").order_by("entered_on", "kind"),
        "portal": portal_of(consultation.municipality.key),
        "refused": refused,
        "version": version,
        "step": "portal",
    }
    return render(request, "consultations/desk_portal.html", context, status=422 if refused or form.errors else 200)


@staff_page(*PLANNERS)
def portal_package(request: StaffRequest, public_id: str) -> Any:
    """Notice, documents, area and metadata in one ZIP."""
    consultation = find(request, public_id)
    name = f"landesportal-{consultation.public_id}.zip"
    return FileResponse(package_of(consultation), as_attachment=True, filename=name, content_type="application/zip")
