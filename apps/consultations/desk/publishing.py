"""Publishing, asking a second person to let it pass, and withdrawing."""

from django.contrib import messages
from django.forms import BaseForm
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.access import staff_act, staff_form
from apps.accounts.requests import StaffRequest
from apps.consultations import services
from apps.consultations.desk.forms import DecisionForm, OverrideForm, WithdrawForm
from apps.consultations.desk.reading import find
from apps.consultations.publication.checks import run_checks
from apps.consultations.querysets import PLANNERS
from apps.consultations.views import page_of
from apps.geo.editing import ChangeRefused, posted_version
from apps.geo.refusals import said_at


@staff_form(*PLANNERS)
def publish(request: StaffRequest, public_id: str) -> HttpResponse:
    """What will be public, what is still missing, and the button."""
    refused = ""
    if request.method == "POST":
        try:
            services.publish_consultation(
                consultation=find(request, public_id),
                actor=request.user,
                version=posted_version(request),
                at=timezone.now(),
            )
        except ChangeRefused as refusal:
            refused = str(refusal)
        else:
            messages.success(request, _("Veröffentlicht. So sehen es jetzt alle."))
            return redirect("consultations:detail", public_id)
    return _publish_page(request, public_id, refused=refused)


def _publish_page(request: StaffRequest, public_id: str, *, refused: str = "", **forms: BaseForm) -> HttpResponse:
    consultation = find(request, public_id)
    findings = run_checks(consultation, timezone.now())
    blocking = services.not_lifted(consultation, findings)
    overrides = list(consultation.overrides.select_related("requested_by", "decided_by"))
    waiting = next((override for override in overrides if override.is_granted is None), None)
    context = {
        **page_of(consultation),
        "consultation": consultation,
        "public_papers": [paper for paper in consultation.papers if paper.is_published and not paper.replaced_at],
        "findings": [(finding, finding.is_error and finding not in blocking) for finding in findings],
        "blocked": bool(blocking),
        "absolute": any(finding.is_absolute for finding in blocking),
        "is_published": consultation.is_public and not consultation.has_waiting_rounds,
        "waiting": waiting,
        "is_mine": waiting is not None and waiting.requested_by_id == request.user.pk,
        "decided": [override for override in overrides if override.is_granted is not None],
        "override_form": forms.get("override_form") or OverrideForm(),
        "decision_form": forms.get("decision_form") or DecisionForm(),
        "refused": refused,
        "step": "publish",
    }
    failed = refused or any(form.errors for form in forms.values())
    return render(request, "consultations/desk_publish.html", context, status=422 if failed else 200)


@staff_act(*PLANNERS)
def ask_override(request: StaffRequest, public_id: str) -> HttpResponse:
    """Ask a second person to let it be published although the check says no."""
    consultation = find(request, public_id)
    form = OverrideForm(request.POST)
    if not form.is_valid():
        return _publish_page(request, public_id, override_form=form)
    try:
        services.request_override(
            consultation=consultation,
            actor=request.user,
            version=posted_version(request),
            reason=form.cleaned_data["reason"],
            at=timezone.now(),
        )
    except ChangeRefused as refusal:
        return _publish_page(request, public_id, refused=str(refusal), override_form=form)
    messages.success(request, _("Die Freigabe ist beantragt. Ihre Kolleginnen und Kollegen haben eine Nachricht."))
    return redirect("consultations:desk_publish", public_id)


@staff_act(*PLANNERS)
def decide_override(request: StaffRequest, public_id: str) -> HttpResponse:
    """Grant or refuse what somebody else has asked for."""
    override = get_object_or_404(find(request, public_id).overrides, is_granted=None)
    form = DecisionForm(request.POST)
    if not form.is_valid():
        return _publish_page(request, public_id, decision_form=form)
    is_granted = request.POST.get("decision") == "grant"
    try:
        services.decide_override(
            override=override,
            actor=request.user,
            is_granted=is_granted,
            note=form.cleaned_data["note"],
            at=timezone.now(),
        )
    except ChangeRefused as refusal:
        return _publish_page(request, public_id, refused=str(refusal), decision_form=form)
    messages.success(request, _("Freigegeben.") if is_granted else _("Nicht freigegeben."))
    return redirect("consultations:desk_publish", public_id)


@staff_form(*PLANNERS)
def withdraw(request: StaffRequest, public_id: str) -> HttpResponse:
    """Take a published consultation back, with a reason."""
    consultation = find(request, public_id)
    form = WithdrawForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with said_at(form, None):
            services.withdraw_consultation(
                consultation=consultation,
                actor=request.user,
                version=posted_version(request),
                reason=form.cleaned_data["reason"],
            )
            messages.success(request, _("Das Verfahren ist nicht mehr öffentlich."))
            return redirect("consultations:desk")
    context = {"consultation": consultation, "form": form, "step": "withdraw"}
    return render(request, "consultations/desk_withdraw.html", context, status=422 if form.errors else 200)
