"""``{% deadline consultation %}``: how long there is still time, in words."""

from django import template
from django.utils import timezone

from apps.consultations.models import Consultation
from apps.consultations.periods.moments import deadline_words

register = template.Library()


@register.simple_tag
def deadline(consultation: Consultation) -> str:
    """Return "noch 12 Tage, bis 22.12.2026, 24:00 Uhr" and the like for today."""
    return deadline_words(consultation.state, consultation.starts_on, consultation.ends_on, today=timezone.localdate())
