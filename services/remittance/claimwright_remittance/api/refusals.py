"""Which refusal of ours is which status."""

from collections.abc import Mapping
from typing import Final

from claimwright.refusals import Refusal
from claimwright_remittance.usecases.accept_difference import (
    NotAcceptable,
    NotHeld,
    NotProposed,
    PostedSince,
    ProposedBefore,
    SamePerson,
)
from claimwright_remittance.usecases.match_by_hand import ClaimNotBilled, NotWaiting
from claimwright_remittance.usecases.receive_file import EmptyFile

STATUS_OF: Final[Mapping[type[Refusal], int]] = {
    EmptyFile: 422,
    NotWaiting: 409,
    ClaimNotBilled: 409,
    NotHeld: 409,
    NotAcceptable: 409,
    ProposedBefore: 409,
    NotProposed: 409,
    SamePerson: 409,
    PostedSince: 409,
}
