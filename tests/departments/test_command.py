"""``manage.py route``."""

import json

import pytest
from django.core.management import CommandError, call_command

from tests.conftest import at, lonlat


def _run(capsys, *arguments):
    call_command("route", *arguments)
    return capsys.readouterr().out


def _place(east_m, north_m):
    lon, lat = lonlat(at(east_m, north_m))
    return [str(lat), str(lon)]


def test_it_tells_who_and_why(matrix, capsys):
    told = _run(capsys, "road_damage", *_place(2003, 2000))
    assert "Zuständig ist Landkreis Leipzig, Straßenmeisterei Wurzen." in told
    assert "K 1 (Kreisstraße), 3 m entfernt" in told


def test_as_json_it_prints_exactly_the_agreed_object(matrix, capsys):
    printed = json.loads(_run(capsys, "road_damage", *_place(2003, 2000), "--json"))
    assert list(printed) == ["outside", "neighbour", "executor", "owner", "rule", "reason", "candidates"]
    assert printed["owner"] == {"code": "lk-strassenbauamt", "name": "Landkreis Leipzig, Straßenbauamt"}


def test_it_answers_for_another_moment(matrix, capsys):
    assert "außerhalb des Gemeindegebiets" in _run(capsys, "other", *_place(50, 50), "--at", "2019-06-01")


def test_it_answers_for_another_town(matrix, other_town):
    with pytest.raises(CommandError, match="Kategorie „other“ gibt es nicht"):
        call_command("route", "other", *_place(10050, 50), "--town", other_town.key)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["nix", "51.2", "12.6"], "Bekannt sind: animal"),
        (["other", "12.6", "51.2"], "Breite vor der Länge"),
        (["other", "nan", "12.6"], "keine Zahl"),
        (["other", "51.2", "12.6", "--at", "2026-13-01"], "kein Zeitpunkt"),
        (["other", "51.2", "12.6", "--town", "00000000"], "Diese Gemeinde gibt es hier nicht"),
    ],
)
def test_wrong_arguments_get_a_sentence(matrix, arguments, sentence):
    with pytest.raises(CommandError, match=sentence):
        call_command("route", *arguments)
