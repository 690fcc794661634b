"""The words that the map's scripts speak; scripts carry none of their own, so that one catalogue translates all."""

from django.utils.translation import gettext as _


def map_words() -> dict[str, str]:
    """Return the words by their key; ``{n}``, ``{name}`` … are filled in by the scripts."""
    return {
        "loading": _("Karte wird geladen …"),
        "failed": _("Die Einträge konnten nicht geladen werden. Bitte prüfen Sie Ihre Verbindung."),
        "retry": _("Noch einmal versuchen"),
        "empty": _(
            "In diesem Ausschnitt gibt es keine Einträge. Verschieben Sie die Karte oder ändern Sie die Filter."
        ),
        "empty_list": _("Keine Einträge auf der Karte"),
        "shown": _("{n} Einträge auf der Karte"),
        "shown_one": _("Ein Eintrag auf der Karte"),
        "cluster": _("{n} Einträge an dieser Stelle, vergrößern"),
        "details": _("Mehr dazu"),
        "changed": _("Stand: {date}"),
        "close": _("Schließen"),
        "zoom_in": _("Vergrößern"),
        "zoom_out": _("Verkleinern"),
        "whole_town": _("Ganze Stadt zeigen"),
        "locate": _("Meinen Standort zeigen"),
        "located": _("Ihr Standort, auf etwa {n} m genau"),
        "locate_denied": _(
            "Ihr Standort ist nicht verfügbar. Bitte erlauben Sie den Zugriff oder suchen Sie die Adresse."
        ),
        "outside": _("Dieser Ort liegt außerhalb der Stadt."),
        "map": _("Karte. Mit den Pfeiltasten verschieben, mit Plus und Minus vergrößern und verkleinern."),
        "search_none": _("Kein Ort gefunden. Bitte prüfen Sie die Schreibweise oder nennen Sie nur die Straße."),
        "search_found": _("{n} Vorschläge, mit den Pfeiltasten auswählen"),
        "search_failed": _("Die Suche ist gerade nicht erreichbar."),
        "pin": _("Markierter Ort: {place}"),
        "pin_unset": _("Noch kein Ort markiert. Tippen Sie auf die Karte oder suchen Sie eine Adresse."),
        "pin_map": _(
            "Karte zum Markieren. Mit den Pfeiltasten verschieben Sie die Markierung um 10 Meter,"
            " mit Umschalt und Pfeiltaste um einen Meter."
        ),
        "area": _("Fläche wählen"),
        "area_rectangle": _("Rechteck ziehen"),
        "area_rectangle_how": _("Ziehen Sie ein Rechteck auf der Karte, oder tippen Sie auf zwei Ecken."),
        "area_shape": _("Fläche zeichnen"),
        "area_shape_how": _("Tippen Sie die Ecken der Fläche nacheinander an."),
        "area_shape_end": _("Mit einem Tipp auf die erste Ecke oder einem Doppelklick ist die Fläche fertig."),
        "area_view": _("Den sichtbaren Ausschnitt wählen"),
        "area_none": _("Fläche wieder entfernen"),
        "pin_marker": _("Markierung, verschiebbar"),
    }
