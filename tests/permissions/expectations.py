"""Who may do what at the desk: the one table that ``test_matrix.py`` holds every staff route against."""

CLERK, SUPERVISOR, MODERATOR = "clerk", "supervisor", "moderator"
PLANNER, GIS, ADMINISTRATOR = "planner", "gis", "administrator"
ROLES = (CLERK, SUPERVISOR, MODERATOR, PLANNER, GIS, ADMINISTRATOR)
EVERYBODY = frozenset(ROLES)
ADMINISTRATION = frozenset({ADMINISTRATOR})

#: Which roles the door of a route lets in. Behind it, routes about one report follow ``RIGHTS``.
DOORS: dict[str, frozenset[str]] = {
    "desk": EVERYBODY,
    **dict.fromkeys(["checklist", "texts", "edit_text", "desk_boundary", "desk_boundary_check_shape"], ADMINISTRATION),
    **dict.fromkeys(["desk_access", "desk_access_revoke"], EVERYBODY),
    **dict.fromkeys(["desk_accounts", "desk_account", "desk_account_new", "desk_api_key_revoke"], ADMINISTRATION),
    "desk_citizen_accounts": ADMINISTRATION,
    **dict.fromkeys(["desk_messages", "desk_message_retry"], ADMINISTRATION),
    **dict.fromkeys(
        [
            "desk_categories",
            "desk_categories_adopt",
            "desk_category",
            "desk_category_new",
            "desk_category_switch",
            "desk_category_version",
            "desk_department",
            "desk_department_new",
            "desk_departments",
            "desk_organisation_new",
            "desk_question",
            "desk_question_new",
            "desk_rule",
            "desk_rule_check_area",
            "desk_rule_new",
            "desk_rule_version",
            "desk_rules",
            "desk_coverage",
            "desk_zones",
            "desk_zone_new",
            "desk_zone",
            "desk_examples",
            "desk_example_delete",
            "desk_connection",
            "desk_connection_try",
            "desk_connections",
        ],
        ADMINISTRATION,
    ),
    **dict.fromkeys(
        [
            "consultations:desk",
            "consultations:desk_add",
            "consultations:desk_add_sheet",
            "consultations:desk_check_shape",
            "consultations:desk_edit",
            "consultations:desk_edit_paper",
            "consultations:desk_lay_sheet",
            "consultations:desk_notice",
            "consultations:desk_open_drawing",
            "consultations:desk_open_paper",
            "consultations:desk_override",
            "consultations:desk_override_decide",
            "consultations:desk_papers",
            "consultations:desk_periods",
            "consultations:desk_portal",
            "consultations:desk_portal_package",
            "consultations:desk_preview",
            "consultations:desk_proof",
            "consultations:desk_proof_json",
            "consultations:desk_proof_pdf",
            "consultations:desk_publish",
            "consultations:desk_sheet",
            "consultations:desk_sheet_legend",
            "consultations:desk_sheet_picture",
            "consultations:desk_sheet_tile",
            "consultations:desk_withdraw",
        ],
        frozenset({PLANNER, ADMINISTRATOR}),
    ),
    **dict.fromkeys(
        [
            "statements:desk",
            "statements:desk_attachment",
            "statements:desk_authorities",
            "statements:desk_authority",
            "statements:desk_check_shape",
            "statements:desk_closing",
            "statements:desk_invitations",
            "statements:desk_letters",
            "statements:desk_mailing_list",
            "statements:desk_mailings",
            "statements:desk_enter",
            "statements:desk_export_file",
            "statements:desk_exports",
            "statements:desk_groups",
            "statements:desk_list",
            "statements:desk_redact",
            "statements:desk_segment",
            "statements:desk_segment_new",
            "statements:desk_segment_remove",
            "statements:desk_tie",
            "statements:desk_work",
        ],
        frozenset({PLANNER, ADMINISTRATOR}),
    ),
    **dict.fromkeys(
        [
            "ideas:desk",
            "ideas:desk_add",
            "ideas:desk_answer",
            "ideas:desk_calls",
            "ideas:desk_comment",
            "ideas:desk_merge",
            "ideas:desk_note",
            "ideas:desk_photo",
            "ideas:desk_review_photo",
            "ideas:desk_step",
            "ideas:desk_step_remove",
            "ideas:desk_unmerge",
            "ideas:desk_check_shape",
            "ideas:desk_edit",
            "ideas:desk_hide",
            "ideas:desk_publish",
            "ideas:desk_work",
        ],
        frozenset({MODERATOR, PLANNER, ADMINISTRATOR}),
    ),
    **dict.fromkeys(
        [
            "ideas:desk_assess",
            "ideas:desk_ballot",
            "ideas:desk_call",
            "ideas:desk_call_add",
            "ideas:desk_call_check_shape",
            "ideas:desk_call_publish",
            "ideas:desk_codes",
        ],
        frozenset({PLANNER, ADMINISTRATOR}),
    ),
    "ideas:desk_rules": ADMINISTRATION,
    **dict.fromkeys(["hotspots:desk", "hotspots:desk_add", "hotspots:desk_edit"], frozenset({GIS, ADMINISTRATOR})),
    **dict.fromkeys(
        [
            "intern_download",
            "intern_downloads",
            "intern_map_data",
            "intern_ogc_api",
            "intern_ogc_collection",
            "intern_ogc_collections",
            "intern_ogc_conformance",
            "intern_ogc_item",
            "intern_ogc_items",
            "intern_ogc_landing",
            "intern_tile",
            "intern_tilejson",
        ],
        EVERYBODY,
    ),
    **dict.fromkeys(
        [
            "reports:inbox",
            "reports:desk_views",
            "reports:desk_view",
            "reports:desk_bulk",
            "reports:desk_bulk_done",
            "reports:work",
            "reports:work_order",
            "reports:desk_order_pdf",
            "reports:act",
            "reports:desk_photo",
            "reports:review_photo",
            "reports:desk_cover",
            "reports:desk_covered",
            "reports:desk_merge",
            "reports:desk_unmerge",
            "reports:desk_place",
            "reports:desk_handover",
            "reports:desk_message",
            "reports:desk_undelivered",
        ],
        EVERYBODY,
    ),
    **dict.fromkeys(["reports:desk_figures", "reports:desk_figures_csv"], EVERYBODY),
    "reports:staff_new": frozenset({CLERK, ADMINISTRATOR}),
    **dict.fromkeys(["reports:desk_covers", "reports:desk_cover_end"], frozenset({CLERK, SUPERVISOR, ADMINISTRATOR})),
    "reports:desk_hand_over": frozenset({SUPERVISOR, ADMINISTRATOR}),
    "reports:desk_application": ADMINISTRATION,
    **dict.fromkeys(
        [
            "reports:desk_templates",
            "reports:desk_template",
            "reports:desk_template_new",
            "reports:desk_template_delete",
        ],
        ADMINISTRATION,
    ),
}

READ, HANDLE, ASSIGN, PUBLISH = "read", "handle", "assign", "publish"

#: What a route about one report asks for. Every route of reports with a ``public_id`` stands here.
REPORT_ROUTES = {
    "reports:work": READ,
    "reports:work_order": READ,
    "reports:desk_order_pdf": READ,
    "reports:desk_photo": READ,
    "reports:review_photo": PUBLISH,
    "reports:desk_cover": PUBLISH,
    "reports:desk_covered": PUBLISH,
    "reports:desk_merge": HANDLE,
    "reports:desk_unmerge": HANDLE,
    "reports:desk_place": HANDLE,
    "reports:desk_handover": HANDLE,
    "reports:desk_message": HANDLE,
}
#: The same for each change behind ``reports:act``.
ACTIONS = {
    "stand": HANDLE,
    "frage": HANDLE,
    "kategorie": HANDLE,
    "notiz": HANDLE,
    "antwort": HANDLE,
    "zuweisen": ASSIGN,
    "weitergeben": ASSIGN,
    "veroeffentlichen": PUBLISH,
    "verbergen": PUBLISH,
}

OWN, COLLEAGUES, OUTSIDE, ABROAD = "own", "colleagues", "outside", "abroad"
#: Whose report it is: the person's own desk, another desk of the same body, another body, another town.
PLACES = (OWN, COLLEAGUES, OUTSIDE, ABROAD)

#: Who -> whose report -> the rights there; nothing at all means that the report is not there (404).
#: "gerd" is a clerk of a body outside: his own report is one that was given to that body.
_READS = {OWN: {READ}, COLLEAGUES: {READ}, OUTSIDE: {READ}, ABROAD: set()}


def _everywhere(*rights: str) -> dict[str, set[str]]:
    return {place: found | set(rights) if found else set() for place, found in _READS.items()}


RIGHTS: dict[str, dict[str, set[str]]] = {
    CLERK: {OWN: {READ, HANDLE, ASSIGN}, COLLEAGUES: {READ}, OUTSIDE: set(), ABROAD: set()},
    SUPERVISOR: _everywhere(ASSIGN),
    MODERATOR: _everywhere(PUBLISH),
    PLANNER: _everywhere(),
    GIS: _everywhere(),
    ADMINISTRATOR: _everywhere(HANDLE, ASSIGN),
    "gerd": {OWN: {READ, HANDLE, ASSIGN}, COLLEAGUES: set(), OUTSIDE: set(), ABROAD: set()},
}
#: Who may read the contact data of a report: whoever answers for it, and nobody else.
SEES_CONTACT = {(CLERK, OWN), ("gerd", OWN)}
