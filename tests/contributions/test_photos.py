"""What comes out of a photo is its picture and nothing else; what cannot be cleaned is not taken."""

import io
from dataclasses import replace
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from PIL import Image

from apps.contributions import photo_worker, photos
from apps.contributions.photos import PhotoRefused, clean_photo
from tests.contributions.photo_files import CANARY, bad_photos, encoded, exif, photos_full_of_secrets, picture

GOOD, BAD = photos_full_of_secrets(), bad_photos()


@pytest.mark.parametrize("name", GOOD)
def test_nothing_but_the_picture_comes_out(name: str) -> None:
    assert name == "heic" or "KANARIE" in GOOD[name].decode("latin-1") or "png" in name
    cleaned = clean_photo(ContentFile(GOOD[name], name="IMG_4711.jpg"))
    for data in (cleaned.data, cleaned.thumbnail):
        opened = Image.open(io.BytesIO(data))
        opened.load()
        assert opened.format == "WEBP" and not opened.getexif()
        assert not {"exif", "xmp", "icc_profile", "comment"} & set(opened.info)
        assert photos.is_bare_webp(data) and b"KANARIE" not in data and b"EXIF" not in data


@pytest.mark.parametrize("name", BAD)
def test_what_is_no_photo_is_refused_with_a_sentence(name: str) -> None:
    data, code = BAD[name]
    with pytest.raises(PhotoRefused) as refusal:
        clean_photo(ContentFile(data, name="foto.jpg"))
    assert refusal.value.code == code
    assert str(refusal.value).endswith(".")


def test_a_photo_that_lay_on_its_side_stands_upright() -> None:
    cleaned = clean_photo(ContentFile(encoded(picture((600, 400)), "JPEG", exif=exif(6))))
    assert (cleaned.width, cleaned.height) == (400, 600)
    opened = Image.open(io.BytesIO(cleaned.data))
    # Red was on the left; turned to the right it is on top.
    assert opened.getpixel((200, 50))[0] > 200 and opened.getpixel((200, 550))[2] > 200


def test_a_heic_stands_upright_too() -> None:
    cleaned = clean_photo(ContentFile(GOOD["heic"]))
    assert (cleaned.width, cleaned.height) == (48, 64)


def test_large_photos_shrink_and_small_ones_do_not_grow() -> None:
    large = clean_photo(ContentFile(encoded(picture((4000, 3000)), "JPEG")))
    assert (large.width, large.height) == (2048, 1536)
    assert Image.open(io.BytesIO(large.thumbnail)).size == (480, 360)
    assert clean_photo(ContentFile(encoded(picture((30, 20)), "PNG"))).width == 30


def test_transparent_becomes_white() -> None:
    cleaned = clean_photo(ContentFile(encoded(Image.new("RGBA", (40, 40), (255, 0, 0, 0)), "PNG")))
    assert min(Image.open(io.BytesIO(cleaned.data)).getpixel((20, 20))) > 250


@pytest.mark.parametrize(("bytes_", "ok"), [(photos.MAX_BYTES, True), (photos.MAX_BYTES + 1, False)])
def test_fifteen_megabytes_are_the_limit(bytes_: int, ok: bool) -> None:
    jpeg = encoded(picture(), "JPEG")
    upload = ContentFile(jpeg + b"\0" * (bytes_ - len(jpeg)))
    if ok:
        assert clean_photo(upload).width == 640
    else:
        with pytest.raises(PhotoRefused, match="15 MB"):
            clean_photo(upload)


def test_when_the_child_breaks_there_is_no_photo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for code in ("raise SystemExit(3)", "import os; os.abort()", "print('{}')", "print('no json')", "pass"):
        broken = tmp_path / "broken.py"
        broken.write_text(f"def prepare(order): pass\ndef work(prepared, order): {code}")
        monkeypatch.setattr(photos, "_WORKER", broken)
        with pytest.raises(PhotoRefused):
            clean_photo(ContentFile(GOOD["jpeg"]))


def test_a_child_that_lies_about_its_answer_is_not_believed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    liar = tmp_path / "liar.py"
    # The original, with all its metadata, passed off as a clean copy.
    liar.write_text(
        "import sys, json\n"
        "def prepare(order): pass\n"
        "def work(prepared, order):\n"
        "    data = sys.stdin.buffer.read()\n"
        "    head = json.dumps({'width': 640, 'height': 480, 'photo': len(data), 'thumbnail': len(data)})\n"
        "    sys.stdout.buffer.write(head.encode() + b'\\n' + data + data)\n"
    )
    monkeypatch.setattr(photos, "_WORKER", liar)
    for name in ("jpeg", "webp"):
        with pytest.raises(PhotoRefused):
            clean_photo(ContentFile(GOOD[name]))


def test_a_child_that_hangs_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sleeper = tmp_path / "sleeper.py"
    sleeper.write_text("import time; time.sleep(600)")
    monkeypatch.setattr(photos, "_WORKER", sleeper)
    monkeypatch.setattr(photos, "LIMITS", replace(photos.LIMITS, wall_seconds=0.3))
    with pytest.raises(PhotoRefused):
        clean_photo(ContentFile(GOOD["jpeg"]))


def test_the_child_knows_nothing_of_the_platform() -> None:
    source = Path(photo_worker.__file__).read_text()
    assert "django" not in source.replace("Django,", "") and "from apps" not in source


def test_the_canary_is_really_in_the_photos() -> None:
    assert CANARY.encode() in GOOD["jpeg"] and CANARY.encode() in GOOD["png"] and b"KAMERA-KANARIE" in GOOD["heic"]
