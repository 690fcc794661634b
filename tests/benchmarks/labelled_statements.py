"""Invented statements about one plan, by hand put into sets that say essentially the same (§ 3 Abs. 2 Satz 7 BauGB).

``SETS`` holds what belongs together: form letters that people have shortened, extended and signed, and the same wish
in other words. ``ALONE`` holds what belongs to nothing, among it texts about the same matter that want the opposite.
"""

_NOISE = (
    "Sehr geehrte Damen und Herren, ich wende mich gegen den Bebauungsplan Gartenweg. Durch die neuen Häuser nimmt der "
    "Verkehr in unserer Straße stark zu, der Lärm ist schon heute kaum zu ertragen. Ich fordere eine Lärmschutzwand "
    "und Tempo 30."
)
_TREES = (
    "Im Plangebiet stehen zwölf alte Linden. Sie geben Schatten und sind Nistplatz für viele Vögel. Bitte setzen Sie "
    "die Bäume als zu erhalten fest und planen Sie die Zufahrt um sie herum."
)
_PARKING = (
    "Ein Stellplatz je Wohnung reicht nicht. Schon jetzt ist abends am Gartenweg kein Parkplatz frei. Bitte schreiben "
    "Sie zwei Stellplätze je Wohnung vor."
)
SETS = (
    (
        _NOISE,
        f"{_NOISE} Mit freundlichen Grüßen, Familie A.",
        f"{_NOISE} Außerdem wohnen hier viele Kinder, die auf der Straße spielen.",
        _NOISE.replace("Sehr geehrte Damen und Herren, ", ""),
        _NOISE.replace("kaum zu ertragen", "eine Zumutung").replace("stark", "deutlich"),
        f"Als Anwohnerin schließe ich mich an: {_NOISE}",
        "Ich wende mich gegen den Bebauungsplan Gartenweg. Der Verkehr in unserer Straße nimmt stark zu, der Lärm ist "
        "schon heute kaum zu ertragen. Ich fordere eine Lärmschutzwand und Tempo 30.",
        _NOISE.upper(),
    ),
    (
        _TREES,
        f"{_TREES} Vielen Dank.",
        f"Guten Tag, {_TREES}",
        _TREES.replace("zwölf", "12").replace("viele Vögel", "Vögel und Fledermäuse"),
        "Im Plangebiet stehen alte Linden, Nistplatz für viele Vögel. Bitte setzen Sie die Bäume als zu erhalten fest.",
        "Zwölf alte Linden sollen weg? Sie geben Schatten und sind Nistplatz für viele Vögel. Setzen Sie die Bäume als "
        "zu erhalten fest und planen Sie die Zufahrt um sie herum!",
    ),
    (
        _PARKING,
        f"{_PARKING} Besucher finden gar nichts mehr.",
        _PARKING.replace("kein Parkplatz frei", "alles zugeparkt"),
        "Ein Stellplatz je Wohnung reicht nicht, abends ist am Gartenweg kein Parkplatz frei. Bitte zwei Stellplätze "
        "je Wohnung vorschreiben.",
        "Zu wenig Parkplätze: Bitte verlangen Sie von den Bauherren mehr Stellflächen, sonst stehen alle Autos auf dem "
        "Gehweg.",
    ),
)
ALONE = (
    "Ein Stellplatz je Wohnung ist zu viel. Bitte planen Sie weniger Parkplätze und mehr Abstellplätze für Fahrräder.",
    "Die alten Linden sind krank und eine Gefahr. Bitte fällen Sie sie, bevor jemand zu Schaden kommt.",
    "Ich begrüße den Bebauungsplan Gartenweg. Unsere Stadt braucht Wohnungen, der Verkehr wird kaum zunehmen.",
    "Eine Lärmschutzwand würde das Ortsbild zerstören. Bitte verzichten Sie darauf.",
    "Wo soll das Regenwasser hin? Der Keller meines Hauses stand im Juni unter Wasser.",
    "Bitte setzen Sie Solaranlagen auf allen Dächern fest.",
    "Die Traufhöhe von neun Metern passt nicht zu den eingeschossigen Häusern gegenüber.",
    "Der Spielplatz liegt direkt an der Straße. Bitte tauschen Sie ihn mit der Grünfläche im Norden.",
    "Unser Grundstück wird durch die Baugrenze entwertet, wir können die Scheune nicht mehr umbauen.",
    "Gegen die Planung bestehen aus Sicht des Gewässerschutzes keine Bedenken.",
    "In der Begründung auf Seite 12 fehlt das Gutachten zu den Feldlerchen.",
    "Bitte benennen Sie die neue Straße nach der früheren Gärtnerei.",
    "Die Bushaltestelle muss barrierefrei werden, wenn hier hundert Menschen mehr wohnen.",
    "Ein Geh- und Radweg zur Schule fehlt im Entwurf vollständig.",
    "Die Feuerwehr braucht eine zweite Zufahrt von der Polenzer Straße.",
)
