"""Write the weighing of many statements in every format and say how long each takes; everything is rolled back.

    .venv/bin/python manage.py shell -c "from benchmarks.weighing import run; run(2000)"

Target (issue 4, 5): 2,000 statements within 30 seconds a file.
"""

import datetime as dt
import random
import resource
import tempfile
import time
import uuid
from pathlib import Path

from django.contrib.gis.geos import Point
from django.db import transaction
from django.utils import timezone

from apps.accounts.models import User
from apps.consultations import services as consultations
from apps.consultations.services import PeriodValues
from apps.geo.crs import GEO_SRID
from apps.places.models import Municipality
from apps.statements.export.formats import FORMATS
from apps.statements.models import Export, Place, Segment, Statement
from apps.statements.services.submission import Who, submit_statement
from apps.statements.similar import suggest_groups

WORDS = ["Straße", "Lärm", "Bäume", "Verkehr", "Schule", "Wasser", "Dach", "Höhe", "Garten", "Weg", "Schatten", "Wind"]


def run(count: int = 2000) -> None:
    """Print a line for each format: seconds and size."""
    with transaction.atomic():
        plan = _plan()
        _fill(plan, count)
        actor = User.objects.first() or User.objects.create_user("bench@example.org", name="Bench")
        with tempfile.TemporaryDirectory() as folder:
            for ending, made in FORMATS.items():
                export = Export(
                    consultation=plan, municipality_id=plan.municipality_id, ending=ending, ordered_by=actor
                )
                path = Path(folder) / f"weighing.{ending}"
                began = time.perf_counter()
                made.write(export, path, lambda done: None)
                seconds = time.perf_counter() - began
                print(f"{ending:5} {seconds:6.1f} s {path.stat().st_size / 1e6:7.2f} MB")
        began = time.perf_counter()
        sets = suggest_groups(plan)
        print(f"similar {time.perf_counter() - began:4.1f} s, {len(sets)} sets")
        print(f"memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")
        transaction.set_rollback(True)


def _plan():
    town = Municipality.objects.first()
    today = timezone.localdate()
    plan = consultations.create_draft(
        municipality=town,
        actor=None,
        values={"title": "Gartenweg", "summary": "x"},
    )
    period = PeriodValues("publication", today - dt.timedelta(days=5), today + dt.timedelta(days=40))
    plan = consultations.set_periods(
        consultation=plan, actor=None, version=plan.version, periods=[period], at=timezone.now()
    )
    plan.periods.update(is_published=True)
    return plan


def _fill(plan, count: int) -> None:
    dice = random.Random(1)
    for number in range(count):
        text = " ".join(dice.choices(WORDS, k=60))
        statement = submit_statement(
            consultation=plan, text=text, key=uuid.uuid4(), who=Who(f"Person {number}"), with_receipt=False
        ).statement
        point = Point(333_000 + dice.random() * 900, 5_689_000 + dice.random() * 900, srid=GEO_SRID)
        Place.objects.create(statement=statement, shape=point)
        for concern in range(2):
            Segment.objects.create(
                municipality_id=plan.municipality_id,
                statement=statement,
                position=concern,
                text=" ".join(dice.choices(WORDS, k=30)),
                tags=dice.sample(WORDS, 2),
                place=point,
                proposal=" ".join(dice.choices(WORDS, k=25)),
                decision=dice.choice(["followed", "partly", "not_followed", "noted"]),
                decision_text=" ".join(dice.choices(WORDS, k=12)),
            )
    assert Statement.objects.filter(consultation=plan).count() == count
