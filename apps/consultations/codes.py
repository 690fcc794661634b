"""Coded values. Numbers are the codes of XPlanung 6.0 (BP_PlanArt, BP_Verfahren, BP_Rechtsstand), words are our own."""

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class PlanType(models.TextChoices):
    """XPlanung ``planArt``; below it what XPlanung's BP_PlanArt does not know."""

    DEVELOPMENT_PLAN = "1000", _("Bebauungsplan")
    SIMPLE = "10000", _("Einfacher Bebauungsplan")
    QUALIFIED = "10001", _("Qualifizierter Bebauungsplan")
    HOUSING = "10002", _("Bebauungsplan zur Wohnraumversorgung")
    PROJECT = "3000", _("Vorhabenbezogener Bebauungsplan")
    PROJECT_AND_INFRASTRUCTURE = "3100", _("Vorhaben- und Erschließungsplan")
    INNER_AREA = "4000", _("Innenbereichssatzung")
    CLARIFICATION = "40000", _("Klarstellungssatzung")
    EXTENSION = "40001", _("Entwicklungssatzung")
    SUPPLEMENT = "40002", _("Ergänzungssatzung")
    OUTER_AREA = "5000", _("Außenbereichssatzung")
    BUILDING_RULES = "7000", _("Örtliche Bauvorschrift")
    OTHER_PLAN = "9999", _("Sonstiger Plan")
    LAND_USE_PLAN = "fnp", _("Flächennutzungsplan")
    NOISE_ACTION_PLAN = "noise", _("Lärmaktionsplan")
    URBAN_CONCEPT = "isek", _("Städtebauliches Entwicklungskonzept")
    STREET_DESIGN = "street", _("Straßen- und Platzgestaltung")
    INFORMAL = "informal", _("Informelle Beteiligung")


class Procedure(models.TextChoices):
    """XPlanung ``verfahren`` (in 6.0 at BP_Bereich, earlier at the plan)."""

    NONE = "", _("ohne förmliches Verfahren")
    REGULAR = "1000", _("Regelverfahren")
    SIMPLIFIED = "2000", _("Vereinfachtes Verfahren (§ 13 BauGB)")
    INNER_DEVELOPMENT = "3000", _("Beschleunigtes Verfahren (§ 13a BauGB)")
    OUTER_INCLUSION = "4000", _("Verfahren nach § 13b BauGB (aufgehoben)")


class LegalStatus(models.TextChoices):
    """XPlanung BP_Rechtsstand."""

    NONE = "", _("kein Rechtsstand")
    INITIATED = "1000", _("Aufstellungsbeschluss")
    DRAFT = "2000", _("Entwurf")
    EARLY_AUTHORITY = "2100", _("Frühzeitige Behördenbeteiligung")
    EARLY_PUBLIC = "2200", _("Frühzeitige Öffentlichkeitsbeteiligung")
    DRAFT_APPROVED = "2250", _("Entwurfsbeschluss")
    AUTHORITY = "2300", _("Behördenbeteiligung")
    PUBLICATION = "2400", _("Veröffentlichung des Entwurfs")
    ADOPTED = "3000", _("Satzungsbeschluss")
    IN_FORCE = "4000", _("In Kraft getreten")
    PARTLY_EXPIRED = "4500", _("Teilweise untergegangen")
    PARTLY_REPEALED = "45000", _("Teilweise aufgehoben")
    PARTLY_OUT_OF_FORCE = "45001", _("Teilweise außer Kraft")
    EXPIRED = "5000", _("Untergegangen")
    REPEALED = "50000", _("Aufgehoben")
    OUT_OF_FORCE = "50001", _("Außer Kraft")


class State(models.TextChoices):
    """Where the participation stands. Stored, and switched by a job at local midnight, so that caches can be told."""

    DRAFT = "draft", _("Entwurf")
    ANNOUNCED = "announced", _("angekündigt")
    OPEN = "open", _("läuft")
    CLOSED = "closed", _("beendet")
    WITHDRAWN = "withdrawn", _("zurückgezogen")


#: What everybody may see.
PUBLIC_STATES = (State.ANNOUNCED, State.OPEN, State.CLOSED)


class PeriodKind(models.TextChoices):
    EARLY_PUBLIC = "early_public", _("Frühzeitige Beteiligung")
    PUBLICATION = "publication", _("Veröffentlichung des Entwurfs")
    REPEAT = "repeat", _("Erneute Veröffentlichung")
    INFORMAL = "informal", _("Informelle Beteiligung")


#: What stands in the notice when the planner writes nothing else (BauGB, text of 7 July 2023).
LEGAL_BASIS: dict[str, Promise | str] = {
    PeriodKind.EARLY_PUBLIC: _("Frühzeitige Beteiligung der Öffentlichkeit nach § 3 Abs. 1 BauGB"),
    PeriodKind.PUBLICATION: _("Veröffentlichung des Entwurfs nach § 3 Abs. 2 BauGB"),
    PeriodKind.REPEAT: _("Erneute Veröffentlichung des geänderten Entwurfs nach § 4a Abs. 3 BauGB"),
    PeriodKind.INFORMAL: _("Beteiligung durch die Stadt, ohne förmliches Verfahren"),
}
#: Periods in which documents must be published (§ 3(2), § 4a(3) BauGB).
FORMAL_PERIODS = (PeriodKind.PUBLICATION, PeriodKind.REPEAT)


class DocumentKind(models.TextChoices):
    NOTICE = "notice", _("Bekanntmachung")
    DRAFT = "draft", _("Planentwurf")
    EXPLANATORY_REPORT = "explanatory_report", _("Begründung")
    ENVIRONMENTAL_REPORT = "environmental_report", _("Umweltbericht")
    ENVIRONMENTAL_STATEMENT = "environmental_statement", _("Umweltbezogene Stellungnahme")
    RESULT = "result", _("Ergebnis")
    OTHER = "other", _("Weitere Unterlage")
