"""A photo on its way out: through a view, with headers that make it a picture and nothing else (threats V6, F2)."""

from typing import Any

from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response

from apps.contributions.models import Picture

#: Part of an address: the photo itself, or its thumbnail.
SIZES = {"gross": "file", "klein": "thumbnail"}


def photo_response(
    request: HttpRequest, picture: Picture, size: str, *, name: str, is_public: bool
) -> HttpResponseBase:
    """Answer with one of a picture's two files; ``name`` becomes the file name of a saved copy.

    A public photo may be kept by caches but is asked for anew each time, so that it is gone at once when somebody hides
    it; every other photo is kept by nobody.
    """
    if size not in SIZES:
        raise Http404
    response: HttpResponseBase
    etag = f'"{picture.sha256[:32]}-{size}"'
    if is_public and (unchanged := get_conditional_response(request, etag=etag)):
        response = unchanged
    else:
        try:
            response = FileResponse(default_storage.open(getattr(picture, SIZES[size]).name), content_type="image/webp")
        except FileNotFoundError:
            raise Http404 from None
        response["Content-Disposition"] = f'inline; filename="{name}.webp"'
    return as_picture(response, etag, is_public=is_public)


def as_picture(response: Any, etag: str, *, is_public: bool) -> Any:
    """Dress an answer: a picture and nothing else, kept by caches where it is public and asked for anew each time."""
    if is_public:
        response["ETag"] = etag
        response["Cache-Control"] = "public, no-cache"
    else:
        response["Cache-Control"] = "private, no-store"
        response["X-Robots-Tag"] = "noindex"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    return response
