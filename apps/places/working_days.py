"""Working days: Monday to Friday without the public holidays of the federal state in which the town lies.

The state is read from the first two digits of the municipality's key (AGS). Saxony's holidays stand in § 1 SächsSFG;
among them are Reformation Day and the Day of Repentance, which most other states do not have. Christmas Eve, New Year's
Eve and holidays of single parishes (Corpus Christi in the Sorbian ones) are working days here.
"""

import datetime as dt
from collections.abc import Mapping
from functools import cache

import holidays

#: First two digits of the AGS -> ISO 3166-2:DE. A key of no known state gets the holidays that all states share.
STATES = {
    "01": "SH",
    "02": "HH",
    "03": "NI",
    "04": "HB",
    "05": "NW",
    "06": "HE",
    "07": "RP",
    "08": "BW",
    "09": "BY",
    "10": "SL",
    "11": "BE",
    "12": "BB",
    "13": "MV",
    "14": "SN",
    "15": "ST",
    "16": "TH",
}


def is_working_day(day: dt.date, town_key: str) -> bool:
    """Does the town hall work on that local date?"""
    return day.weekday() < 5 and day not in _holidays(town_key[:2])


def holiday_name(day: dt.date, town_key: str) -> str:
    """Return the German name of the public holiday on that local date, empty when it is none."""
    return _holidays(town_key[:2]).get(day, "")


def add_working_days(day: dt.date, count: int, town_key: str) -> dt.date:
    """Return the ``count``-th working day after ``day``, which itself is not counted (§ 187 BGB).

    With ``count`` 0 it is ``day`` itself when that is a working day, else the next one.
    """
    while count > 0 or not is_working_day(day, town_key):
        day += dt.timedelta(days=1)
        count -= is_working_day(day, town_key)
    return day


def last_working_day_of_week(day: dt.date, town_key: str) -> dt.date:
    """Return the last working day of the week of ``day``; its Friday when the whole week is free."""
    friday = day + dt.timedelta(days=4 - day.weekday())
    found = friday
    while found.weekday() and not is_working_day(found, town_key):
        found -= dt.timedelta(days=1)
    return found if is_working_day(found, town_key) else friday


@cache
def _holidays(state_digits: str) -> Mapping[dt.date, str]:
    # The calendar fills itself year by year when it is asked.
    return holidays.country_holidays("DE", subdiv=STATES.get(state_digits), language="de")
