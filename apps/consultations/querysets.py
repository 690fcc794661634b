"""Questions about consultations, their periods and documents."""

from typing import Any, Self

from django.contrib.gis.db.models.functions import Transform
from django.db.models import F, Prefetch, Q, QuerySet

from apps.consultations.codes import PUBLIC_STATES, State
from apps.geo.audience import Actor
from apps.geo.crs import WGS84

#: Who prepares consultations and therefore sees drafts.
PLANNERS = ("planner", "administrator")


class ConsultationQuerySet(QuerySet[Any]):
    def visible_to(self, actor: Actor) -> Self:
        """Published ones for everybody; drafts and withdrawn ones for planners and administrators of the town."""
        if not actor.is_authenticated:
            return self.filter(state__in=PUBLIC_STATES)
        published = Q(municipality__in=actor.towns_with_role(), state__in=PUBLIC_STATES)
        return self.filter(published | Q(municipality__in=actor.towns_with_role(*PLANNERS)))

    def open(self) -> Self:
        """Running ones, the one that ends first first."""
        return self.filter(state=State.OPEN).order_by("ends_on", "pk")

    def announced(self) -> Self:
        """Coming ones, the next first."""
        return self.filter(state=State.ANNOUNCED).order_by("starts_on", "pk")

    def closed(self) -> Self:
        """Past ones, the latest first."""
        return self.filter(state=State.CLOSED).order_by("-ends_on", "-pk")

    def with_papers(self, *, unpublished: bool = False) -> Self:
        """Fetch periods and documents along (two queries); ``unpublished`` ones only at the desk."""
        from apps.consultations.models import Document, ParticipationPeriod

        periods = ParticipationPeriod.objects.all()
        periods = periods if unpublished else periods.filter(is_published=True)
        documents = Document.objects.in_reading_order()
        documents = (documents if unpublished else documents.published()).with_sheets()
        return self.prefetch_related(Prefetch("periods", periods), Prefetch("documents", documents, to_attr="papers"))


class DocumentQuerySet(QuerySet[Any]):
    def published(self) -> Self:
        """Those that readers may open, replaced versions left out."""
        return self.filter(is_published=True, replaced_at=None)

    def current(self) -> Self:
        """Those that no newer version has replaced."""
        return self.filter(replaced_at=None)

    def in_reading_order(self) -> Self:
        """Order as they were entered; the newest version of each first."""
        return self.order_by("position", F("version").desc(), "pk")

    def with_sheets(self) -> Self:
        """Fetch along where a document lies on the map; ``outline`` in degrees (WGS 84), None for most."""
        return self.select_related("sheet").annotate(outline=Transform("sheet__outline", WGS84))


class PlanSheetQuerySet(QuerySet[Any]):
    def visible_to(self, actor: Actor) -> Self:
        """Those on the map of a published document; for planners and administrators every one of their town."""
        is_shown = Q(
            state="ready",
            document__is_published=True,
            document__replaced_at=None,
            document__consultation__state__in=PUBLIC_STATES,
        )
        if not actor.is_authenticated:
            return self.filter(is_shown)
        published = Q(municipality__in=actor.towns_with_role()) & is_shown
        return self.filter(published | Q(municipality__in=actor.towns_with_role(*PLANNERS)))
