"""Static files in production: hashed once, compressed, cached for ever."""

from django.core.files import File
from whitenoise.storage import CompressedManifestStaticFilesStorage

BUNDLE = "dist/assets/"


class SiteStaticFilesStorage(CompressedManifestStaticFilesStorage):
    """Leaves the names in vite's bundle alone: they carry a hash already.

    A second hash would load a module twice: once under the name in the page, once under the name in another module's
    ``import``, which no storage rewrites.
    """

    def hashed_name(self, name: str, content: File | None = None, filename: str | None = None) -> str:
        bare = name.partition("?")[0].partition("#")[0]
        return name if bare.startswith(BUNDLE) else super().hashed_name(name, content, filename)
