"""How long a period must be: the vectors of the law's reference, and what holds for every day."""

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.consultations.periods.calculator import calculate, earliest_start, end_of_month_period, is_free_day
from apps.consultations.periods.moments import instants
from apps.consultations.periods.sentences import sentences

SAXONY = "14729070"
#: first day -> month rule, 30th day, earliest lawful last day (domain reference, verified by script there)
VECTORS = [
    ("2025-08-18", "2025-09-17", "2025-09-16", "2025-09-17"),
    ("2026-02-10", "2026-03-09", "2026-03-11", "2026-03-11"),
    ("2026-01-31", "2026-02-28", "2026-03-01", "2026-03-02"),
    ("2027-02-01", "2027-02-28", "2027-03-02", "2027-03-02"),
    ("2026-11-23", "2026-12-22", "2026-12-22", "2026-12-22"),
    ("2026-10-01", "2026-10-31", "2026-10-30", "2026-11-02"),
    ("2026-10-19", "2026-11-18", "2026-11-17", "2026-11-19"),
    ("2026-12-02", "2027-01-01", "2026-12-31", "2027-01-04"),
    ("2024-01-31", "2024-02-29", "2024-02-29", "2024-02-29"),
    ("2026-03-31", "2026-04-30", "2026-04-29", "2026-04-30"),
    # GmS-OGB 2/71: from 24 May until 23 June; that one is a Tuesday.
    ("2026-05-24", "2026-06-23", "2026-06-22", "2026-06-23"),
]
DAYS = st.dates(dt.date(2024, 1, 1), dt.date(2045, 12, 1))


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def regular(starts_on: dt.date, **more):
    return calculate(kind="publication", starts_on=starts_on, town_key=SAXONY, **more)


@pytest.mark.parametrize(("start", "month", "thirtieth", "end"), VECTORS)
def test_the_vectors_of_the_reference(start, month, thirtieth, end):
    found = regular(day(start))

    assert (found.month_end, found.thirtieth_day, found.ends_on) == (day(month), day(thirtieth), day(end))


def test_repentance_day_is_free_in_saxony_only():
    elsewhere = calculate(kind="publication", starts_on=day("2026-10-19"), town_key="15088020")

    assert regular(day("2026-10-19")).ends_on == day("2026-11-19")
    assert elsewhere.ends_on == day("2026-11-18")


@settings(max_examples=120, deadline=None)
@given(DAYS)
def test_a_regular_round_has_thirty_days_and_a_month_and_ends_on_a_working_day(start):
    found = regular(start)

    assert found.days >= 30 and found.ends_on >= end_of_month_period(start)
    assert not is_free_day(found.ends_on, SAXONY)
    assert found.days <= 30 + 8  # a month and the longest row of free days (Christmas, Easter)


@settings(max_examples=60, deadline=None)
@given(DAYS, st.integers(0, 200))
def test_a_wish_never_makes_it_shorter_and_never_ends_on_a_free_day(start, days):
    wanted = start + dt.timedelta(days=days)
    found = regular(start, wanted_end=wanted)

    assert found.ends_on >= regular(start).ends_on
    assert found.ends_on >= min(wanted, found.ends_on) and not is_free_day(found.ends_on, SAXONY)
    assert wanted <= found.minimum_end or found.ends_on >= wanted


@settings(max_examples=60, deadline=None)
@given(DAYS)
def test_a_later_start_never_ends_earlier(start):
    assert regular(start).ends_on <= regular(start + dt.timedelta(days=1)).ends_on


@settings(max_examples=60, deadline=None)
@given(DAYS)
def test_from_midnight_to_midnight_across_the_change_of_the_clock(start):
    found = regular(start)
    begin, end = instants(start, found.ends_on)
    hours = (end - begin.astimezone(dt.UTC)).total_seconds() / 3600

    assert hours - found.days * 24 in (-1, 0, 1)
    assert begin.astimezone(end.tzinfo).hour == 0 and end.hour == 0


def test_a_repeated_round_may_be_shorter_only_when_the_planner_says_so():
    start, wanted = day("2026-11-23"), day("2026-12-07")

    def repeat(**more):
        return calculate(kind="repeat", starts_on=start, wanted_end=wanted, town_key=SAXONY, **more)

    assert repeat(shorten=True).ends_on == wanted and repeat(shorten=True).is_shortened
    assert repeat().ends_on == day("2026-12-22")
    assert regular(start, wanted_end=wanted, shorten=True).ends_on == day("2026-12-22")


def test_an_early_participation_lasts_as_long_as_the_town_says_but_ends_on_a_working_day():
    found = calculate(kind="early_public", starts_on=day("2026-11-23"), wanted_end=day("2026-12-05"), town_key=SAXONY)

    assert found.ends_on == day("2026-12-07")


def test_a_notice_takes_effect_at_the_end_of_its_day():
    assert earliest_start(day("2026-11-20")) == day("2026-11-21")
    assert regular(day("2026-11-20"), notice_on=day("2026-11-20")).starts_too_early
    assert not regular(day("2026-11-21"), notice_on=day("2026-11-20")).starts_too_early


@pytest.mark.django_db
def test_the_calculation_reads_as_sentences_with_paragraphs():
    found = sentences(regular(day("2026-10-01"), notice_on=day("2026-09-25")))
    text = " ".join(f"{sentence.text} ({sentence.source})" for sentence in found)

    for words in (
        "Die Bekanntmachung erscheint am Freitag, 25.09.2026",
        "Frühester Beginn: Samstag, 26.09.2026.",
        "Erster Tag ist Donnerstag, 01.10.2026. Er zählt mit. (§ 187 Abs. 2 BGB",
        "Ein Monat endet am Samstag, 31.10.2026. (§ 188 Abs. 2 Alternative 2 BGB)",
        "Der 30. Tag ist Freitag, 30.10.2026.",
        "Der spätere Tag gilt: Samstag, 31.10.2026.",
        "Samstag, 31.10.2026 ist ein Feiertag (Reformationstag); "
        "die Frist endet am nächsten Werktag, Montag, 02.11.2026. (§ 193 BGB)",
        "bis Montag, 02.11.2026, 24:00 Uhr",
        "Das sind 33 Tage.",
    ):
        assert words in text
    assert not any(sentence.is_warning for sentence in found)


@pytest.mark.django_db
def test_a_missing_day_is_explained_by_paragraph_three():
    (month,) = [s for s in sentences(regular(day("2026-01-31"))) if s.text.startswith("Ein Monat")]

    assert "28.02.2026" in month.text and "Abs. 2 und 3" in month.source
