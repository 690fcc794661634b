"""The database refuses geometry that no town could have, whoever writes it."""

import pytest
from django.contrib.gis.geos import MultiPolygon, Point, Polygon
from django.db import IntegrityError, connection

from apps.geo.crs import GEO_SRID
from apps.places.models import AdministrativeArea, Municipality
from tests.conftest import at, box


def test_a_self_crossing_area_is_refused(town):
    bow_tie = MultiPolygon(
        Polygon([(330000, 5680000), (330100, 5680100), (330100, 5680000), (330000, 5680100), (330000, 5680000)]),
        srid=GEO_SRID,
    )
    with pytest.raises(IntegrityError, match="places_area_valid"):
        AdministrativeArea.objects.filter(kind="municipality").update(area=bow_tie)


@pytest.mark.parametrize("point", [Point(12.6, 51.3, srid=GEO_SRID), Point(5689672, 333475, srid=GEO_SRID)])
def test_degrees_and_swapped_axes_are_refused(town, point):
    with pytest.raises(IntegrityError, match="centre_valid"):
        Municipality.objects.filter(pk=town.pk).update(centre=point)


def test_not_a_number_is_refused(town):
    with pytest.raises(IntegrityError, match="centre_valid"), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE places_municipality SET centre = ST_SetSRID(ST_MakePoint('NaN', 5680000), %s)", [GEO_SRID]
        )


def test_an_area_covers_the_points_on_its_border(town):
    on_border = at(5000, 5000)
    names = AdministrativeArea.objects.filter(kind="district").covering(on_border).values_list("key", flat=True)
    assert sorted(names) == ["east", "west"]


def test_a_former_boundary_no_longer_counts_on_its_last_day(town):
    area = AdministrativeArea.objects.get(kind="municipality")
    AdministrativeArea.objects.filter(pk=area.pk).update(valid_to="2025-09-30")
    AdministrativeArea.objects.create(
        municipality=town,
        kind="municipality",
        key=town.key,
        name="Rasterstadt",
        area=box(0, 0, 9000, 10000),
        valid_from="2025-09-30",
    )
    current = AdministrativeArea.objects.filter(kind="municipality").valid_on("2025-09-30")
    assert [a.valid_from.isoformat() for a in current] == ["2025-09-30"]
