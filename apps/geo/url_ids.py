"""``<public_id:public_id>`` in a kind's ``urls.py``: only what ``ids.public_id`` can have made reaches a view."""

from django.urls import register_converter

from apps.geo.ids import PATTERN


class PublicIdConverter:
    regex = PATTERN

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(PublicIdConverter, "public_id")
