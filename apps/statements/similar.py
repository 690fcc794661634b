"""Which statements say essentially the same: the same words in the text, strengthened by the same place.

Trigrams (pg_trgm) over the folded text; a pair counts from ``ALIKE`` on, or from ``ALIKE_NEAR`` on where their places
lie within ``NEAR_M`` of each other. Precision and recall on a labelled set: tests/benchmarks/test_similar.py.
"""

from collections import defaultdict

from django.db import connection

from apps.consultations.models import Consultation

ALIKE, ALIKE_NEAR, NEAR_M = 0.5, 0.35, 100
#: Every pair is compared: 2,000 statements are two million comparisons, a minute of the database. More are not asked.
MOST = 2_000

# Long texts are compared by their beginning: a form letter differs at its end, where people add their own lines.
_PAIRS = """
WITH asked AS MATERIALIZED (
    SELECT s.id, s.number, left(lower(s.text), 1500) AS words, ST_Collect(p.shape) AS places
    FROM statements_statement AS s LEFT JOIN statements_place AS p ON p.statement_id = s.id
    WHERE s.consultation_id = %(consultation)s AND s.withdrawn_at IS NULL
    GROUP BY s.id ORDER BY s.number LIMIT %(most)s
)
SELECT number, other, alike FROM (
    SELECT a.number, b.number AS other, similarity(a.words, b.words) AS alike,
           coalesce(ST_DWithin(a.places, b.places, %(near)s), false) AS is_near
    FROM asked AS a JOIN asked AS b ON a.number < b.number
         AND length(a.words) BETWEEN length(b.words) * 0.3 AND length(b.words) * 3.4
) AS pair
WHERE alike >= %(alike)s OR (is_near AND alike >= %(alike_near)s)
ORDER BY alike DESC, number, other
"""


def similar_pairs(consultation: Consultation) -> list[tuple[int, int, float]]:
    """Return pairs of numbers that say the same, with how alike their texts are (0 to 1), the most alike first."""
    with connection.cursor() as cursor:
        cursor.execute(
            _PAIRS,
            {
                "consultation": consultation.pk,
                "most": MOST,
                "near": NEAR_M,
                "alike": ALIKE,
                "alike_near": ALIKE_NEAR,
            },
        )
        return [(number, other, float(alike)) for number, other, alike in cursor.fetchall()]


def suggest_groups(consultation: Consultation) -> list[list[int]]:
    """Return the numbers of statements that hang together by such pairs, the largest set first."""
    head: dict[int, int] = {}

    def find(number: int) -> int:
        while head.setdefault(number, number) != number:
            number = head[number]
        return number

    for number, other, _alike in similar_pairs(consultation):
        head[max(find(number), find(other))] = min(find(number), find(other))
    sets: dict[int, list[int]] = defaultdict(list)
    for number in head:
        sets[find(number)].append(number)
    return sorted((sorted(numbers) for numbers in sets.values()), key=lambda found: (-len(found), found))


def ungrouped(sets: list[list[int]], consultation: Consultation) -> list[list[int]]:
    """Leave out what the desk has grouped already."""
    done = set(consultation.statements.exclude(group=None).values_list("number", flat=True))
    return [rest for numbers in sets if len(rest := [n for n in numbers if n not in done]) > 1]
