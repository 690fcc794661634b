"""Photos from the form to the page: nothing lost on an error, nothing public before somebody has looked."""

import json
import re
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile

from apps.contributions.models import Upload
from apps.contributions.uploads import keep_upload
from apps.reports import services
from apps.reports.demo_photos import add_photos
from apps.reports.models import Event, Report, ReportPhoto
from apps.reports.photos import review_photo
from tests.conftest import at, lonlat
from tests.contributions.photo_files import encoded, picture

pytestmark = pytest.mark.usefixtures("media", "desks")
URL = "/meldungen/neu/"
JPEG = encoded(picture((60, 40)), "JPEG")


def typed(**changes: Any) -> dict[str, Any]:
    lon, lat = lonlat(at(1000, 1000))
    return {
        "category": "street_light",
        "key": str(uuid.uuid4()),
        "draft": str(uuid.uuid4()),
        "lon": lon,
        "lat": lat,
        "description": "Die Lampe vor der Schule ist dunkel.",
        **changes,
    }


def file(data: bytes = JPEG, name: str = "IMG_1.jpg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data, content_type="image/jpeg")


def hidden(html: str) -> dict[str, Any]:
    """Return the hidden fields of a page; a name that comes several times has a list."""
    fields: dict[str, Any] = {}
    for name, value in re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', html):
        fields.setdefault(name, []).append(value)
    return {name: values if name == "photos" else values[0] for name, values in fields.items()}


@pytest.fixture
def with_photo(town: Any, submit: Callable[..., Any]) -> Callable[..., ReportPhoto]:
    """Return ``with_photo(released=…)``: a photo of a new report, both as the public may see them or not."""

    def make(*, report_released: bool = True, photo_released: bool = True, **fields: Any) -> ReportPhoto:
        draft = uuid.uuid4()
        kept = keep_upload(municipality=town, draft=draft, upload=ContentFile(JPEG))
        report = submit(draft=draft, photos=[kept.token], **fields).report
        if report_released:
            services.release(report=report, actor=None)
        photo = report.photos.get()
        return review_photo(photo=photo, state="released", actor=None) if photo_released else photo

    return make


def public_url(photo: ReportPhoto, size: str = "klein") -> str:
    return f"/meldungen/{photo.report.public_id}/fotos/{photo.public_id}-{size}.webp"


# ---- The form, without JavaScript --------------------------------------------------------------------------------


def test_photos_go_with_the_form_and_belong_to_the_report(client: Any) -> None:
    checked = hidden(
        client.post(URL, {**typed(step="check"), "new_photos": [file(), file(JPEG + b"x")]}).content.decode()
    )
    assert len(checked["photos"]) == 2
    client.post(URL, {**checked, "step": "send"})
    report = Report.objects.get()
    assert [photo.state for photo in report.photos.all()] == ["pending", "pending"]
    assert not Upload.objects.exists()


def test_an_error_in_the_form_loses_no_photo(client: Any) -> None:
    answer = client.post(URL, {**typed(step="check", description=""), "new_photos": file()})
    html = answer.content.decode()
    assert answer.status_code == 400 and len(hidden(html)["photos"]) == 1
    token = hidden(html)["photos"][0]
    assert f"/fotos/entwurf/{token}-klein.webp" in html and f'value="{token}"' in html
    again = client.post(URL, {**hidden(html), **typed(draft=hidden(html)["draft"]), "step": "check"}).content.decode()
    assert hidden(again)["photos"] == [token] and token in again


def test_a_wrong_mail_address_loses_no_photo_either(client: Any) -> None:
    checked = hidden(client.post(URL, {**typed(step="check"), "new_photos": file()}).content.decode())
    html = client.post(URL, {**checked, "step": "send", "email": "anna@"}).content.decode()
    assert hidden(html)["photos"] == checked["photos"]


def test_a_bad_photo_is_named_and_the_good_ones_stay(client: Any) -> None:
    data = {**typed(step="check"), "new_photos": [file(), file(b"<svg/>", "böse.svg")]}
    answer = client.post(URL, data)
    html = answer.content.decode()
    assert answer.status_code == 400 and "böse.svg: Das ist kein Foto" in html
    assert len(hidden(html)["photos"]) == 1 and "Die Lampe vor der Schule ist dunkel." in html


def test_photos_can_be_looked_at_and_removed_before_anything_is_sent(client: Any) -> None:
    html = client.post(URL, {**typed(step="photos"), "new_photos": [file(), file(JPEG + b"x")]}).content.decode()
    first, second = hidden(html)["photos"]
    shown = client.get(f"/fotos/entwurf/{first}-klein.webp")
    assert shown["Content-Type"] == "image/webp" and shown["Cache-Control"] == "private, no-store"
    assert b"".join(shown.streaming_content)[8:12] == b"WEBP"
    data = {**hidden(html), "description": "x", "remove_photo": first}
    left = client.post(URL, data).content.decode()
    assert hidden(left)["photos"] == [second] and client.get(f"/fotos/entwurf/{first}-klein.webp").status_code == 404


def test_a_sixth_photo_is_refused_with_a_sentence(client: Any) -> None:
    files = [file(JPEG + bytes([number])) for number in range(6)]
    html = client.post(URL, {**typed(step="check"), "new_photos": files}).content.decode()
    assert len(hidden(html)["photos"]) == 5 and "Mehr als fünf Fotos" in html


def test_changing_the_category_carries_the_photos_along(client: Any) -> None:
    html = client.post(URL, {**typed(step="category"), "new_photos": file()}).content.decode()
    assert len(hidden(html)["photos"]) == 1


def test_sending_twice_makes_one_report_with_its_photo(client: Any) -> None:
    checked = hidden(client.post(URL, {**typed(step="check"), "new_photos": file()}).content.decode())
    data = {**checked, "step": "send"}
    assert client.post(URL, data).url == client.post(URL, data).url
    assert ReportPhoto.objects.count() == 1


def test_a_photo_that_died_meanwhile_is_said_and_the_rest_kept(client: Any) -> None:
    checked = hidden(client.post(URL, {**typed(step="check"), "new_photos": file()}).content.decode())
    Upload.objects.all().delete()
    html = client.post(URL, {**checked, "step": "send"}).content.decode()
    assert "nicht mehr da" in html and "Die Lampe vor der Schule" in html and not Report.objects.exists()
    client.post(URL, {**hidden(html), "step": "send"})
    assert Report.objects.get().photos.count() == 0


def test_tokens_of_another_draft_attach_nothing(client: Any, town: Any) -> None:
    """Whoever learns a token but not the draft cannot take the photo (threat F7)."""
    foreign = keep_upload(municipality=town, draft=uuid.uuid4(), upload=ContentFile(JPEG))
    client.post(URL, typed(step="send", photos=foreign.token))
    assert not Report.objects.exists() and Upload.objects.filter(pk=foreign.pk).exists()


@pytest.mark.parametrize("draft", ["", "no-uuid", "\x00", "0" * 500])
def test_odd_draft_numbers_are_never_an_error_of_ours(client: Any, draft: str) -> None:
    answer = client.post(URL, {**typed(step="check", draft=draft, photos="x"), "new_photos": file()})
    assert answer.status_code == 200 and len(hidden(answer.content.decode())["photos"]) == 1


# ---- The form, with JavaScript -----------------------------------------------------------------------------------


def test_a_photo_may_come_before_its_form(client: Any) -> None:
    draft = str(uuid.uuid4())
    answer = client.post("/fotos/entwurf/", {"draft": draft, "new_photos": file()})
    assert answer.status_code == 201 and client.get(answer.json()["thumbnail"]).status_code == 200
    assert client.post(f"/fotos/entwurf/{answer.json()['token']}/entfernen/", {"draft": draft}).status_code == 200
    assert not Upload.objects.exists()


@pytest.mark.parametrize(
    ("data", "status"),
    [({}, 404), ({"draft": "x"}, 404), ({"draft": str(uuid.uuid4())}, 400)],
)
def test_a_photo_without_a_draft_or_a_draft_without_a_photo_is_refused(
    client: Any, data: dict[str, str], status: int
) -> None:
    assert client.post("/fotos/entwurf/", data).status_code == status


def test_a_refused_photo_says_why(client: Any) -> None:
    answer = client.post("/fotos/entwurf/", {"draft": str(uuid.uuid4()), "new_photos": file(b"GIF89a")})
    assert answer.status_code == 400 and "kein Foto" in answer.json()["error"]


# ---- Who sees a photo --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", ["klein", "gross"])
def test_a_released_photo_of_a_released_report_is_public(client: Any, with_photo: Any, size: str) -> None:
    photo = with_photo()
    answer = client.get(public_url(photo, size))
    assert answer.status_code == 200 and answer["Content-Type"] == "image/webp"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer["Content-Security-Policy"]
    assert re.fullmatch(r'inline; filename="[a-z0-9-]+\.webp"', answer["Content-Disposition"])
    assert not answer.cookies
    assert public_url(photo) in client.get(f"/meldungen/{photo.report.public_id}/").content.decode()


@pytest.mark.parametrize("report_released", [True, False])
@pytest.mark.parametrize("size", ["klein", "gross"])
def test_every_other_photo_gives_the_404_of_one_that_never_was(
    client: Any, with_photo: Any, report_released: bool, size: str
) -> None:
    photo = with_photo(report_released=report_released, photo_released=not report_released)
    unknown = public_url(photo, size).replace(photo.public_id, "0" * 12)
    here, nowhere = client.get(public_url(photo, size)), client.get(unknown)
    assert here.status_code == nowhere.status_code == 404
    assert re.sub(r"\w{12}", "", here.content.decode()) == re.sub(r"\w{12}", "", nowhere.content.decode())


def test_a_hidden_photo_is_gone_at_once_also_for_whoever_remembers_it(client: Any, with_photo: Any) -> None:
    photo = with_photo()
    first = client.get(public_url(photo))
    assert first["Cache-Control"] == "public, no-cache"
    remembered = {"headers": {"If-None-Match": first["ETag"]}}
    assert client.get(public_url(photo), **remembered).status_code == 304
    review_photo(photo=photo, state="hidden", actor=None)
    assert client.get(public_url(photo), **remembered).status_code == 404


def test_hiding_the_report_hides_its_photos(client: Any, with_photo: Any) -> None:
    photo = with_photo()
    services.hide(report=photo.report, actor=None)
    assert client.get(public_url(photo)).status_code == 404


def test_a_photo_is_not_served_under_another_report_or_in_another_town(
    client: Any, with_photo: Any, submit: Any, other_town: Any
) -> None:
    photo, other = with_photo(), submit().report
    services.release(report=other, actor=None)
    assert client.get(public_url(photo).replace(photo.report.public_id, other.public_id)).status_code == 404
    assert client.get(public_url(photo), headers={"Host": other_town.hostname}).status_code == 404


def test_the_reporter_sees_the_own_photos_behind_the_secret_link(client: Any, with_photo: Any) -> None:
    from apps.reports.links import status_token

    photo = with_photo(report_released=False, photo_released=False)
    token = status_token(photo.report)
    url = f"/meldungen/status/{token}/fotos/{photo.public_id}-gross.webp"
    assert url in client.get(f"/meldungen/status/{token}/").content.decode()
    answer = client.get(url)
    assert answer.status_code == 200 and answer["Cache-Control"] == "private, no-store"
    assert client.get(url.replace(token, "a" * 26)).status_code == 404


def test_the_reporter_of_another_report_sees_nothing(client: Any, with_photo: Any, submit: Any) -> None:
    photo, other = with_photo(), submit()
    assert client.get(f"/meldungen/status/{other.token}/fotos/{photo.public_id}-gross.webp").status_code == 404


def test_staff_see_the_photos_of_their_reports_only(
    client: Any, with_photo: Any, bernd: Any, carla: Any, member: Any, desks: Any
) -> None:
    photo = with_photo(report_released=False, photo_released=False)
    url = f"/intern/meldungen/{photo.report.public_id}/fotos/{photo.public_id}-gross.webp"
    assert client.get(url).status_code == 302
    member(bernd, desks.depot)
    client.force_login(bernd)
    answer = client.get(url)
    assert answer.status_code == 200 and answer["Cache-Control"] == "private, no-store"
    member(carla, desks.roads)
    client.force_login(carla)
    assert client.get(url).status_code == 404


# ---- Review ------------------------------------------------------------------------------------------------------


def test_dilek_releases_a_photo_and_says_what_it_shows(client: Any, with_photo: Any, dilek: Any) -> None:
    photo = with_photo(photo_released=False)
    client.force_login(dilek)
    url = f"/intern/meldungen/{photo.report.public_id}/fotos/{photo.public_id}/"
    assert url in client.get(f"/intern/meldungen/{photo.report.public_id}/").content.decode()
    client.post(url, {"state": "released", "alt": "Eine dunkle Lampe"})
    photo.refresh_from_db()
    assert photo.is_released and photo.alt == "Eine dunkle Lampe"
    assert Event.objects.filter(kind="photo_released", actor=dilek, is_public=False).count() == 1
    assert 'alt="Eine dunkle Lampe"' in client.get(f"/meldungen/{photo.report.public_id}/").content.decode()


def test_a_clerk_who_may_not_publish_cannot_release_a_photo(
    client: Any, with_photo: Any, bernd: Any, member: Any, desks: Any
) -> None:
    photo = with_photo(photo_released=False)
    client.force_login(member(bernd, desks.depot))
    url = f"/intern/meldungen/{photo.report.public_id}/fotos/{photo.public_id}/"
    assert client.post(url, {"state": "released"}).status_code == 403
    assert not ReportPhoto.objects.filter(state="released").exists()


def test_releasing_twice_leaves_one_line_of_history(with_photo: Any) -> None:
    photo = with_photo()
    review_photo(photo=photo, state="released", actor=None)
    assert Event.objects.filter(kind="photo_released").count() == 1


@pytest.mark.parametrize("data", [{}, {"state": "pending"}, {"state": "x"}, {"state": "released", "alt": "a\x00b"}])
def test_odd_reviews_change_nothing(client: Any, with_photo: Any, dilek: Any, data: dict[str, str]) -> None:
    photo = with_photo(photo_released=False)
    client.force_login(dilek)
    url = f"/intern/meldungen/{photo.report.public_id}/fotos/{photo.public_id}/"
    assert client.post(url, data).status_code in (302, 404)
    assert ReportPhoto.objects.get().state == "pending"


# ---- The demonstration -------------------------------------------------------------------------------------------


def test_demonstration_photos_go_the_same_way_and_only_once(submit: Any, tmp_path: Path, media: Path) -> None:
    (tmp_path / "photos").mkdir()
    (tmp_path / "content").mkdir()
    (tmp_path / "photos" / "lamp.jpg").write_bytes(JPEG)
    (tmp_path / "content" / "photos.json").write_text('{"lamp.jpg": "Eine dunkle Lampe"}')
    report = submit().report
    services.release(report=report, actor=None)
    report.refresh_from_db()
    assert [add_photos({"lamp.jpg": report}, tmp_path) for _ in range(2)] == [1, 0]
    photo = report.photos.get()
    assert photo.alt == "Eine dunkle Lampe" and photo.is_released and photo.file.name.endswith(".webp")


def test_every_demonstration_photo_has_a_description() -> None:
    folder = Path(settings.BASE_DIR) / "fixtures" / "brandis"
    described = json.loads((folder / "content" / "photos.json").read_text())
    assert set(described) == {path.name for path in (folder / "photos").glob("*.webp")}
