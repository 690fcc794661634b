"""Where is it? A form takes the map's pin, a chosen place, an address, and asks when that is not enough."""

import pytest
from django import forms
from django.template import Context, Template
from django.test import RequestFactory

from apps.places.folding import fold_address
from apps.places.models import Address
from apps.places.pin import PinFormMixin
from tests.conftest import at, lonlat


class PlaceForm(PinFormMixin, forms.Form):
    def __init__(self, town, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.municipality = town


@pytest.fixture
def streets(town):
    for street, number, east in [("Lindenstraße", "1", 1000), ("Lindenweg", "1", 2000), ("Am Markt", "7", 3000)]:
        Address.objects.create(
            municipality=town,
            street=street,
            house_number=number,
            postcode="04999",
            point=at(east, 1000),
            search=fold_address(street, number, "04999", ""),
        )
    return town


def point_of(form):
    assert form.is_valid(), form.errors
    return form.cleaned_data["point"].coords


def test_the_pin_of_the_map_wins_over_the_words(streets):
    lon, lat = lonlat(at(5000, 5000))
    form = PlaceForm(streets, {"lon": lon, "lat": lat, "address": "Am Markt 7"})
    assert point_of(form) == pytest.approx(at(5000, 5000).coords, abs=0.02)


def test_an_address_that_names_one_place_will_do(streets):
    assert point_of(PlaceForm(streets, {"address": "am markt 7"})) == pytest.approx(at(3000, 1000).coords, abs=0.02)


def test_words_that_may_mean_several_places_are_asked_back(streets):
    form = PlaceForm(streets, {"address": "linden"})
    assert not form.is_valid() and "Bitte wählen Sie einen aus" in str(form.errors["address"])
    assert {place.label for place in form.place_choices} == {"Lindenstraße", "Lindenweg"}


def test_a_chosen_place_is_taken(streets):
    lon, lat = lonlat(at(2000, 1000))
    form = PlaceForm(streets, {"address": "linden", "place": f"{lon},{lat}"})
    assert point_of(form) == pytest.approx(at(2000, 1000).coords, abs=0.02)


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"address": "Nirgendwo 99"},
        {"lon": "12.6"},
        {"lon": "nan", "lat": "51"},
        {"lon": "51.3", "lat": "12.6"},
        {"place": "x"},
        {"place": "12.6,51.3,7"},
        {"address": "\x00"},
        {"address": "\ud800"},
    ],
)
def test_everything_else_is_refused_with_a_sentence(streets, data):
    form = PlaceForm(streets, data)
    assert not form.is_valid() and form.errors


def rendered(tag, **context):
    request = RequestFactory().get("/")
    request.csp_nonce = "abc"
    return Template("{% load map_tags %}" + tag).render(Context({"request": request, **context}))


def test_the_pin_input_works_without_javascript_and_carries_a_nonce(streets):
    form = PlaceForm(streets, {"address": "linden"})
    form.is_valid()
    html = rendered("{% pin_input form %}", form=form)
    assert 'nonce="abc"' in html and 'name="lon"' in html and 'name="address"' in html
    assert html.count('type="radio"') == 2 and "Lindenweg" in html


def test_two_maps_on_a_page_load_leaflet_once_and_have_different_names(streets):
    html = rendered('{% feature_map layer="trees" %}{% feature_map at=point label="Hier" %}', point=at(5000, 5000))
    assert html.count("leaflet/leaflet.js") == 1
    assert 'id="karte-1"' in html and 'id="karte-2"' in html
    lon = lonlat(at(5000, 5000))[0]
    assert f'data-lon="{lon:.6f}"'.rstrip('0"') in html and 'data-label="Hier"' in html


def test_a_map_beside_a_list_names_the_lists_features(streets):
    class Thing:
        public_id = "0123456789ab"

    assert 'data-only="0123456789ab"' in rendered("{% feature_map ids=things %}", things=[Thing()])
    assert 'data-only=""' in rendered("{% feature_map ids=things %}", things=[])
