"""A title that carries quotation marks is quoted as German is written."""

from django.template import engines


def test_quotation_marks_inside_quotation_marks_are_half_ones() -> None:
    sentence = engines["django"].from_string("{% load quotes %}„{{ title|within_quotes }}“ läuft.")
    text = sentence.render({"title": "Bebauungsplan „Apfelwiesen“ & mehr"})
    assert text == "„Bebauungsplan ‚Apfelwiesen‘ &amp; mehr“ läuft."
