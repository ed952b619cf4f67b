"""Who looks when a claim or a file stops, and by when."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final


class Owner(StrEnum):
    """The teams that a stopped claim is handed to."""

    SUBMISSION = "submission"
    CODING = "coding"
    OPERATIONS = "operations"
    REGISTRATION = "registration"


@dataclass(frozen=True, slots=True)
class Duty:
    """One thing to look at: whose it is, and until when."""

    owner: Owner
    due_at: datetime


_HOURS: Final = timedelta(hours=1)
_DAYS: Final = timedelta(days=1)
# A rejected claim keeps its filing deadline and loses a day for each day it lies; an unknown outcome blocks its claim
# entirely, so it is looked at within the hour.
_WITHIN: Final = {
    "claim.held": (Owner.OPERATIONS, _DAYS),
    "claim.amended_after_billing": (Owner.SUBMISSION, 3 * _DAYS),
    "claim.withdrawn_after_billing": (Owner.SUBMISSION, 3 * _DAYS),
    "submission.build_failed": (Owner.CODING, _DAYS),
    "submission.refused": (Owner.OPERATIONS, 4 * _HOURS),
    "submission.outcome_unknown": (Owner.SUBMISSION, _HOURS),
    "file.rejected": (Owner.SUBMISSION, _DAYS),
    "claim.rejected": (Owner.SUBMISSION, 2 * _DAYS),
    "artifact.unmatched": (Owner.SUBMISSION, _DAYS),
}


def duty_for(matter: str, *, now: datetime) -> Duty:
    """Return who looks into a matter, and by when."""
    owner, within = _WITHIN[matter]
    return Duty(owner, now + within)
