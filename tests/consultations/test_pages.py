"""What everybody sees of a consultation: list, page, documents, calendar."""

import datetime as dt

import pytest
from django.contrib.gis.geos import GEOSGeometry, LineString
from django.utils import timezone

from apps.consultations import services
from apps.consultations.area_words import describe_area
from apps.consultations.models import Consultation
from apps.geo.crs import GEO_SRID
from apps.places.models import Road
from tests.conftest import ORIGIN, box
from tests.consultations.conftest import PDF, pdf


def days(first, last):
    today = timezone.localdate()
    return today + dt.timedelta(days=first), today + dt.timedelta(days=last)


@pytest.fixture
def running(make_draft, publish):
    """A consultation that runs for another twelve days."""
    return publish(make_draft(), days(-18, 12), at=timezone.now())


def page(consultation, rest=""):
    return f"/beteiligung/{consultation.public_id}/{rest}"


def test_the_list_shows_running_ones_first_with_the_days_left(client, make_draft, publish, running):
    publish(make_draft(title="Später", plan_number="8"), days(9, 44), at=timezone.now())
    publish(make_draft(title="Früher", plan_number="9", result="Beschlossen."), days(-60, -20), at=timezone.now())
    make_draft(title="Geheimer Entwurf")
    text = client.get("/beteiligung/").text

    last = f"{days(0, 12)[1]:%d.%m.%Y}"
    assert f"noch 12 Tage, bis {last}, 24:00 Uhr" in text
    assert text.index("Gartenweg") < text.index("Später") < text.index("Früher")
    assert "beginnt in 9 Tagen" in text and "mit Ergebnis" in text
    assert "Geheimer Entwurf" not in text


def test_the_list_takes_the_same_few_queries_for_any_length(client, make_draft, publish, django_assert_num_queries):
    for number in range(5):
        publish(make_draft(title=f"Plan {number}"), days(-1, number), at=timezone.now())
    with django_assert_num_queries(4):
        client.get("/beteiligung/")


def test_without_a_running_one_the_list_says_so(client, town):
    assert "Zurzeit läuft keine Beteiligung" in client.get("/beteiligung/").text


def test_the_page_takes_few_queries(client, running, emil, django_assert_max_num_queries):
    for number in range(6):
        services.add_document(consultation=running, actor=emil, upload=pdf(), title=f"{number}", kind="other")
    with django_assert_max_num_queries(9):  # one of them the areas that its rounds have kept
        client.get(page(running))


def test_the_page_shows_periods_documents_and_texts(client, running):
    text = client.get(page(running)).text

    for words in ("Veröffentlichung des Entwurfs nach § 3 Abs. 2 BauGB", "(31 Tage)", "Entwurf", "Fachbereich Bau"):
        assert words in text
    assert "2,00\xa0ha in Weststadt." in text


def test_markup_in_texts_stays_text(client, make_draft, publish):
    bad = "<script>alert(1)</script> **fett** [böse](javascript:alert(1)) ![x](http://fremd.example/x.png)"
    consultation = publish(make_draft(description=bad, summary=bad, result=bad), days(-1, 1), at=timezone.now())
    text = client.get(page(consultation)).text

    assert "<script>alert" not in text and 'href="javascript' not in text and 'fremd.example/x.png"' not in text
    assert "<strong>fett</strong>" in text


@pytest.mark.parametrize("state", ["draft", "withdrawn"])
def test_what_is_not_public_has_no_page_no_documents_no_calendar(client, running, emil, state):
    paper = running.documents.get()
    Consultation.objects.filter(pk=running.pk).update(state=state)
    client.force_login(emil)

    for rest in ("", "frist.ics", f"unterlagen/{paper.public_id}.pdf"):
        assert client.get(page(running, rest)).status_code == 404


def test_other_towns_consultations_have_no_page_here(client, running, other_town):
    assert client.get(page(running), headers={"host": "neuland.example"}).status_code == 404


def test_a_document_is_a_pdf_whatever_it_contains(client, running):
    paper = running.documents.get()
    response = client.get(page(running, f"unterlagen/{paper.public_id}.pdf"))

    assert b"".join(response.streaming_content) == PDF
    assert response["Content-Type"] == "application/pdf"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Disposition"] == 'inline; filename="entwurf.pdf"'
    again = client.get(page(running, f"unterlagen/{paper.public_id}.pdf"), headers={"if-none-match": response["ETag"]})
    assert again.status_code == 304
    saved = client.get(page(running, f"unterlagen/{paper.public_id}.pdf?speichern"))
    assert saved["Content-Disposition"].startswith("attachment")


def test_internal_and_replaced_documents_are_not_served(client, running, emil):
    shown = running.documents.get()
    newer = services.replace_document(document=shown, actor=emil, upload=pdf())
    secret = services.add_document(
        consultation=running, actor=emil, upload=pdf(), title="Aktennotiz", kind="other", is_published=False
    )

    assert client.get(page(running, f"unterlagen/{newer.public_id}.pdf")).status_code == 200
    for hidden in (shown, secret):
        assert client.get(page(running, f"unterlagen/{hidden.public_id}.pdf")).status_code == 404
    assert "Aktennotiz" not in client.get(page(running)).text


def test_documents_of_another_consultation_are_not_served_here(client, running, make_draft, publish):
    other = publish(make_draft(title="Anderer"), days(-1, 1), at=timezone.now())

    paper = other.documents.get()
    assert client.get(page(running, f"unterlagen/{paper.public_id}.pdf")).status_code == 404


def test_a_lost_file_is_a_404(client, running):
    from django.core.files.storage import default_storage

    paper = running.documents.get()
    default_storage.delete(paper.file.name)

    assert client.get(page(running, f"unterlagen/{paper.public_id}.pdf")).status_code == 404


def test_the_calendar_ends_on_the_day_after_the_last(client, make_draft, publish):
    first, last = days(-1, 20)
    title = "Bebauungsplan „Große Wiese; Süd, Teil 2“ mit einem sehr langen Namen \\ Anhang"
    consultation = publish(make_draft(title=title), (first, last), at=timezone.now())
    response = client.get(page(consultation, "frist.ics"))
    lines = response.content.split(b"\r\n")
    unfolded = response.content.replace(b"\r\n ", b"").decode()

    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    assert all(len(line) <= 75 for line in lines) and b"\n" not in b"".join(lines)
    assert f"DTSTART;VALUE=DATE:{first:%Y%m%d}\r\n" in unfolded
    assert f"DTEND;VALUE=DATE:{last + dt.timedelta(days=1):%Y%m%d}\r\n" in unfolded
    assert (
        f"„Große Wiese\\; Süd\\, Teil 2“ mit einem sehr langen Namen \\\\ Anhang (bis {last:%d.%m.%Y}\\, 24:00 Uhr)"
        in unfolded
    )
    assert "TRIGGER;RELATED=END:-P3D" in unfolded


def test_the_area_in_words_names_districts_and_streets(make_draft, town):
    x, y = ORIGIN
    for name, north in (("Gartenweg", 0), ("Nahgasse", -20), ("Ferner Weg", -500)):
        line = LineString((x + 4000, y + 2000 + north), (x + 6000, y + 2000 + north), srid=GEO_SRID)
        Road.objects.create(municipality=town, key=name, name=name, road_class="G", line=line)
    draft = Consultation.objects.get(pk=make_draft(area=box(4900, 2000, 5300, 2100)).pk)

    assert str(describe_area(draft)) == ("4,00\xa0ha in Oststadt und Weststadt. An oder nahe bei: Gartenweg, Nahgasse.")


def test_the_layer_answers_what_runs_when(running, town):
    from apps.geo.audience import ANONYMOUS
    from apps.geo.layers import get_layer

    layer, now = get_layer("consultations"), timezone.now()
    (row,) = layer.rows(ANONYMOUS, since=now, until=now)
    assert (row["f_title"], row["f_state"], row["f_area_m2"]) == ("Gartenweg", "open", 20_000)
    assert not layer.rows(ANONYMOUS, since=now + dt.timedelta(days=40))


def test_the_demonstration_loads_twice_without_doubles(brandis, settings):
    from apps.consultations import demo

    folder = settings.BASE_DIR / "fixtures" / "brandis"

    assert demo.load(brandis, folder) == "Beteiligungsverfahren: 3, davon neu 3"
    assert demo.load(brandis, folder) == "Beteiligungsverfahren: 3, davon neu 0"
    assert sorted(Consultation.objects.values_list("state", flat=True)) == ["announced", "closed", "open"]


@pytest.fixture
def brandis(db, settings):
    """The demonstration town with its places: its plans lie in Brandis, not on the round grid."""
    from apps.places import demo
    from apps.places.models import Municipality

    centre = GEOSGeometry("POINT(333475 5689672)", srid=GEO_SRID)
    town = Municipality.objects.create(key="14729070", name="Brandis", centre=centre, is_demo=True)
    demo.load(town, settings.BASE_DIR / "fixtures" / "brandis")
    return town


def test_services_leave_other_periods_alone(running, make_draft, publish):
    other = publish(make_draft(title="Anderer"), days(-1, 1), at=timezone.now())
    services.switch_states(at=timezone.now() + dt.timedelta(days=5))
    other.refresh_from_db()
    running.refresh_from_db()

    assert (other.state, running.state) == ("closed", "open")
