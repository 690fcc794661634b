"""Photos made at test time: good ones that are full of secrets, and ones that mean harm."""

import base64
import io
import struct
import zlib
from typing import Any

from PIL import Image, PngImagePlugin

#: Stands in every place of a photo's metadata where a camera or a telephone writes something.
CANARY = "KANARIE-51.3339-12.6095"

# 64 × 48 px of noise with EXIF (camera, GPS) and the orientation "turn right", encoded once with libheif's x265;
# what the platform itself uses can only decode.
_HEIC = """
AAAAHGZ0eXBoZWljAAAAAG1pZjFoZWljbWlhZgAAAchtZXRhAAAAAAAAACFoZGxyAAAAAAAAAABwaWN0AAAAAAAAAAAAAAAAAAAAADRpbG9jAA
AAAERAAAIAAQAAAAAB7AABAAAAAAAAAMoAAgAAAAACtgABAAAAAAAAAF4AAAA4aWluZgAAAAAAAgAAABVpbmZlAgAAAAABAABodmMxAAAAABVp
bmZlAgAAAQACAABFeGlmAAAAAA5waXRtAAAAAAABAAABB2lwcnAAAADmaXBjbwAAAHZodmNDAQNwAAAAkAAAAAAAHvAA/P34+AAADwNgAAEAGE
ABDAH//wNwAAADAJAAAAMAAAMAHroCQGEAAQAqQgEBA3AAAAMAkAAAAwAAAwAeoCCBBZbq5Ka5uAhoMCAAAAMDIAAAAwAhYgABAAZEAcFzwIkA
AAATY29scm5jbHgAAQANAAaAAAAAFGlzcGUAAAAAAAAAQAAAAEAAAAAoY2xhcAAAAEAAAAABAAAAMAAAAAEAAAAAAAAAAv////AAAAACAAAAEH
BpeGkAAAAAAwgICAAAAAlpcm90AwAAABlpcG1hAAAAAAAAAAEAAQaBAgMFhIYAAAAaaXJlZgAAAAAAAAAOY2RzYwACAAEAAQAAATBtZGF0AAAA
xigBrxOA9r7IdKkVnaJXMxR43dABdGlkjKDWk+sfpRao4bjWZ1+V3UqOKQ2YJRqLeByB5yLyHXbvgELQBpOi1ZbDzRXVi25SCm0Bj55SqFOQg3
WJQas+O/DmWOetILAYfgtdzez0aQ1fpypPeRmE6cfaw8GVWaZjyCMu63Y7/oROhkRraUZbQiZKgcx3nn+u+WCmJQLzsKIkncmyha3WL3GTRCHZ
lsdQPSwZJuHxLJOHWcYkgKhg9shhTZlheREg4I8JL18mvwAAAAZFeGlmAABNTQAqAAAACAADARAAAgAAAA8AAAAyARIAAwAAAAEABgAAiCUABA
AAAAEAAABCAAAAAEtBTUVSQS1LQU5BUklFAAAAAQABAAIAAAACTgAAAAAAAAA=
"""


def heic() -> bytes:
    """Return a small HEIC as telephones make it; it names its camera ``KAMERA-KANARIE``."""
    return base64.b64decode(_HEIC)


def picture(size: tuple[int, int] = (640, 480), mode: str = "RGB") -> Image.Image:
    """Return a picture whose left half is red and whose right half is blue."""
    image = Image.new("RGB", size, "blue")
    image.paste("red", (0, 0, size[0] // 2, size[1]))
    return image.convert(mode)


def encoded(image: Image.Image, kind: str, **options: Any) -> bytes:
    """Return the file of a picture."""
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def exif(orientation: int = 1) -> Image.Exif:
    """Return EXIF data with the canary in the camera's name, the owner's note and GPS."""
    data = Image.Exif()
    data[0x010F] = data[0x010E] = data[0x013B] = CANARY
    data[0x0112] = orientation
    gps = data.get_ifd(0x8825)
    gps.update({1: "N", 2: (51.0, 20.0, 2.0), 3: "E", 4: (12.0, 36.0, 34.0), 27: CANARY.encode()})
    data.get_ifd(0x8769)[0x9286] = CANARY.encode()
    return data


XMP = f'<x:xmpmeta xmlns:x="adobe:ns:meta/"><city>{CANARY}</city></x:xmpmeta>'.encode()


def photos_full_of_secrets() -> dict[str, bytes]:
    """Return good photos of every accepted kind, each with the canary wherever the format has room for it."""
    text = PngImagePlugin.PngInfo()
    text.add_text("Comment", CANARY)
    text.add_itxt("XML:com.adobe.xmp", XMP.decode())
    jpeg = encoded(picture(), "JPEG", exif=exif(), comment=CANARY.encode(), xmp=XMP)
    return {
        "jpeg": jpeg,
        "jpeg_with_appendix": jpeg + CANARY.encode() * 50,
        "jpeg_cmyk": encoded(picture(mode="CMYK"), "JPEG", exif=exif()),
        "jpeg_grey": encoded(picture(mode="L"), "JPEG", exif=exif()),
        "jpeg_turned": encoded(picture(), "JPEG", exif=exif(6)),
        "mpo": encoded(picture(), "MPO", save_all=True, append_images=[picture((320, 240))], exif=exif()),
        "png": encoded(picture(), "PNG", pnginfo=text, exif=exif()),
        "png_palette": encoded(picture(mode="P"), "PNG", pnginfo=text),
        "png_transparent": encoded(picture(mode="RGBA"), "PNG", pnginfo=text),
        "png_16_bit": encoded(Image.new("I;16", (64, 48), 40_000), "PNG", pnginfo=text),
        "png_one_bit": encoded(picture(mode="1"), "PNG", pnginfo=text),
        "webp": encoded(picture(), "WEBP", exif=exif(), xmp=XMP),
        "webp_animated": encoded(picture(), "WEBP", save_all=True, append_images=[picture()], exif=exif()),
        "heic": heic(),
    }


def png_that_claims(width: int, height: int, data: bytes = b"") -> bytes:
    """Return a PNG whose header names a size that its data does not have."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", data or zlib.compress(b"")) + chunk(b"IEND", b"")
    )


def bad_photos() -> dict[str, tuple[bytes, str]]:
    """Return files that must be refused, each with the code of the expected answer."""
    jpeg, png = encoded(picture(), "JPEG"), encoded(picture(), "PNG")
    huge_text = PngImagePlugin.PngInfo()
    huge_text.add_text("Comment", "A" * 30_000_000, zip=True)
    bad = {
        "empty": (b"", "empty"),
        "one_byte": (b"\xff", "format"),
        "text": (b"Guten Tag", "format"),
        "nul": (b"\0" * 4096, "format"),
        "svg": (b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>', "format"),
        "svg_with_doctype": (b'<?xml version="1.0"?><!DOCTYPE svg><svg onload="alert(1)"/>', "format"),
        "html": (b"<!doctype html><script>alert(1)</script>", "format"),
        "html_like_gif": (b"GIF89a/*<script>alert(1)</script>*/=1;", "format"),
        "php": (b"<?php system($_GET['c']); ?>", "format"),
        "zip": (b"PK\x03\x04" + b"\0" * 200, "format"),
        "pdf": (b"%PDF-1.7\n1 0 obj<<>>endobj\n%%EOF", "format"),
        "eps": (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n(%pipe%id) (r) file\n", "format"),
        "postscript_in_jpeg_name": (b"%!PS\n/x {} def", "format"),
        "elf": (b"\x7fELF" + b"\0" * 100, "format"),
        "too_many_pixels": (png_that_claims(10_000, 6_000), "pixels"),
        "too_long_a_side": (png_that_claims(12_001, 1), "pixels"),
        "bomb": (png_that_claims(50_000, 50_000), "pixels"),
        "four_gigapixels": (png_that_claims(2**31 - 1, 2**31 - 1), "pixels"),
        "no_pixels_at_all": (png_that_claims(640, 480), "damaged"),
        "text_bomb": (encoded(picture((8, 8)), "PNG", pnginfo=huge_text), "damaged"),
        "cut_jpeg": (jpeg[: len(jpeg) // 2], "damaged"),
        "cut_png": (png[: len(png) // 2], "damaged"),
        "jpeg_head_and_html": (jpeg[:300] + b"<script>alert(1)</script>", "damaged"),
        "cut_heic": (heic()[:500], "format"),
        "garbled_heic": (heic()[:200] + b"\xaa" * (len(heic()) - 200), "format"),
        "heic_head_only": (heic()[:40], "format"),
        "riff_that_is_sound": (b"RIFF\x24\0\0\0WAVEfmt " + b"\0" * 60, "format"),
        "webp_head_only": (b"RIFF\xff\xff\xff\x7fWEBPVP8 \xff\xff\xff\x7f", "damaged"),
    }
    # Everything else that the library could read, renamed to .jpg (threat F4).
    for kind in ("GIF", "BMP", "TIFF", "ICO", "ICNS", "PPM", "TGA", "SGI", "PCX", "DDS", "JPEG2000", "AVIF", "QOI"):
        bad[f"other_{kind.lower()}"] = (encoded(picture((64, 64)), kind), "format")
    for kind in ("MSP", "PDF", "EPS", "DIB", "XBM", "BLP"):
        mode = {"MSP": "1", "XBM": "1", "BLP": "P"}.get(kind, "RGB")
        bad[f"other_{kind.lower()}"] = (encoded(picture((64, 64), mode), kind), "format")
    return bad
