"""One batch of an order: the rules are asked for all its reports, and what they say is written with its history."""

from apps.departments.assigning_sql import Relation, assign_sql
from apps.reports.transitions import CLOSED, Status, status_of_place


def _words(statuses: "list[Status] | frozenset[Status]") -> str:
    return ", ".join(f"'{status}'" for status in sorted(statuses))


def _case(*, is_external: bool) -> str:
    """Return the branches of ``status_of_place`` for open reports as SQL."""
    becomes = {status: status_of_place(status, is_external=is_external) for status in Status if status not in CLOSED}
    place = "body.is_external" if is_external else "NOT body.is_external"
    return " ".join(f"WHEN {place} AND r.status = '{old}' THEN '{new}'" for old, new in becomes.items() if new)


#: What the status of an open report becomes when another department has it; NULL: it keeps its own.
_STATUS = f"CASE {_case(is_external=True)} {_case(is_external=False)} END"

#: Takes the next waiting reports of an order; rows are locked in one order, so that no two wait for each other.
TAKE = """
SELECT item.report_id
FROM reports_appliedreport item
JOIN reports_report r ON r.id = item.report_id
WHERE item.application_id = %(application)s AND item.state = 'waiting'
ORDER BY item.report_id
LIMIT %(batch)s
FOR UPDATE
"""

_GIVEN = Relation(
    """
    SELECT r.id, r.category_id, r.point, r.answers, %(day)s::date AS day,
           (r.created_at AT TIME ZONE %(zone)s)::date AS made_on
    FROM reports_report r
    WHERE r.id = ANY (%(reports)s)"""
)

#: Parameters: ``application``, ``reports`` (keys of the batch), ``town``, ``day``, ``zone``, ``at``, ``actor``,
#: ``reason``. A report that was closed or handed on by a person since the order is skipped; so is one for which the
#: rules say what it says already. The status follows a report outside and back, as ``handling.follow_executor`` has it.
#: Answers with one row a report: its state.
MOVE = f"""
WITH decided AS MATERIALIZED ({assign_sql(_GIVEN)}),
due AS MATERIALIZED (
    SELECT item.id AS item_id, r.id, r.executor_id AS executor_before, r.copy_to_id AS copy_before, r.assignee_id,
           decided.executor_id, decided.owner_id, decided.copy_to_id, decided.rule_id,
           decided.executor_id IS NOT NULL AND r.status NOT IN ({_words(CLOSED)})
               AND r.executor_id = item.executor_before_id
               AND (r.executor_id, r.owner_id, r.copy_to_id)
                   IS DISTINCT FROM (decided.executor_id, decided.owner_id, decided.copy_to_id) AS moves,
           r.assignee_id IS NOT NULL AND NOT EXISTS (
               SELECT 1 FROM departments_membership m
               JOIN accounts_user person ON person.id = m.user_id AND person.is_active
               JOIN accounts_role role ON role.user_id = m.user_id AND role.municipality_id = r.municipality_id
               WHERE m.user_id = r.assignee_id AND m.department_id = decided.executor_id
           ) AS lets_go
    FROM reports_appliedreport item
    JOIN reports_report r ON r.id = item.report_id
    JOIN decided ON decided.id = r.id
    WHERE item.application_id = %(application)s AND item.state = 'waiting' AND item.report_id = ANY (%(reports)s)
),
said AS MATERIALIZED (
    SELECT due.*, r.status AS status_before,
           CASE WHEN due.executor_id <> due.executor_before THEN {_STATUS} END AS status,
           before.code AS from_code, before.name AS from_name, d.code AS to_code, d.name AS to_name,
           coalesce(rule.reason, %(fallback)s) AS rule_reason, rule.code AS rule_code
    FROM due
    JOIN reports_report r ON r.id = due.id
    JOIN departments_department before ON before.id = due.executor_before
    JOIN departments_department d ON d.id = due.executor_id
    JOIN departments_organisation body ON body.id = d.organisation_id
    LEFT JOIN departments_jurisdiction rule ON rule.id = due.rule_id
    WHERE due.moves
),
moved AS (
    UPDATE reports_report r
    SET executor_id = said.executor_id, owner_id = said.owner_id, copy_to_id = said.copy_to_id,
        routing_reason = left(said.rule_reason, 500), version = r.version + 1, changed_at = %(at)s,
        assignee_id = CASE WHEN said.lets_go THEN NULL ELSE r.assignee_id END,
        status = coalesce(said.status, r.status)
    FROM said
    WHERE r.id = said.id
    RETURNING r.id, r.version
),
told AS (
    INSERT INTO reports_event (report_id, kind, actor_id, at, is_public, text, version, data)
    SELECT said.id, 'routed', %(actor)s, %(at)s, false, '', moved.version, jsonb_build_object(
        'application', %(application)s, 'reason', %(reason)s, 'from', said.from_code, 'from_name', said.from_name,
        'to', said.to_code, 'to_name', said.to_name, 'trace', jsonb_build_object(
            'executor', jsonb_build_object('code', said.to_code, 'name', said.to_name),
            'rule', said.rule_code, 'reason', said.rule_reason))
    FROM said
    JOIN moved ON moved.id = said.id
),
status_told AS (
    INSERT INTO reports_event (report_id, kind, actor_id, at, is_public, text, version, data)
    SELECT said.id, 'status', %(actor)s, %(at)s, true, '', moved.version,
           jsonb_build_object('from', said.status_before, 'to', said.status)
    FROM said
    JOIN moved ON moved.id = said.id
    WHERE said.status IS NOT NULL
),
let_go AS (
    INSERT INTO reports_event (report_id, kind, actor_id, at, is_public, text, version, data)
    SELECT said.id, 'assigned', %(actor)s, %(at)s, false, '', moved.version,
           jsonb_build_object('from', said.assignee_id, 'to', NULL)
    FROM said
    JOIN moved ON moved.id = said.id
    WHERE said.lets_go
)
UPDATE reports_appliedreport item
SET state = CASE WHEN due.moves THEN 'moved' ELSE 'skipped' END,
    executor_id = CASE WHEN due.moves THEN due.executor_id END,
    copy_before_id = CASE WHEN due.moves THEN due.copy_before END,
    copy_to_id = CASE WHEN due.moves THEN due.copy_to_id END
FROM due
WHERE item.id = due.item_id
RETURNING item.state
"""  # noqa: S608  (put together from constants; every value is a parameter)
