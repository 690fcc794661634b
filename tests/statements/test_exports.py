"""The weighing as files: whole, without names unless asked, and nobody's words become a formula."""

import datetime as dt
import hashlib
import json
import re
import socket
import zipfile

import docx
import openpyxl
import pyogrio
import pypdf
import pytest
from django.urls import reverse

from apps.statements.export import print as printing
from apps.statements.export.table import Row
from apps.statements.models import Export
from apps.statements.services import exports, weighing
from tests.conftest import at
from tests.contributions.photo_files import encoded, picture
from tests.statements.conftest import DURING


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.VAR_DIR = str(tmp_path)


@pytest.fixture
def weighed(plan, submit, emil):
    """Two statements with concerns, one without, one taken back."""
    first = submit("=1+1 sagt Anna Beispiel", name="Anna Beispiel", email="anna@example.org").statement
    concern = {"text": '=HYPERLINK("x") Lärm', "tags": ["Lärm", "Verkehr"], "place": at(1010, 1010)}
    weighing.add_segment(statement=first, actor=emil, values={**concern, "decision": "followed"})
    weighing.add_segment(statement=first, actor=emil, values={"text": "Bäume", "tags": []})
    submit("Noch ein Wort von Berta Beispiel", name="Berta Beispiel")
    taken = submit("Zurückgenommen").statement
    type(taken).objects.filter(pk=taken.pk).update(withdrawn_at=DURING + dt.timedelta(days=1))
    return plan


@pytest.fixture
def write(weighed, emil):
    def make(ending, *, order="statement", with_names=False):
        export = exports.order_export(
            consultation=weighed, actor=emil, ending=ending, order=order, with_names=with_names
        )
        assert exports.write_due_exports() == 1
        export.refresh_from_db()
        assert (export.state, export.percent) == ("ready", 100)
        return exports.folder() / export.file_name

    return make


def cells(path):
    rows = openpyxl.load_workbook(path).active.iter_rows()
    return [[cell.value for cell in row if cell.value is not None] for row in rows]


def test_the_sheet_has_a_row_for_each_concern_and_no_formula(write):
    path = write("xlsx")
    sheet = openpyxl.load_workbook(path).active
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {"s", "n", "inlineStr"}
    rows = cells(path)
    assert [row[0] for row in rows] == ["Nr.", "1.1", "1.2", "2"]
    assert rows[1][3] == '=HYPERLINK("x") Lärm' and "wird gefolgt" in rows[1]
    assert not any("Beispiel" in str(value) for row in rows for value in row)
    assert any("noch nicht anonymisiert" in str(value) for value in rows[3])


def test_by_tags_a_concern_stands_below_each_of_its_tags(write):
    assert [row[0] for row in cells(write("xlsx", order="tag"))] == [
        *("Nr.", "Lärm", "1.1", "Verkehr", "1.1", "ohne Schlagwort", "1.2", "2")
    ]


def test_names_are_in_it_only_when_asked(write):
    assert any("Berta Beispiel" in str(value) for row in cells(write("xlsx", with_names=True)) for value in row)


def test_the_document_repeats_its_heading_on_each_page(write):
    table = docx.Document(str(write("docx"))).tables[0]
    assert [row.cells[0].text for row in table.rows] == ["Nr.", "1.1", "1.2", "2"]
    assert "tblHeader" in table.rows[0]._tr.xml


def test_the_print_is_a_tagged_pdf_with_everything_that_was_said(write):
    pdf = pypdf.PdfReader(write("pdf"))
    text = " ".join(page.extract_text() for page in pdf.pages)
    assert "Abwägung: Gartenweg" in text and "Seite 1 von 1" in text and "wird gefolgt" in text
    root = pdf.trailer["/Root"]
    assert root["/Lang"] == "de" and root["/MarkInfo"]["/Marked"] and root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert pdf.metadata.title == "Abwägung: Gartenweg"


@pytest.mark.slow(reason="lays out a print in parts side by side")
def test_parts_of_a_long_print_are_one_file_in_order_that_a_screen_reader_can_follow(tmp_path, monkeypatch):
    monkeypatch.setattr(printing, "PART", 30)
    said = [f"Einwand-{number} zum Verkehr" for number in range(100)]
    rows = (Row("", str(number), "Anna", "1.12.2026", text, "", "", "", "") for number, text in enumerate(said))
    printing.write_table(rows, tmp_path / "long.pdf", title="Abwägung", subtitle="Stand")
    pdf = pypdf.PdfReader(tmp_path / "long.pdf")
    pages = [page.extract_text() for page in pdf.pages]
    assert re.findall(r"Einwand-\d+ zum Verkehr", " ".join(pages)) == said
    assert [re.search(r"Seite \d+ von \d+", page).group() for page in pages] == [
        f"Seite {number} von {len(pages)}" for number in range(1, len(pages) + 1)
    ]

    # From the structure: the same words in the same order, each found on the page that its element names.
    tree = pdf.trailer["/Root"]["/StructTreeRoot"]
    [document] = tree["/K"]
    kinds = [element["/S"] for element in document["/K"]]
    assert kinds[:2] == ["/H1", "/P"] and set(kinds[2:]) == {"/Table"} and kinds.count("/Table") >= 4
    assert all(element["/P"] == document.get_object() for element in document["/K"])
    leads = tree["/ParentTree"]["/Nums"]
    assert leads[::2] == [page["/StructParents"] for page in pdf.pages] == list(range(len(pages)))
    for page, elements in zip(pdf.pages, leads[1::2], strict=True):
        marked = re.findall(rb"/MCID (\d+)", page.get_contents().get_data())
        assert sorted(map(int, marked)) == list(range(len(elements.get_object())))
        for element in elements.get_object():
            assert element.get_object().raw_get("/Pg") == page.indirect_reference
    # What is not read aloud: the numbers only.
    assert all(page.get_contents().get_data().count(b"/Artifact <</Type /Pagination>>") == 1 for page in pdf.pages)


def test_a_print_fetches_nothing_that_somebody_wrote_into_it(tmp_path):
    """Neither by the text, which is text, nor by a template that would not mark it as such."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0)
        address = f"http://127.0.0.1:{server.getsockname()[1]}"
        secret = tmp_path / "secret.png"
        secret.write_bytes(encoded(picture((8, 8)), "PNG"))
        images = (
            f'<img src="{address}/a.png"><img src="{secret.as_uri()}"><link rel="stylesheet" href="{address}/b.css">'
        )
        printing._press(f"<html lang=de><title>x</title><p>Text {images}", tmp_path / "page.pdf", "tagged")
        with pytest.raises(BlockingIOError):
            server.accept()
    [page] = pypdf.PdfReader(tmp_path / "page.pdf").pages
    assert "Text" in page.extract_text() and not page.images


def test_the_places_open_in_a_gis(write):
    path = write("gpkg")
    table = pyogrio.read_dataframe(path, layer="punkte")
    assert list(table["nummer"]) == ["1.1"] and table.crs.to_epsg() == 25833
    assert table.geometry[0].equals(pyogrio.read_dataframe(path).geometry[0])


def test_the_json_speaks_with_the_names_of_the_standard(write):
    told = json.loads(write("json").read_text())
    assert told["planName"] == "Gartenweg" and told["zeitraum"][0]["ende"] == "2026-12-22"
    statements = told["stellungnahme"]
    assert [s["nummer"] for s in statements] == [1, 2, 3] and statements[2]["zurueckgenommen"]
    assert "Beispiel" not in json.dumps(told) and statements[0]["abwaegung"][0]["schlagworte"] == ["Lärm", "Verkehr"]


def test_the_whole_file_can_be_checked(write):
    with zipfile.ZipFile(write("zip", with_names=True)) as archive:
        sums = [line.split("  ") for line in archive.read("PRUEFSUMMEN.sha256").decode().splitlines()]
        names = {name for _digest, name in sums}
        assert {"stellungnahmen.json", "abwaegung.xlsx", "orte.gpkg"} < names
        assert any(name.startswith("unterlagen/") for name in names)
        assert all(hashlib.sha256(archive.read(name)).hexdigest() == digest for digest, name in sums)
        assert "Anna Beispiel" in archive.read("stellungnahmen.json").decode()


def test_without_names_the_whole_file_holds_none(write):
    with zipfile.ZipFile(write("zip")) as archive:
        assert b"Beispiel" not in archive.read("stellungnahmen.json")
        assert not [name for name in archive.namelist() if name.startswith("anlagen/")]


def test_a_file_is_ordered_once_and_fetched_by_whoever_ordered_it(client, emil, weighed, make_user):
    client.force_login(emil)
    address = reverse("statements:desk_exports", args=[weighed.public_id])
    for _twice in range(2):
        client.post(address, {"ending": "json", "order": "statement"})
    export = Export.objects.get()
    assert "0 von 3 Stellungnahmen" in client.get(address).content.decode()
    exports.write_due_exports()
    fetch = reverse("statements:desk_export_file", args=[weighed.public_id, export.public_id])
    assert client.get(fetch)["Content-Type"] == "application/json"
    client.force_login(make_user("Gerd", "administrator"))
    assert client.get(fetch).status_code == 404


def test_a_worker_that_died_leaves_its_work_to_the_next(weighed, emil):
    exports.order_export(consultation=weighed, actor=emil, ending="json", order="statement", with_names=False)
    moment = DURING
    exports._lease_next(moment)
    assert exports.write_due_exports(at=moment + dt.timedelta(minutes=14)) == 0
    assert exports.write_due_exports(at=moment + dt.timedelta(minutes=16)) == 1


def test_a_file_that_cannot_be_written_is_given_up(weighed, emil):
    export = exports.order_export(consultation=weighed, actor=emil, ending="json", order="statement", with_names=False)
    for number in range(exports.ATTEMPTS + 1):
        exports._lease_next(DURING + dt.timedelta(hours=number))
    export.refresh_from_db()
    assert export.state == "failed"


def test_files_go_after_a_day(write):
    path = write("json")
    ordered = Export.objects.get().ordered_at
    assert exports.remove_old_exports(at=ordered + dt.timedelta(hours=23)) == 0
    assert exports.remove_old_exports(at=ordered + dt.timedelta(hours=25)) == 1
    assert not path.exists()
