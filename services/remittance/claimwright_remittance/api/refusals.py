"""Which refusal of ours is which status."""

from collections.abc import Mapping
from typing import Final

from claimwright.refusals import Refusal
from claimwright_remittance.domain.claims.acts import (
    BuiltUpon,
    LineAnswered,
    LinesDiffer,
    MoneyWaits,
    NoSuchOriginal,
    NothingAnswered,
    NotOnClaim,
    NotWaitingHere,
)
from claimwright_remittance.domain.days.days import DayClosed, DayNotBegun
from claimwright_remittance.domain.remits.parts import PartsDiffer
from claimwright_remittance.usecases.accept_difference import (
    NotAcceptable,
    NotHeld,
    NotProposed,
    PostedSince,
    ProposedBefore,
    SamePerson,
)
from claimwright_remittance.usecases.accept_unbalanced import NotOutOfBalance
from claimwright_remittance.usecases.compare_remittances import NothingToCompare, RemittanceUnknown
from claimwright_remittance.usecases.keep_act import RemitClaimUnknown
from claimwright_remittance.usecases.match_by_hand import ClaimNotBilled, NotWaiting, OutOfBalance
from claimwright_remittance.usecases.match_deposit_by_hand import (
    AmountDiffers,
    DepositNotOpen,
    NoSuchDeposit,
    RemittanceNotWaiting,
)
from claimwright_remittance.usecases.receive_file import EmptyFile
from claimwright_remittance.usecases.resolve_variance import ResolvedBefore, VarianceUnknown
from claimwright_remittance.usecases.set_deposit_aside import DepositNotSetAside
from claimwright_remittance.usecases.undo_act import ActUnknown, UndoneBefore
from claimwright_remittance.usecases.unmatch_deposit import DepositNotMatched

STATUS_OF: Final[Mapping[type[Refusal], int]] = {
    EmptyFile: 422,
    NotWaiting: 409,
    ClaimNotBilled: 409,
    RemitClaimUnknown: 404,
    NotOnClaim: 409,
    NotWaitingHere: 409,
    NothingAnswered: 409,
    NoSuchOriginal: 409,
    MoneyWaits: 409,
    LineAnswered: 409,
    LinesDiffer: 422,
    PartsDiffer: 422,
    ActUnknown: 404,
    UndoneBefore: 409,
    BuiltUpon: 409,
    VarianceUnknown: 404,
    ResolvedBefore: 409,
    NotHeld: 409,
    NotAcceptable: 409,
    ProposedBefore: 409,
    NotProposed: 409,
    SamePerson: 409,
    PostedSince: 409,
    NoSuchDeposit: 404,
    DepositNotOpen: 409,
    RemittanceNotWaiting: 409,
    AmountDiffers: 409,
    DepositNotMatched: 409,
    DepositNotSetAside: 409,
    RemittanceUnknown: 404,
    NothingToCompare: 409,
    NotOutOfBalance: 409,
    OutOfBalance: 409,
    DayClosed: 409,
    DayNotBegun: 409,
}
