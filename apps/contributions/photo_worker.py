"""The child process that opens a photo from outside: reads it on stdin, writes a clean copy and a thumbnail on stdout.

Run by ``apps.geo.sandbox``: it knows nothing of Django, the database or the secrets, and between ``prepare`` and
``work`` it gives up whatever a decoder that was taken over could use.

Answer: one line of JSON, ``{"width", "height", "photo", "thumbnail"}`` with the lengths in bytes, then the two WebP
files one after the other; or ``{"refused": code}`` with a code of ``photos.SENTENCES``.
"""

import contextlib
import io
import json
import sys
import warnings
from typing import Any

#: Twelve thousand to a side and fifty megapixels: above any telephone's camera, below what hurts.
MAX_SIDE = 12_000
MAX_PIXELS = 50_000_000
#: Longest side in pixels of what is kept.
PHOTO_SIDE = 2048
THUMBNAIL_SIDE = 480
#: Cells to a side of what is hidden.
CELLS = 4
FORMATS = ("JPEG", "PNG", "WEBP", "HEIF")


class Refused(Exception):
    """The photo is not taken; the argument is the code of the sentence."""


def prepare(order: dict[str, Any]) -> Any:
    """Import the decoders and use each once; return the colour space that photos are turned into."""
    import pi_heif
    from PIL import Image, ImageCms, JpegImagePlugin, MpoImagePlugin, PngImagePlugin, WebPImagePlugin  # noqa: F401

    pi_heif.register_heif_opener(thumbnails=False)
    pi_heif.options.DECODE_THREADS = 1
    Image.MAX_IMAGE_PIXELS = MAX_PIXELS
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    srgb = ImageCms.createProfile("sRGB")
    _warm_up(srgb)
    return srgb


def work(srgb: Any, order: dict[str, Any]) -> None:
    """Answer for one photo."""
    try:
        photo, thumbnail, size = clean(sys.stdin.buffer.read(), srgb, order.get("areas", ()))
        answer: dict[str, object] = {
            "width": size[0],
            "height": size[1],
            "photo": len(photo),
            "thumbnail": len(thumbnail),
        }
    except Refused as refusal:
        answer, photo, thumbnail = {"refused": refusal.args[0]}, b"", b""
    except MemoryError:
        answer, photo, thumbnail = {"refused": "pixels"}, b"", b""
    except Exception:  # whatever a decoder stumbles over: the photo is damaged
        answer, photo, thumbnail = {"refused": "damaged"}, b"", b""
    sys.stdout.buffer.write(json.dumps(answer).encode() + b"\n" + photo + thumbnail)


def _warm_up(srgb: Any) -> None:
    """Clean two small pictures of our own: what the library imports on first use cannot be opened any more later."""
    from PIL import Image, ImageCms

    profile = ImageCms.ImageCmsProfile(srgb).tobytes()
    for mode, kind in (("CMYK", "JPEG"), ("RGBA", "PNG"), ("RGB", "WEBP")):
        out = io.BytesIO()
        Image.new(mode, (8, 8)).save(out, kind, **({} if mode == "CMYK" else {"icc_profile": profile}))
        clean(out.getvalue(), srgb, [(1, 1, 6, 6)])


def clean(data: bytes, srgb: Any, areas: Any = ()) -> tuple[bytes, bytes, tuple[int, int]]:
    """Return photo and thumbnail as WebP made from the pixels alone, upright, in sRGB, and the photo's size.

    ``areas`` (left, top, right, bottom in pixels of the kept photo) are gone in both.
    """
    from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

    try:
        image: Image.Image = Image.open(io.BytesIO(data), formats=FORMATS)
    except UnidentifiedImageError:
        raise Refused("format") from None
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise Refused("pixels") from None
    if max(image.size) > MAX_SIDE or image.width * image.height > MAX_PIXELS:
        raise Refused("pixels")
    if min(image.size) < 1:
        raise Refused("damaged")
    image.draft("RGB", (PHOTO_SIDE, PHOTO_SIDE))  # JPEG: decodes a large photo at a fraction of its size
    image.load()
    profile = image.info.get("icc_profile")
    if image.mode.startswith("I"):  # 16 bits of grey
        image = image.point(lambda value: value / 256).convert("L")
    elif image.mode in ("P", "LA", "PA", "1"):
        image = image.convert("RGBA")
    image.thumbnail((PHOTO_SIDE, PHOTO_SIDE), Image.Resampling.LANCZOS, reducing_gap=2.0)
    image = ImageOps.exif_transpose(image)
    if profile and image.mode in ("RGB", "CMYK", "L"):
        with contextlib.suppress(ImageCms.PyCMSError, OSError, ValueError):  # broken: colours as they are
            image = ImageCms.profileToProfile(image, io.BytesIO(profile), srgb, outputMode="RGB") or image
    # A new picture knows nothing of the old one's metadata; what was transparent becomes white.
    plain = Image.new("RGB", image.size, "white")
    plain.paste(image.convert("RGB"), mask=image.getchannel("A") if image.mode == "RGBA" else None)
    for area in areas:
        hide(plain, tuple(int(edge) for edge in area))
    small = plain.copy()
    small.thumbnail((THUMBNAIL_SIDE, THUMBNAIL_SIDE), Image.Resampling.LANCZOS, reducing_gap=3.0)
    return _webp(plain), _webp(small), plain.size


def hide(image: Any, area: tuple[int, ...]) -> None:
    """Replace an area by at most four by four cells of their mean colour, in sixteen steps.

    A Gaussian blur can be turned back and a fine mosaic be guessed letter by letter; sixteen rough colours are silent.
    """
    from PIL import Image

    left, top, right, bottom = area
    box = (max(left, 0), max(top, 0), min(right, image.width), min(bottom, image.height))
    if box[2] <= box[0] or box[3] <= box[1]:
        return
    size = (box[2] - box[0], box[3] - box[1])
    cells = image.crop(box).resize((min(CELLS, size[0]), min(CELLS, size[1])), Image.Resampling.BOX)
    image.paste(cells.point(lambda value: value // 16 * 16 + 8).resize(size, Image.Resampling.NEAREST), box)


def _webp(image: Any) -> bytes:
    out = io.BytesIO()
    image.save(out, "WEBP", quality=82, method=4)
    return out.getvalue()
