"""What differs between the words of a citizen and the text that everybody reads, word by word."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import takewhile

_WORDS = re.compile(r"\s+|\w+|[^\w\s]")
#: Pairs of words to compare at most: repetitive text makes the comparison cubic, and 4,000 characters may be hostile.
MAX_PAIRS = 250_000


@dataclass(frozen=True)
class Piece:
    """Words that stayed (``kept``), were taken out (``removed``) or put in (``added``)."""

    kind: str
    text: str


def word_changes(original: str, corrected: str) -> list[Piece]:
    """Return both texts as one row of pieces, in reading order."""
    before, after = _WORDS.findall(original), _WORDS.findall(corrected)
    first = _shared(before, after)
    last = _shared(before[first:][::-1], after[first:][::-1])
    old, new = before[first : len(before) - last], after[first : len(after) - last]
    pieces = [Piece("kept", "".join(before[:first])), *_middle(old, new)]
    pieces.append(Piece("kept", "".join(before[len(before) - last :])))
    return [piece for piece in pieces if piece.text]


def count_words(pieces: Sequence[Piece]) -> dict[str, int]:
    """Return how many words were ``removed`` and ``added``."""
    return {
        kind: sum(len(re.findall(r"\w+", piece.text)) for piece in pieces if piece.kind == kind)
        for kind in ("removed", "added")
    }


def _shared(one: Sequence[str], other: Sequence[str]) -> int:
    """Return how many words two rows of words share at their beginning."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


def _middle(old: Sequence[str], new: Sequence[str]) -> list[Piece]:
    if len(old) * len(new) > MAX_PAIRS:
        return [Piece("removed", "".join(old)), Piece("added", "".join(new))]
    pieces = []
    for what, a1, a2, b1, b2 in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if what == "equal":
            pieces.append(Piece("kept", "".join(old[a1:a2])))
        else:
            pieces += [Piece("removed", "".join(old[a1:a2])), Piece("added", "".join(new[b1:b2]))]
    return pieces
