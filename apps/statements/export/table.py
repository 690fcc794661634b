"""The weighing table: one row for each concern, in the order of statements or of tags."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.db.models import Prefetch
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.consultations.models import Consultation
from apps.statements.codes import Decision, Sender
from apps.statements.models import Export, Segment, Statement

#: Called with the number of statements that are done.
Tick = Callable[[int], None]
TICK_EVERY = 50


@dataclass(frozen=True)
class Row:
    """One concern. ``number`` is that of the statement, with the concern's own behind a point."""

    heading: str
    number: str
    sender: str
    received: str
    text: str
    tags: str
    proposal: str
    decision: str
    reasons: str

    def cells(self) -> tuple[str, ...]:
        """Return the columns of ``headings``."""
        return (
            self.number,
            self.sender,
            self.received,
            self.text,
            self.tags,
            self.proposal,
            self.decision,
            self.reasons,
        )


def headings() -> tuple[str, ...]:
    """Return what stands above the columns."""
    return (
        _("Nr."),
        _("Absender"),
        _("Eingang"),
        _("Belang"),
        _("Schlagwörter"),
        _("Abwägungsvorschlag"),
        _("Beschluss"),
        _("Begründung"),
    )


def rows_of(consultation: Consultation, *, order: str, with_names: bool, tick: Tick) -> Iterator[Row]:
    """Yield the table; by tags a concern stands below each of its tags. Three statements, whatever there is.

    Without ``with_names`` a number stands for the sender, and a statement that nobody has cut into concerns shows its
    copy without personal data, or that there is none yet: never the original.
    """
    found = _by_statement(consultation, with_names, tick)
    if order != Export.Order.TAG:
        yield from (row for row, _tags in found)
        return
    below: dict[str, list[Row]] = defaultdict(list)
    for row, tags in found:
        for tag in tags or [""]:
            below[tag].append(row)
    for tag in sorted(below, key=lambda tag: (not tag, tag.casefold())):
        heading = tag or _("ohne Schlagwort")
        yield from (Row(**{**vars(row), "heading": heading}) for row in below[tag])


def _by_statement(consultation: Consultation, with_names: bool, tick: Tick) -> Iterator[tuple[Row, list[str]]]:
    statements = (
        consultation.statements.counted()
        .select_related("sender", "invitation__authority")
        .prefetch_related(Prefetch("segments", Segment.objects.defer("place")))
        .order_by("number")
    )
    for done, statement in enumerate(statements, 1):
        received = f"{timezone.localtime(statement.received_at):%d.%m.%Y}"
        if statement.is_late:
            received = _("%(day)s (verspätet)") % {"day": received}
        facts = {"heading": "", "sender": sender_of(statement, with_names), "received": received}
        segments = list(statement.segments.all())
        for place, segment in enumerate(segments, 1):
            row = Row(
                number=f"{statement.number}.{place}",
                text=segment.text,
                tags=", ".join(segment.tags),
                proposal=segment.proposal,
                decision=str(Decision(segment.decision).label),
                reasons=segment.decision_text,
                **facts,
            )
            yield row, segment.tags
        if not segments:
            text = statement.text if with_names else statement.anonymised_text or _("(noch nicht anonymisiert)")
            blank = {"tags": "", "proposal": "", "reasons": "", "decision": str(Decision.OPEN.label)}
            yield Row(number=str(statement.number), text=text, **facts, **blank), []
        if done % TICK_EVERY == 0:
            tick(done)


def sender_of(statement: Statement, with_names: bool) -> str:
    """Return who spoke: a body by its name, a person only with ``with_names``."""
    if statement.invitation:
        return str(statement.invitation.authority)
    sender = getattr(statement, "sender", None)
    if sender is not None and (with_names or statement.sender_kind == Sender.AUTHORITY):
        parts = (sender.organisation, sender.name) if with_names else (sender.organisation,)
        if said := ", ".join(filter(None, parts)):
            return said
    return _("Stellungnahme %(n)d") % {"n": statement.number}
