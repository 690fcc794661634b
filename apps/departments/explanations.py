"""A routing in words: for the desk, the command line and the record of a report."""

from typing import TYPE_CHECKING

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.departments.routing_sql import PRECEDENCE
from apps.places.models import Road

if TYPE_CHECKING:
    from apps.departments.models import Jurisdiction
    from apps.departments.routing import Candidate, Neighbour, Routing

#: German words for the codes of ``places.Asset.kind`` that rules use; a town's own codes speak for themselves.
ASSET_KINDS = {
    "cemetery": gettext_lazy("Friedhof"),
    "cemetery_church": gettext_lazy("Kirchfriedhof"),
    "container_site": gettext_lazy("Containerplatz"),
    "forest": gettext_lazy("Wald"),
    "forest_state": gettext_lazy("Staatswald"),
    "natural_monument": gettext_lazy("Naturdenkmal"),
    "playground": gettext_lazy("Spielplatz"),
    "railway_property": gettext_lazy("Bahngelände"),
    "water_first_order": gettext_lazy("Gewässer erster Ordnung"),
}

#: Columns that the explanation compares, in order of precedence.
KEYS = tuple(step.key for step in PRECEDENCE)


def outside(neighbour: "Neighbour | None") -> str:
    """Say that a point is not the town's, and where to turn to."""
    if neighbour is None:
        return _("Die Stelle liegt außerhalb des Gemeindegebiets.")
    if not neighbour.contact:
        return _("Die Stelle liegt außerhalb des Gemeindegebiets, in %(name)s.") % {"name": neighbour.name}
    return _("Die Stelle liegt außerhalb des Gemeindegebiets, in %(name)s. Bitte wenden Sie sich an: %(contact)s") % {
        "name": neighbour.name,
        "contact": neighbour.contact,
    }


def fallback() -> str:
    """Say that no rule matches."""
    return _("Für diese Stelle ist keine andere Zuständigkeit hinterlegt; die Eingangsstelle kümmert sich darum.")


def sentences(routing: "Routing") -> list[str]:
    """Return the decision in sentences: who, why, who else is told, who came second and why not."""
    if routing.outside or routing.executor is None or routing.owner is None:
        return [routing.reason]
    told = [_("Zuständig ist %(name)s. %(reason)s") % {"name": routing.executor.name, "reason": routing.reason}]
    winner = next((c for c in routing.candidates if c.rule is routing.rule), None)
    if winner is not None:
        told += filter(None, [_met(winner)])
    if routing.owner.pk != routing.executor.pk:
        told.append(_("Träger ist %(name)s.") % {"name": routing.owner.name})
    if routing.copy_to is not None:
        told.append(_("Eine Kopie geht an %(name)s.") % {"name": routing.copy_to.name})
    if winner is not None and winner.rule.to_confirm:
        told.append(_("Diese Zuordnung ist angenommen und von der Stadt noch zu bestätigen."))
    others = [c for c in routing.candidates if c is not winner]
    told += [_broken(c) for c in others if not c.executor.is_active]
    second = next((c for c in others if c.executor.is_active), None)
    if second is not None:
        told.append(
            _("An zweiter Stelle steht %(name)s: %(reason)s %(why)s")
            % {"name": second.executor.name, "reason": second.rule.reason, "why": standing(routing, second)}
        )
    elif winner is not None:
        told.append(_("Keine weitere Regel trifft zu."))
    return told


def standing(routing: "Routing", candidate: "Candidate") -> str:
    """Say whether a candidate decides, or which step of the precedence puts it behind the one that does."""
    if candidate.rule is routing.rule:
        return _("Diese Regel entscheidet.")
    if not candidate.executor.is_active:
        return _broken(candidate)
    winner = next(c for c in routing.candidates if c.rule is routing.rule)
    step = next(step for step in PRECEDENCE if winner.keys[step.key] != candidate.keys[step.key])
    return _("Diese Regel tritt hinter „%(winner)s“ zurück, weil %(because)s.") % {
        "winner": winner.rule.code,
        "because": step.because,
    }


def _broken(candidate: "Candidate") -> str:
    return _("Die Regel „%(rule)s“ nennt mit %(name)s eine Stelle, die nicht mehr aktiv ist.") % {
        "rule": candidate.rule.code,
        "name": candidate.executor.name,
    }


def _met(candidate: "Candidate") -> str:
    """Say what the rule met at the point, e.g. „K 8367 (Kreisstraße), 6 m entfernt, innerhalb …“."""
    parts = [*candidate.conditions, candidate.feature]
    if candidate.where == "road":
        road_class = str(Road.RoadClass(candidate.road_class).label)
        parts[-1] = f"{candidate.feature} ({road_class})" if candidate.feature else road_class
    if candidate.where in ("asset", "road") and candidate.distance_m is not None:
        parts.append(_distance(candidate.distance_m))
    if candidate.inside_built_up is not None:
        parts.append(
            _("innerhalb der geschlossenen Ortslage")
            if candidate.inside_built_up
            else _("außerhalb der geschlossenen Ortslage")
        )
    met = ", ".join(filter(None, parts))
    return _("Maßgeblich: %(met)s.") % {"met": met} if met else ""


def _distance(distance_m: float) -> str:
    if distance_m == 0:
        return _("an dieser Stelle")
    if distance_m < 1:
        return _("weniger als 1 m entfernt")
    return _("%(metres)s m entfernt") % {"metres": number_format(round(distance_m), 0)}


def where(rule: "Jurisdiction") -> str:
    """Say in words where a rule answers, e.g. „an Kreisstraßen bis 20 m, innerhalb der Ortslage“."""
    parts = []
    if rule.asset_kind:
        kind = str(ASSET_KINDS.get(rule.asset_kind, rule.asset_kind))
        parts.append(
            _("%(kind)s bis %(metres)d m") % {"kind": kind, "metres": rule.distance_m} if rule.distance_m else kind
        )
    if rule.road_classes:
        classes = ", ".join(str(Road.RoadClass(c).label) for c in rule.road_classes)
        path = f" ({rule.get_road_path_display()})" if rule.road_path else ""
        parts.append(
            _("%(classes)s%(path)s bis %(metres)d m") % {"classes": classes, "path": path, "metres": rule.distance_m}
        )
    if rule.area is not None:
        parts.append(str(rule.area))
    if rule.own_area is not None:
        parts.append(_("gezeichnete Fläche"))
    if rule.inside_built_up is not None:
        parts.append(_("innerhalb der Ortslage") if rule.inside_built_up else _("außerhalb der Ortslage"))
    return ", ".join(parts) or _("im ganzen Gemeindegebiet")
