"""The planner's form with a file beside it: reading shows, saving stores, and nothing typed is lost in between."""

from django.utils.translation import gettext as _

from apps.accounts.requests import StaffRequest
from apps.consultations.areas.found import FoundPlan
from apps.consultations.areas.plan_file import read_plan
from apps.consultations.desk.forms import ConsultationForm
from apps.consultations.models import Consultation
from apps.consultations.xplan.plan import Round
from apps.geo.untrusted import InputRefused


class PlanEntry:
    """One request to the form of a consultation.

    ``form`` is bound when the planner saves (``is_saving``), and only filled in when a file is read; ``found`` is what
    the last read file holds, ``refused`` the sentence about a file that could not be read.
    """

    def __init__(
        self, request: StaffRequest, form_class: type[ConsultationForm], consultation: Consultation | None = None
    ) -> None:
        self.request, self.form_class, self.consultation = request, form_class, consultation
        self.found: FoundPlan | None = None
        self.refused = ""
        self.is_saving = False
        if request.method != "POST":
            self.form = self._form()
            return
        self.found = FoundPlan.loads(request.POST.get("found", ""))
        if "read" in request.POST:
            self.form = self._look()
        else:
            self.form = self._save()

    def rounds(self) -> list[Round]:
        """Return the rounds of the file that the planner takes."""
        return self.found.rounds_taken() if self.found else []

    def source(self) -> str:
        """Return where the area came from, for the history; empty when it was drawn."""
        option = self.found.option if self.found else None
        return f"{self.found.kind}, {option.crs}" if self.found and option else ""

    def _form(self, **more: object) -> ConsultationForm:
        area = self.consultation.area if self.consultation else None
        return self.form_class(instance=self.consultation, geometry=area, **more)

    def _look(self) -> ConsultationForm:
        """Fill what a file says into the form as it was typed; nothing is checked or stored yet."""
        blank, posted = self._form(), self.request.POST
        typed = {name: posted[name] for name in blank.fields if name in posted}
        if posted["read"] == "file":
            untouched = {name: str(blank.get_initial_for_field(f, name) or "") for name, f in blank.fields.items()}
            filled = self._read(typed, untouched)
        else:
            self.found = self.found.answered(posted) if self.found else None
            filled = {"shape": self.found.option.shape} if self.found and self.found.option else {}
        form = self._form(initial={**typed, **filled})
        form.look()
        return form

    def _read(self, typed: dict[str, str], untouched: dict[str, str]) -> dict[str, str]:
        """Return what the chosen file puts into the form; nothing, and ``refused``, when it cannot be read."""
        upload = self.request.FILES.get("file")
        try:
            if upload is None:
                raise InputRefused(_("Bitte wählen Sie zuerst eine Datei aus."))
            plan = read_plan(self.request.municipality, upload)
        except InputRefused as refusal:
            self.refused = str(refusal)
            return {}
        self.found = FoundPlan.of(plan, typed, untouched if self.consultation is None else {})
        return self.found.filled()

    def _save(self) -> ConsultationForm:
        posted = self.request.POST
        if self.found is None:
            self.is_saving = True
            return self._form(data=posted)
        was_asking = self.found.is_asking
        self.found = self.found.answered(posted)
        data = self.found.applied(posted)
        if was_asking and self.found.option:
            data["shape"] = self.found.option.shape
        form = self._form(data=data)
        self.is_saving = True
        if was_asking and not posted.get("option"):
            form.add_error("shape", _("Bitte wählen Sie, welche Fläche der Datei gemeint ist."))
        return form
