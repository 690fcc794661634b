"""A soak goes on, piece by piece, where it stopped for this commit, until its bar is reached."""

import datetime as dt
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.soak.state import State, short


@dataclass(frozen=True)
class Turn:
    """What a piece is told: which one of its commit's it is, what to draw from, how much to do, where to write."""

    number: int
    seed: int
    amount: int
    commit: str
    folder: Path


@dataclass
class Done:
    """What a piece did; ``faults`` are texts from which each can be repeated."""

    amount: int
    faults: list[str] = field(default_factory=list)
    note: str = ""


@dataclass(frozen=True)
class Soak:
    """One declaration: ``bar`` of ``unit`` in pieces of at most ``step``."""

    name: str
    words: str
    unit: str
    bar: int
    step: int
    piece: Callable[[Turn], Done]


class Refused(Exception):
    """A soak cannot be done here; the text says why."""


class Ended(BaseException):
    """Somebody ended us by a signal. Not an Exception: no piece may take it for a fault of its own."""

    def __init__(self, signal: int) -> None:
        self.signal = signal


def go(soak: Soak, folder: Path, identify: Callable[[], str], *, target: int, say: Callable[[str], Any]) -> int:
    """Do the pieces that are missing up to ``target``, show each, sum up in one line; return the exit code."""
    commit, state = identify(), State(folder / f"{soak.name}.jsonl")
    pieces = state.pieces(commit)
    code = 0
    try:
        while (done := _sum(pieces, "amount")) < target:
            turn = Turn(len(pieces), secrets.randbits(31), min(soak.step, target - done), commit, folder)
            began = time.monotonic()
            result = _do(soak, turn)
            seconds = round(time.monotonic() - began, 1)
            if identify() != commit:
                raise Refused("The checkout changed under way: this piece counts for nobody.")
            line = {"commit": commit, "seed": turn.seed, "amount": result.amount, "faults": result.faults}
            more = {"note": result.note} if result.note else {}
            pieces.append(state.append(**line, **more, seconds=seconds, at=_now()))
            say(_progress(soak, pieces, target))
            for fault in result.faults:
                say(fault)
            if not result.amount:
                raise Refused("Nothing was done in this piece: it would never end.")
    except Refused as refused:
        say(str(refused))
        code = 1
    except Ended as ended:
        code = 128 + ended.signal
    say(summary(soak, commit, pieces))
    return code or int(any(piece["faults"] for piece in pieces))


def summary(soak: Soak, commit: str, pieces: list[dict[str, Any]]) -> str:
    """Return name, done of bar, failures, seconds, commit and date as one line."""
    faults = sum(len(piece["faults"]) for piece in pieces)
    return (
        f"{soak.name}: {_sum(pieces, 'amount'):,} of {soak.bar:,} {soak.unit}, {faults:,} failures,"
        f" {_sum(pieces, 'seconds'):,.0f} s, {short(commit)}, {_now()[:10]}"
    )


def _do(soak: Soak, turn: Turn) -> Done:
    try:
        return soak.piece(turn)
    except Refused:
        raise
    except Exception as error:
        return Done(0, [f"seed {turn.seed}, amount {turn.amount}: {type(error).__name__}: {error}"])


def _progress(soak: Soak, pieces: list[dict[str, Any]], target: int) -> str:
    last, faults = pieces[-1], sum(len(piece["faults"]) for piece in pieces)
    note = f", {last['note']}" if "note" in last else ""
    done = f"{_sum(pieces, 'amount'):,} of {target:,} {soak.unit}"
    return f"  {done}, {faults:,} failures; the last {last['amount']:,} in {last['seconds']:,} s{note}"


def _sum(pieces: list[dict[str, Any]], key: str) -> Any:
    return sum(piece[key] for piece in pieces)


def _now() -> str:
    return dt.datetime.now().astimezone().isoformat(timespec="seconds")
