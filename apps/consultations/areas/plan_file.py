"""An uploaded plan: the areas it may mean, what it says about itself, and what was not understood. Stores nothing."""

from dataclasses import dataclass

from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from apps.consultations.areas.options import Option, options_of
from apps.consultations.xplan.plan import PlanFacts, plans_of
from apps.geo.untrusted import InputRefused
from apps.geofiles.areas import read_areas
from apps.places.models import Municipality


@dataclass(frozen=True)
class PlanFile:
    """What a planner is shown before anything is saved."""

    kind: str
    options: tuple[Option, ...]
    facts: PlanFacts | None = None
    notes: tuple[str, ...] = ()


def read_plan(town: Municipality, upload: UploadedFile) -> PlanFile:
    """Return what an uploaded file holds; raises ``InputRefused`` with a sentence when there is nothing to take."""
    file = read_areas(upload)
    if file.root[1] != "XPlanAuszug":
        return PlanFile(file.kind, tuple(options_of(town, file.layers)), None, file.notes)
    plans = plans_of(file, town_key=town.key)
    if len(plans) > 1:
        names = ", ".join(plan.title for plan in plans[:10])
        raise InputRefused(
            _("Die Datei enthält mehrere Pläne (%(names)s). Bitte laden Sie jeden für sich hoch.") % {"names": names}
        )
    plan = plans[0]
    version = file.root[0].removeprefix("http://www.xplanung.de/xplangml/").replace("/", ".")
    notes = [*plan.notes, *file.notes]
    options: tuple[Option, ...] = ()
    if plan.layer is not None:
        try:
            layer = type(plan.layer)(plan.title, plan.layer.shapes, plan.layer.declared_srid)
            options = tuple(options_of(town, [layer]))
        except InputRefused as refusal:
            notes.append(str(refusal))
    return PlanFile(f"XPlanGML {version}", options, plan, tuple(notes))
