"""Every change of an idea and of what belongs to it. One function, one transaction: row, history, messages."""

from apps.geo.editing import ChangeRefused
from apps.ideas.services.calls import publish_call, save_call, save_rules, switch_phases
from apps.ideas.services.commenting import add_comment, moderate_comment, report_abuse, settle_abuse
from apps.ideas.services.erasure import CONTACT_ERASURE, erase_contact_again, erase_due_contacts
from apps.ideas.services.handling import answer_idea, change_idea, hide_idea, publish_idea, review_photo
from apps.ideas.services.merging import merge_ideas, undo_merge
from apps.ideas.services.progress import add_milestone, remove_milestone
from apps.ideas.services.submission import OutsideArea, check_ground, submit_idea
from apps.ideas.services.supporting import (
    ask_support,
    confirm_support,
    find_own_support,
    forget_unconfirmed,
    recount_supports,
    support_by_account,
    withdraw_support,
)
