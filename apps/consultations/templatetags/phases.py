"""What a page may offer."""

from django import template
from django.utils import timezone

from apps.consultations.models import Consultation
from apps.consultations.phase_words import possible_now
from apps.consultations.phases import Action, Role
from apps.consultations.phases import may as may_now

register = template.Library()


@register.simple_tag
def may(action: str, consultation: Consultation, role: str = Role.PLANNER) -> bool:
    """Does the table allow it now? ``{% may "withdraw" consultation as may_withdraw %}``."""
    return may_now(Action(action), consultation, at=timezone.now(), role=Role(role))


@register.simple_tag
def rules_of(consultation: Consultation) -> list[str]:
    """Return what is possible now, in sentences."""
    return possible_now(consultation, timezone.now())
