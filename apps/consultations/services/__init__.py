"""Every change of a consultation, its periods and documents. Each function is one transaction with its history."""

from apps.consultations.services.documents import (
    MAX_BYTES,
    FileRefused,
    add_document,
    change_document,
    check_pdf,
    replace_document,
)
from apps.consultations.services.drafting import change_consultation, create_draft
from apps.consultations.services.notices import record_portal_entry, save_notice
from apps.consultations.services.overriding import decide_override, not_lifted, planners_of, request_override
from apps.consultations.services.periods import PeriodValues, set_periods
from apps.consultations.services.plans import store_plan
from apps.consultations.services.publishing import PublicationRefused, publish_consultation, withdraw_consultation
from apps.consultations.services.sheets import (
    add_sheet,
    cut_due_sheets,
    cut_sheet,
    give_legend,
    lay_on_map,
    place_sheet,
    replace_sheet,
)
from apps.consultations.services.states import count_public_change, switch_states
from apps.consultations.services.watching import check_running, mail_heads, record_check
