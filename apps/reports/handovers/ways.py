"""How a body outside is reached. Mail is built in; another app may register a way of its own (Open311 does)."""

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from apps.departments.models import Department
from apps.outbox.models import Message
from apps.reports.handovers import letters
from apps.reports.models import Handover, Report


@dataclass(frozen=True)
class Way:
    """``reaches(report, department)`` says whether this way is open for them; ``tell(handover, text)`` queues the
    message that hands over (``text``: why it comes again, else empty). ``is_reminded``: silence is answered with a
    mail to the body."""

    name: str
    title: str | Promise
    reaches: Callable[[Report, Department], bool]
    tell: Callable[[Handover, str], Message]
    is_reminded: bool = False


MAIL = Way("mail", _("E-Mail"), lambda _report, department: bool(department.email), letters.tell_body, is_reminded=True)
_ways: dict[str, Way] = {MAIL.name: MAIL}


def register_way(way: Way) -> None:
    """Let bodies be reached by ``way`` too; it is preferred to mail."""
    if _ways.setdefault(way.name, way) != way:
        raise ValueError(f"way {way.name!r} is registered twice")


def way_to(report: Report, department: Department) -> Way | None:
    """Return the way by which ``department`` is told about ``report``; None when there is none."""
    others = [way for way in _ways.values() if way is not MAIL]
    return next((way for way in (*others, MAIL) if way.reaches(report, department)), None)


def way_named(name: str) -> Way | None:
    """Return a registered way; None for an empty or unknown name."""
    return _ways.get(name)
