"""Demonstration texts of the town."""

from pathlib import Path

from apps.places.models import Municipality
from geo_platform.services import save_text
from geo_platform.texts import read_texts


def load(town: Municipality, folder: Path) -> str:
    """Store the texts of ``content/texts``; returns a one-line summary. Running it twice changes nothing."""
    outcomes = [
        save_text(municipality=town, slug=slug, title=text.title, body=text.body)[1]
        for slug, text in read_texts(folder / "content" / "texts").items()
    ]
    changed = sum(outcome != "same" for outcome in outcomes)
    return f"Texte: {len(outcomes)}, davon neu oder geändert {changed}"
