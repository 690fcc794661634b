"""What the states of other houses mean for a report of ours."""

from enum import Enum

from apps.reports.transitions import Status


class Meaning(Enum):
    """What a state asks of us."""

    NOTHING = "nothing"
    AT_WORK = "at work"
    ENDED = "ended"
    NOT_THEIRS = "not theirs"


#: The standard knows open and closed; FixMyStreet's states and CitySDK's ``detailed_status`` say more. Lower case.
MEANINGS: dict[str, tuple[Meaning, Status | None]] = {
    "open": (Meaning.NOTHING, None),
    "for_triage": (Meaning.NOTHING, None),
    "unchanged": (Meaning.NOTHING, None),
    "pending": (Meaning.NOTHING, None),
    "received": (Meaning.NOTHING, None),
    "acknowledged": (Meaning.NOTHING, None),
    "reopen": (Meaning.AT_WORK, None),
    "in_progress": (Meaning.AT_WORK, None),
    "in_process": (Meaning.AT_WORK, None),
    "planned": (Meaning.AT_WORK, None),
    "action_scheduled": (Meaning.AT_WORK, None),
    "investigating": (Meaning.AT_WORK, None),
    "internal_referral": (Meaning.AT_WORK, None),
    "closed": (Meaning.ENDED, Status.DONE),
    "fixed": (Meaning.ENDED, Status.DONE),
    "processed": (Meaning.ENDED, Status.DONE),
    "no_further_action": (Meaning.ENDED, Status.NOT_POSSIBLE),
    "cancelled": (Meaning.ENDED, Status.NOT_POSSIBLE),
    "rejected": (Meaning.ENDED, Status.NOT_POSSIBLE),
    "duplicate": (Meaning.ENDED, Status.DUPLICATE),
    "not_councils_responsibility": (Meaning.NOT_THEIRS, None),
}
