"""``bin/soak`` after its set-up; ``--only-check`` lists or refuses, and does nothing else."""

import argparse
import fcntl
import os
import signal
import sys
from pathlib import Path
from typing import Any, NoReturn

from tests.soak.declarations import SOAKS
from tests.soak.going import Ended, go
from tests.soak.pieces import ROOT, end_with_parent
from tests.soak.state import State, identity


def main(arguments: list[str]) -> int:
    """Do what the command line says; return the exit code."""
    parser = argparse.ArgumentParser(
        prog="bin/soak", description="Goes on where the last call for this commit stopped. Without a name: the list."
    )
    parser.add_argument("name", nargs="?")
    parser.add_argument("--amount", type=int, help="how much is to be done in the end (else: the bar)")
    parser.add_argument("--anew", action="store_true", help="what was done for this commit counts no more")
    parser.add_argument("--only-check", action="store_true", help=argparse.SUPPRESS)
    told = parser.parse_args(arguments)
    if told.name is None:
        for one in SOAKS.values():
            print(f"  {one.name:<10}{one.bar:>8,} {one.unit:<12}{one.words}")
        return 0
    if told.name not in SOAKS:
        parser.exit(2, f"There is no soak “{told.name}”. There are: {', '.join(SOAKS)}.\n")
    if told.amount is not None and told.amount < 1:
        parser.exit(2, "--amount is a number above 0.\n")
    return 0 if told.only_check else _soak(told)


def _soak(told: argparse.Namespace) -> int:
    soak, folder = SOAKS[told.name], Path(os.environ.get("VAR_DIR") or ROOT / "var").resolve() / "soak"
    folder.mkdir(parents=True, exist_ok=True)
    end_with_parent(signal.SIGTERM)
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        if signal.getsignal(number) != signal.SIG_IGN:  # nohup's wish counts
            signal.signal(number, _end)
    with (folder / "lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("Another bin/soak is at work in this checkout.", file=sys.stderr)
            return 1
        if told.anew:
            State(folder / f"{soak.name}.jsonl").append(commit=identity(ROOT), anew=True)
        return go(soak, folder, lambda: identity(ROOT), target=told.amount or soak.bar, say=_say)


def _say(text: str) -> None:
    print(text, flush=True)


def _end(number: int, _frame: Any) -> NoReturn:
    for other in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(other, signal.SIG_IGN)  # once is enough: what is under way tidies up now
    raise Ended(number)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
