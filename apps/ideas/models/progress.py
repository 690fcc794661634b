"""What becomes of an idea: milestones of its realisation, and photos of both."""

import pghistory
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.contributions.models import AbstractPhoto
from apps.geo.ids import public_id
from apps.ideas.models.idea import Idea
from apps.ideas.querysets import IdeaPhotoQuerySet
from apps.places.constraints import SameTown
from apps.places.models import TownOwned


@pghistory.track(model_name="MilestoneHistory", obj_field=pghistory.ObjForeignKey(related_name="history"))
class Milestone(TownOwned):
    """One step of the realisation, on a local day; ``percent`` is how far the whole is then."""

    public_id = models.CharField(_("Kennung"), max_length=12, unique=True, default=public_id, editable=False)
    idea = models.ForeignKey(Idea, on_delete=models.CASCADE, related_name="milestones", verbose_name=_("Idee"))
    day = models.DateField(_("Tag"))
    title = models.CharField(_("Was ist geschehen?"), max_length=120)
    text = models.TextField(_("Mehr dazu"), max_length=2000, blank=True, default="")
    percent = models.PositiveSmallIntegerField(_("umgesetzt zu (Prozent)"))

    class Meta:
        verbose_name = _("Schritt der Umsetzung")
        verbose_name_plural = _("Schritte der Umsetzung")
        ordering = ["day", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(percent__lte=100), name="ideas_milestone_percent"),
            SameTown(field="idea", name="ideas_milestone_town"),
        ]

    def __str__(self) -> str:
        return self.title


@pghistory.track(
    fields=["state", "idea"],
    model_name="IdeaPhotoHistory",
    obj_field=pghistory.ObjForeignKey(related_name="state_history"),
)
class IdeaPhoto(AbstractPhoto):
    """A photo of an idea, or of a milestone of it; the public sees it when both it and its idea are public."""

    idea = models.ForeignKey(Idea, on_delete=models.CASCADE, related_name="photos", verbose_name=_("Idee"))
    milestone = models.ForeignKey(
        Milestone, on_delete=models.CASCADE, null=True, blank=True, related_name="photos", verbose_name=_("Schritt")
    )

    objects = IdeaPhotoQuerySet.as_manager()

    class Meta(AbstractPhoto.Meta):
        abstract = False
        verbose_name = _("Foto einer Idee")
        verbose_name_plural = _("Fotos von Ideen")
