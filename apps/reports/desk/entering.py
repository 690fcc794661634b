"""A report that somebody tells on the phone, at the counter or in a letter, with the photos that came along."""

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from apps.accounts.access import staff_form
from apps.accounts.requests import StaffRequest
from apps.contributions.idempotency import KeyReused
from apps.contributions.photo_form import take_photos
from apps.contributions.uploads import PhotosGone, drop_draft
from apps.departments.answers import AnswersRefused
from apps.geo.refusals import said_at
from apps.reports import services
from apps.reports.desk.forms import StaffReportForm
from apps.reports.models import Report


@staff_form("clerk", "administrator")
def staff_new(request: StaffRequest) -> HttpResponse:
    """Write down a report for somebody on the phone, at the counter or in a letter."""
    town = request.municipality
    if request.method != "POST":
        # With a category its questions are there at once: the page's script asks for them that way.
        chosen = request.GET.get("category", "")[:40]
        form = StaffReportForm(town, initial={"key": uuid.uuid4(), "channel": "phone", "category": chosen})
        return render(request, "reports/desk/new.html", {"form": form})
    step = request.POST.get("step", "")
    wants_photos, wants_questions = step == "photos", step == "questions"
    taken = take_photos(request, town, is_final=not (wants_photos or wants_questions))
    form = StaffReportForm(town, taken.data)
    if wants_photos or wants_questions or taken.removed or taken.refusals or form.has_unseen_questions:
        context = {
            "form": StaffReportForm(town, initial=form.typed()),
            "asks": form.has_unseen_questions,
            "has_none": wants_questions and not form.questions,
            "refusals": taken.refusals,
        }
        return render(request, "reports/desk/new.html", context, status=400 if taken.refusals else 200)
    if form.is_valid():
        data = form.cleaned_data
        with said_at(form, None, KeyReused, AnswersRefused, PhotosGone):
            submitted = services.submit_report(
                municipality=town,
                category=data["category"],
                point=data["point"],
                description=data["description"],
                answers=data["answers"],
                idempotency_key=data["key"],
                channel=data["channel"],
                contact=form.contact(),
                entered_by=request.user,
                draft=data["draft"],
                photos=data["photos"],
            )
            drop_draft(municipality=town, draft=data["draft"])
            report = submitted.report
            messages.success(
                request,
                _("Meldung %(ref)s liegt jetzt bei: %(who)s.") % {"ref": report.reference, "who": report.executor.name},
            )
            visible = Report.objects.visible_to(request.user).filter(pk=report.pk).exists()
            return redirect("reports:work", public_id=report.public_id) if visible else redirect("reports:inbox")
    return render(request, "reports/desk/new.html", {"form": form}, status=400)
