"""Texts in Markdown: read from files, and which of them are missing."""

import re
from dataclasses import dataclass
from pathlib import Path

from apps.geo.untrusted import clean_text
from apps.places.models import Municipality
from geo_platform.models import REQUIRED_TEXTS, LegalText

_PLACEHOLDER = re.compile(r"\[[^\]\n]{2,200}\](?![(\[:])")


@dataclass(frozen=True)
class WrittenText:
    """A text as it stands in a file: first heading and the Markdown below it."""

    title: str
    body: str


def parse_text(markdown: str) -> WrittenText:
    """Split a Markdown file into its first heading and the rest; raises ``ValueError`` without both."""
    heading, _, body = clean_text(markdown).strip().partition("\n")
    if not heading.startswith("# ") or not body.strip():
        raise ValueError("A text starts with a line '# Überschrift' and goes on below it.")
    return WrittenText(heading.removeprefix("# ").strip(), body.strip())


def read_texts(folder: Path) -> dict[str, WrittenText]:
    """Return the texts of ``<slug>.md`` files in a folder, by slug; raises ``ValueError`` for an unreadable one."""
    found = {}
    for slug in LegalText.Slug.values:
        path = folder / f"{slug}.md"
        if path.is_file():
            try:
                found[slug] = parse_text(path.read_text(encoding="utf-8"))
            except ValueError as error:
                raise ValueError(f"{path}: {error}") from error
    return found


def placeholders(body: str) -> list[str]:
    """Return the passages in square brackets that somebody still has to fill in."""
    return _PLACEHOLDER.findall(body)


def missing_texts(town: Municipality) -> list[str]:
    """Return the slugs of the texts that a town must have and has not."""
    there = set(LegalText.objects.filter(municipality=town).values_list("slug", flat=True))
    return [slug for slug in REQUIRED_TEXTS if slug not in there]
