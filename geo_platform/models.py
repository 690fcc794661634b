"""The editable texts of a town: imprint, privacy notice and the others that the law or good manners ask for."""

import pghistory
from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from apps.places.models import TownOwned


@pghistory.track()
class LegalText(TownOwned):
    """One text in Markdown (CommonMark with tables); the page shows the sanitised rendering of ``texts.py``."""

    class Slug(models.TextChoices):
        IMPRINT = "imprint", _("Impressum")
        PRIVACY = "privacy", _("Datenschutz")
        ACCESSIBILITY = "accessibility", _("Barrierefreiheit")
        LICENCES = "licences", _("Lizenzen und Quellen")
        ABOUT = "about", _("Über diese Plattform")
        SIMPLE_LANGUAGE = "simple_language", _("Leichte Sprache")

    slug = models.CharField(_("Text"), max_length=20, choices=Slug)
    title = models.CharField(_("Überschrift"), max_length=120)
    body = models.TextField(_("Text"))
    changed_at = models.DateTimeField(_("geändert am"), auto_now=True)

    class Meta:
        verbose_name = _("Text")
        verbose_name_plural = _("Texte")
        constraints = [
            models.UniqueConstraint(fields=["municipality", "slug"], name="geo_platform_one_text_per_slug"),
            models.CheckConstraint(
                condition=~models.Q(body="") & ~models.Q(title=""), name="geo_platform_text_not_empty"
            ),
        ]

    def __str__(self) -> str:
        return self.title


#: What a public body must publish (§ 5 DDG, Art. 13 GDPR, § 12b BGG with the Länder's acts, the licences' own terms):
#: production does not start while a town lacks one of them.
REQUIRED_TEXTS: dict[str, str | Promise] = {
    slug.value: slug.label
    for slug in (
        LegalText.Slug.IMPRINT,
        LegalText.Slug.PRIVACY,
        LegalText.Slug.ACCESSIBILITY,
        LegalText.Slug.LICENCES,
    )
}
