"""What every mapped thing has, and the version of each layer's public view."""

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from apps.geo.ids import public_id


class MapFeature(models.Model):
    """Abstract base of a thing on the map.

    ``public_id`` is what the outside sees; the primary key stays inside. ``public_changed_at`` moves only when the
    public representation changes (``versions.py``), ``changed_at`` with every change.
    """

    public_id = models.CharField(_("Kennung"), max_length=12, unique=True, default=public_id, editable=False)
    created_at = models.DateTimeField(_("angelegt am"), db_default=Now(), editable=False)
    changed_at = models.DateTimeField(_("geändert am"), auto_now=True)
    public_changed_at = models.DateTimeField(_("öffentlich geändert am"), db_default=Now(), editable=False)

    class Meta:
        abstract = True


class LayerVersion(models.Model):
    """How often the public view of a table has changed, per town. Written by triggers and ``advance_version``."""

    source = models.CharField(max_length=63)
    municipality_id = models.BigIntegerField()
    number = models.BigIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "municipality_id"], name="geo_one_version_per_source")]

    def __str__(self) -> str:
        return f"{self.source}/{self.municipality_id}: {self.number}"
