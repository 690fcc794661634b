"""Every change of a report. One function, one transaction: the row, its history and its outgoing messages."""

from apps.contributions.contact import ContactData
from apps.reports.services.absence import HandedOver, end_cover, hand_over, set_cover
from apps.reports.services.applying import apply_due_rules, order_application
from apps.reports.services.assignment import assign, colleagues
from apps.reports.services.bulk import UNDO_FOR, change_many, forget_bulk_changes, undo_many
from apps.reports.services.bulk_plan import Change, Plan, plan_bulk
from apps.reports.services.deadlines import tell_what_is_due
from apps.reports.services.erasure import CONTACT_ERASURE, erase_contact_again, erase_due_contacts
from apps.reports.services.following import confirm_following, follow_report, forget_followers, stop_following
from apps.reports.services.handling import (
    add_note,
    change_status,
    reassign,
    say_still_broken,
    set_public_answer,
)
from apps.reports.services.leaving import let_go_of_leavers
from apps.reports.services.merging import merge_reports, undo_merge
from apps.reports.services.publication import hide, release
from apps.reports.services.questions import ask_citizen, remind_unanswered, reply_to_question
from apps.reports.services.rerouting import move_report, reroute
from apps.reports.services.submission import Submitted, submit_report
from apps.reports.services.templates import delete_template, save_template
from apps.reports.services.views import (
    MAX_VIEWS,
    SHARES_WITH_TOWN,
    delete_view,
    move_view,
    save_view,
    set_default_view,
)
