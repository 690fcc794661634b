"""The first page tells of ideas, whatever shape they have."""

import datetime as dt
import re

from django.contrib.gis.geos import LineString

from apps.geo.crs import GEO_SRID
from apps.ideas.models import Idea
from tests.conftest import at, box


def test_what_is_new_are_the_three_newest_of_a_kind_whatever_their_shape(client, town, make_idea):
    start = at(3000, 5000)
    way = LineString(start.coords, (start.x + 500, start.y), srid=GEO_SRID)
    for days, (title, shape) in enumerate(
        [("Bank", at(1000, 1000)), ("Radweg", way), ("Obstwiese", box(2000, 2000, 2100, 2100)), ("Brunnen", at(1, 1))]
    ):
        idea = make_idea(title, shape)
        Idea.objects.filter(pk=idea.pk).update(received_on=dt.date(2026, 3, 1) + dt.timedelta(days))
    page = client.get("/").text
    assert re.findall("Bank|Radweg|Obstwiese|Brunnen", page.partition("Neu in")[2]) == [
        "Brunnen",
        "Obstwiese",
        "Radweg",
    ]
    assert page.partition("<noscript>")[2].partition("</noscript>")[0].count("<path") == 2
