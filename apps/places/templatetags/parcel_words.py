"""Parcels in words."""

from django import template

from apps.places.parcel_codes import ParcelCode

register = template.Library()


@register.filter
def parcel_words(code: str) -> str:
    """Return "Flur 2, 123/4" for a Flurstückskennzeichen."""
    return ParcelCode.parse(code).words
