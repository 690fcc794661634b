"""What a category asks besides place and description: the questions, and how they are written down in the category.

The questions are one JSON list of the category, not rows of their own (docs/adr/0018): a version of the category then
holds its questions as they were asked, and ``route()`` joins nothing. A question is never deleted once it has been
asked, only retired, so that every stored answer keeps its words.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

if TYPE_CHECKING:
    from apps.departments.models import Category

KINDS = {
    "text": gettext_lazy("Text"),
    "number": gettext_lazy("Zahl"),
    "choice": gettext_lazy("eine Antwort aus einer Liste"),
    "choices": gettext_lazy("mehrere Antworten aus einer Liste"),
    "date": gettext_lazy("Datum"),
}
#: Kinds with a closed list of answers: only these can be the condition of a rule, and only these can stop.
CLOSED_KINDS = frozenset({"choice", "choices"})
MAX_QUESTIONS, MAX_OPTIONS = 12, 20
KEY = re.compile(r"[a-z][a-z0-9_]{0,39}")
_LENGTHS = {"label": 160, "hint": 300, "unit": 20, "advice": 600}


class QuestionsRefused(ValueError):
    """Questions that cannot be asked like this. The text is a sentence for the person who wrote them."""


@dataclass(frozen=True)
class Option:
    """One answer of a closed list. With ``advice`` it stops the report: the advice is shown instead of going on."""

    value: str
    label: str
    advice: str = ""
    is_retired: bool = False


@dataclass(frozen=True)
class Question:
    """One question. ``key`` is stable and public (it is the name in the API); ``unit`` stands behind a number.

    Answers of ``is_public`` questions are shown with a released report; all others stay inside, and free text always.
    """

    key: str
    kind: str
    label: str
    hint: str = ""
    unit: str = ""
    is_required: bool = False
    is_public: bool = False
    is_retired: bool = False
    options: tuple[Option, ...] = ()

    @property
    def is_closed(self) -> bool:
        return self.kind in CLOSED_KINDS

    @property
    def kind_in_words(self) -> str:
        return str(KINDS[self.kind])

    @property
    def offered(self) -> tuple[Option, ...]:
        """The answers that can be given today."""
        return tuple(option for option in self.options if not option.is_retired)

    @property
    def can_stop(self) -> bool:
        return any(option.advice for option in self.offered)

    def words(self, value: str) -> str:
        """Return the label of an answer from the list; an unknown one speaks for itself."""
        return next((option.label for option in self.options if option.value == value), value)


def questions_of(category: "Category") -> tuple[Question, ...]:
    """Return all questions of a category in order, retired ones too. What the database holds was checked before."""
    return tuple(_question(raw) for raw in category.questions)


def asked_by(category: "Category") -> tuple[Question, ...]:
    """Return the questions that a form asks today."""
    return tuple(question for question in questions_of(category) if not question.is_retired)


def _question(raw: Mapping[str, Any]) -> Question:
    options = tuple(Option(**option) for option in raw.get("options", ()))
    return Question(**{**raw, "options": options})


def as_json(questions: Iterable[Question]) -> list[dict[str, object]]:
    """Return questions as plain data for the category; empty parts are left out, so that a version reads well."""
    rows = []
    for question in questions:
        row = {name: value for name, value in asdict(question).items() if value not in ("", False, (), [])}
        if question.options:
            row["options"] = [{n: v for n, v in asdict(option).items() if v} for option in question.options]
        rows.append(row)
    return rows


def check_questions(questions: Sequence[Question]) -> None:
    """Raise ``QuestionsRefused`` for a list that a form could not ask."""
    if len(questions) > MAX_QUESTIONS:
        raise QuestionsRefused(
            _("Höchstens %(n)d Fragen: Wer meldet, soll schnell fertig sein.") % {"n": MAX_QUESTIONS}
        )
    keys = [question.key for question in questions]
    if len(set(keys)) < len(keys):
        raise QuestionsRefused(_("Dieses Kürzel hat schon eine andere Frage."))
    for question in questions:
        _check(question)


def _check(question: Question) -> None:
    if not KEY.fullmatch(question.key):
        raise QuestionsRefused(_("Ein Kürzel besteht aus Kleinbuchstaben, Ziffern und Unterstrichen."))
    if question.kind not in KINDS:
        raise QuestionsRefused(_("Diese Art von Frage gibt es nicht."))
    if not question.label:
        raise QuestionsRefused(_("Bitte schreiben Sie die Frage."))
    if question.kind == "text" and question.is_public:
        raise QuestionsRefused(
            _("Freier Text wird nicht von selbst veröffentlicht: Niemand hat ihn auf Namen und Vorwürfe geprüft.")
        )
    for name in ("label", "hint", "unit"):
        _check_length(name, getattr(question, name))
    if not question.is_closed and question.options:
        raise QuestionsRefused(_("Nur eine Frage mit Liste hat vorgegebene Antworten."))
    if question.is_closed and not question.is_retired and len(question.offered) < 2:
        raise QuestionsRefused(_("Eine Frage mit Liste braucht mindestens zwei Antworten."))
    if len(question.options) > MAX_OPTIONS:
        raise QuestionsRefused(_("Höchstens %(n)d Antworten je Frage.") % {"n": MAX_OPTIONS})
    values = [option.value for option in question.options]
    if len(set(values)) < len(values) or not all(KEY.fullmatch(value) for value in values):
        raise QuestionsRefused(_("Jede Antwort braucht ein eigenes Kürzel aus Kleinbuchstaben und Ziffern."))
    for option in question.options:
        if not option.label:
            raise QuestionsRefused(_("Bitte schreiben Sie zu jeder Antwort ihren Text."))
        _check_length("label", option.label)
        _check_length("advice", option.advice)


def _check_length(name: str, text: str) -> None:
    if len(text) > _LENGTHS[name]:
        raise QuestionsRefused(
            _("„%(text)s …“ ist zu lang: höchstens %(n)d Zeichen.") % {"text": text[:30], "n": _LENGTHS[name]}
        )
