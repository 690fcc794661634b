"""Ready-made words of a town: written, changed and removed by its administrators."""

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from apps.departments.models import Category
from apps.geo.editing import ChangeRefused
from apps.places.models import Municipality
from apps.reports.models import ReplyTemplate
from apps.reports.placeholders import check_placeholders


def save_template(
    *,
    municipality: Municipality,
    title: str,
    text: str,
    category: Category | None = None,
    status: str = "",
    template: ReplyTemplate | None = None,
) -> ReplyTemplate:
    """Write a template, or change ``template``. Raises ``UnknownPlaceholder``; ``ChangeRefused`` for a taken title."""
    check_placeholders(text)
    template = template or ReplyTemplate(municipality=municipality)
    template.title, template.text, template.category, template.status = title, text, category, status
    try:
        with transaction.atomic():
            template.save()
    except IntegrityError:
        raise ChangeRefused(_("Eine Vorlage mit diesem Namen gibt es schon.")) from None
    return template


def delete_template(*, template: ReplyTemplate) -> None:
    """Remove a template. What was written with it stays."""
    template.delete()
