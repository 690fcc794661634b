"""Questions about ideas, calls, comments and photos. ``visible_to`` alone decides who may read which."""

from typing import TYPE_CHECKING, Any, Self

from django.contrib.gis.db.models import FloatField, GeometryField
from django.contrib.gis.db.models.functions import Distance, PointOnSurface
from django.contrib.gis.geos import GEOSGeometry, Point
from django.db.models import BooleanField, Func, Q, QuerySet, Value
from django.db.models.functions import Coalesce

from apps.geo.audience import Actor
from apps.geo.crs import GEO_SRID

if TYPE_CHECKING:
    from apps.ideas.models import Idea

#: Who reads ideas before everybody does, answers and hides them.
KEEPERS = ("moderator", "planner", "administrator")
_GROUND = ("point", "line", "area")


def _ground() -> Coalesce:
    return Coalesce(*_GROUND, output_field=GeometryField(srid=GEO_SRID))


def _shape(geometry: GEOSGeometry) -> Value:
    return Value(geometry, output_field=GeometryField(srid=GEO_SRID))


class Knn(Func):
    """``a <-> b``: distance in metres of the storage CRS; ordered by it, the GiST index yields the nearest first."""

    template = "(%(expressions)s)"
    arg_joiner = " <-> "
    output_field = FloatField()


class Within(Func):
    """``ST_DWithin(a, b, metres)`` on an expression; served by the GiST index of that expression."""

    function = "ST_DWithin"
    output_field = BooleanField()


class IdeaQuerySet(QuerySet[Any]):
    def public(self) -> Self:
        """Published, not hidden, and not part of another idea."""
        return self.filter(is_hidden=False, merged_into=None).exclude(status="submitted")

    def waiting(self) -> Self:
        """Submitted and neither published nor hidden yet."""
        return self.filter(is_hidden=False, status="submitted", merged_into=None)

    def visible_to(self, actor: Actor) -> Self:
        """Published ones for everybody; all of a town for those who keep them."""
        if not actor.is_authenticated:
            return self.public()
        everything = Q(municipality__in=actor.towns_with_role(*KEEPERS))
        shown = Q(municipality__in=actor.towns_with_role(), is_hidden=False, merged_into=None) & ~Q(status="submitted")
        return self.filter(everything | shown)

    def with_anchor(self) -> Self:
        """Add ``anchor``: a storage-CRS point on the idea's point, line or area."""
        return self.annotate(anchor=PointOnSurface(_ground()))

    def nearest_to(self, point: Point) -> Self:
        """Order by distance from a storage-CRS point, nearest first, and add ``distance`` (m).

        By nothing else: with a second key PostgreSQL would no longer walk the index.
        """
        return self.annotate(distance=Distance(_ground(), point)).order_by(Knn(_ground(), _shape(point)))

    def near(self, geometry: GEOSGeometry, metres: float) -> Self:
        """Keep what lies at most ``metres`` from a storage-CRS geometry."""
        return self.filter(Within(_ground(), _shape(geometry), Value(float(metres))))

    def most_supported(self) -> Self:
        return self.order_by("-support_count", "-pk")

    def newest(self) -> Self:
        return self.order_by("-received_on", "-pk")


class CallQuerySet(QuerySet[Any]):
    def visible_to(self, actor: Actor) -> Self:
        """Published calls for everybody; drafts for the keepers of ideas of the town."""
        if not actor.is_authenticated:
            return self.filter(is_published=True)
        shown = Q(municipality__in=actor.towns_with_role(), is_published=True)
        return self.filter(shown | Q(municipality__in=actor.towns_with_role(*KEEPERS)))

    def running(self) -> Self:
        """Those that are not over, the one that began last first."""
        return self.exclude(phase="closed").order_by("-created_at", "-pk")

    def collecting(self) -> Self:
        """Those that take ideas."""
        return self.filter(phase="collect").order_by("-created_at", "-pk")


class CommentQuerySet(QuerySet[Any]):
    def visible_to(self, actor: Actor) -> Self:
        """Comments follow their idea, or the one in which it goes on; the public sees released ones, and answers only
        below a released one. What was said about an idea that is hidden is hidden there, too.
        """
        ideas = self.model._meta.get_field("idea").related_model._default_manager.visible_to(actor)
        joined = Q(idea__merged_into__in=ideas, idea__is_hidden=False) & ~Q(idea__status="submitted")
        found = self.filter(Q(idea__in=ideas) | joined)
        if actor.is_authenticated:
            keeps = Q(municipality__in=actor.towns_with_role(*KEEPERS))
            return found.filter(keeps | self._shown())
        return found.filter(self._shown())

    @staticmethod
    def _shown() -> Q:
        return Q(state="released") & (Q(parent=None) | Q(parent__state="released"))

    def shown_at(self, idea: "Idea") -> Self:
        """Keep what is read on the page of an idea: its own, and that of ideas that go on in it."""
        return self.filter(Q(idea=idea) | Q(idea__merged_into=idea)).select_related("idea")

    def waiting(self) -> Self:
        return self.filter(state="pending").order_by("created_at", "pk")


class IdeaPhotoQuerySet(QuerySet[Any]):
    def visible_to(self, actor: Actor) -> Self:
        """Photos follow their idea; the public sees the released ones."""
        ideas = self.model._meta.get_field("idea").related_model._default_manager.visible_to(actor)
        found = self.filter(idea__in=ideas)
        if actor.is_authenticated:
            return found.filter(Q(idea__municipality__in=actor.towns_with_role(*KEEPERS)) | Q(state="released"))
        return found.filter(state="released")

    def of_idea(self, idea: "Idea") -> Self:
        """Those that came with the idea; photos of milestones are read with these."""
        return self.filter(idea=idea, milestone=None).order_by("position", "pk")
