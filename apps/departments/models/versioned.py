"""Rows whose versions the database counts, so that a report can name the versions that decided it."""

import pgtrigger
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from apps.geo.editing import Editable

#: Counts whoever writes, ``QuerySet.update()`` and raw SQL too; the history's own trigger comes after it and keeps the
#: number, so that (row, version) names exactly one entry of the history.
COUNT_VERSION = pgtrigger.Trigger(
    name="count_version",
    when=pgtrigger.Before,
    operation=pgtrigger.Update,
    condition=pgtrigger.Condition("OLD.* IS DISTINCT FROM NEW.*"),
    func="NEW.version := OLD.version + 1; NEW.changed_at := statement_timestamp(); RETURN NEW;",
)


class Versioned(Editable):
    """Abstract base of a tracked row; ``version`` is 1 for a new row and counts with every change of any column."""

    changed_at = models.DateTimeField(_("geändert am"), db_default=Now(), editable=False)

    class Meta:
        abstract = True
