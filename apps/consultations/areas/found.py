"""What was found in an uploaded file, carried by the form between reading and saving: signed, so it is ours again."""

import datetime as dt
from dataclasses import dataclass, field, replace
from typing import Any, Self, cast

from django.core import signing
from django.db.models import Field
from django.http import QueryDict

from apps.consultations.areas.options import Option
from apps.consultations.areas.plan_file import PlanFile
from apps.consultations.codes import PeriodKind
from apps.consultations.models import Consultation
from apps.consultations.xplan.plan import Round
from apps.geo.untrusted import whole_number

SALT = "consultations.plan-file"
MAX_AGE_SECONDS = 2 * 24 * 3600


@dataclass(frozen=True)
class Value:
    """One field: what the file says, what stood in the form, and whether it was filled in where nothing stood."""

    name: str
    text: str
    before: str = ""
    is_filled: bool = False

    @property
    def label(self) -> str:
        return str(_field(self.name).verbose_name)

    @property
    def words(self) -> str:
        return _words(self.name, self.text)

    @property
    def words_before(self) -> str:
        return _words(self.name, self.before)


@dataclass(frozen=True)
class FoundPlan:
    """``options`` are the areas in question, ``chosen`` the number of the one in the drawing (None: not asked yet)."""

    kind: str
    options: tuple[Option, ...] = ()
    chosen: int | None = None
    values: tuple[Value, ...] = ()
    rounds: tuple[Round, ...] = ()
    notes: tuple[str, ...] = ()
    taken: tuple[str, ...] = field(default=())

    @classmethod
    def of(cls, plan: PlanFile, typed: dict[str, str], untouched: dict[str, str]) -> Self:
        """Compare a file with what stands in the form; ``untouched`` are the values that nobody has typed."""
        facts = plan.facts.values if plan.facts else {}
        values = []
        for name, text in facts.items():
            before = typed.get(name, "")
            if text != before:
                values.append(Value(name, text, before, is_filled=before in ("", untouched.get(name))))
        rounds = plan.facts.rounds if plan.facts else ()
        chosen = 0 if len(plan.options) == 1 else None
        taken = tuple(f"round-{number}" for number in range(len(rounds)))
        return cls(plan.kind, plan.options, chosen, tuple(values), rounds, plan.notes, taken)

    @property
    def option(self) -> Option | None:
        """Return the area that stands in the drawing."""
        return self.options[self.chosen] if self.chosen is not None and self.options else None

    @property
    def is_asking(self) -> bool:
        return len(self.options) > 1 and self.chosen is None

    def filled(self) -> dict[str, str]:
        """Return what goes into the form at once."""
        into = {value.name: value.text for value in self.values if value.is_filled}
        return {**into, "shape": self.option.shape} if self.option else into

    def answered(self, posted: QueryDict) -> Self:
        """Return the same with the planner's answers: which area, which fields, which rounds."""
        number = whole_number(posted.get("option"), most=len(self.options) - 1)
        chosen = self.chosen if self.chosen is not None else number
        names = {value.name for value in self.values} | {f"round-{n}" for n in range(len(self.rounds))}
        return replace(self, chosen=chosen, taken=tuple(sorted(names & set(posted.getlist("take")))))

    def applied(self, posted: QueryDict) -> QueryDict:
        """Return the form's data with what was ticked; what was typed after the reading stays as it was typed."""
        data = posted.copy()
        for value in self.values:
            if value.name in self.taken and posted.get(value.name, "") == value.before:
                data[value.name] = value.text
        return data

    def rounds_taken(self) -> list[Round]:
        return [one for number, one in enumerate(self.rounds) if f"round-{number}" in self.taken]

    @property
    def round_rows(self) -> list[tuple[str, str, Round]]:
        """Return (name of the tick, words of the kind, round)."""
        return [(f"round-{n}", str(PeriodKind(one.kind).label), one) for n, one in enumerate(self.rounds)]

    def dumps(self) -> str:
        """Return the signed text for the hidden field."""
        told = {
            "kind": self.kind,
            "options": [[o.name, o.shape, o.crs, o.area_m2, list(o.notes)] for o in self.options],
            "chosen": self.chosen,
            "values": [[v.name, v.text, v.before, v.is_filled] for v in self.values],
            "rounds": [[r.kind, r.starts_on.isoformat(), r.ends_on.isoformat()] for r in self.rounds],
            "notes": list(self.notes),
            "taken": list(self.taken),
        }
        return signing.dumps(told, salt=SALT, compress=True)

    @classmethod
    def loads(cls, text: str) -> Self | None:
        """Return what ``dumps`` wrote; None for anything else, and after two days."""
        try:
            told: Any = signing.loads(text, salt=SALT, max_age=MAX_AGE_SECONDS)
        except (signing.BadSignature, ValueError):
            return None
        day = dt.date.fromisoformat
        return cls(
            told["kind"],
            tuple(Option(name, shape, crs, m2, tuple(notes)) for name, shape, crs, m2, notes in told["options"]),
            told["chosen"],
            tuple(Value(*value) for value in told["values"]),
            tuple(Round(kind, day(first), day(last)) for kind, first, last in told["rounds"]),
            tuple(told["notes"]),
            tuple(told["taken"]),
        )


def _field(name: str) -> "Field[Any, Any]":
    return cast("Field[Any, Any]", Consultation._meta.get_field(name))  # no relation is taken from a file


def _words(name: str, text: str) -> str:
    choices = dict(_field(name).flatchoices or ())
    return str(choices.get(text, text))
