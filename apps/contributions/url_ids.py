"""``<upload_token:token>`` and ``<photo_size:size>`` in addresses of photos."""

from django.urls import register_converter

from apps.contributions.serving import SIZES
from apps.contributions.tokens import PATTERN
from apps.geo.url_ids import PublicIdConverter


class UploadTokenConverter(PublicIdConverter):
    """The secret of a photo in a draft."""

    regex = PATTERN


class PhotoSizeConverter(PublicIdConverter):
    """Which of a photo's two files."""

    regex = "|".join(SIZES)


register_converter(UploadTokenConverter, "upload_token")
register_converter(PhotoSizeConverter, "photo_size")
