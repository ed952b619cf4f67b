"""From refusal to HTTP status."""

from collections.abc import Mapping
from typing import Final

from claimwright.refusals import Refusal
from claimwright_intake.domain.refusals import (
    ClaimOnItsWay,
    EncounterVersionStale,
    ExternalIdTaken,
    IfMatchMissing,
    NotBillableAlready,
)

STATUS_OF: Final[Mapping[type[Refusal], int]] = {
    ExternalIdTaken: 409,
    NotBillableAlready: 409,
    ClaimOnItsWay: 409,
    EncounterVersionStale: 412,
    IfMatchMissing: 428,
}
