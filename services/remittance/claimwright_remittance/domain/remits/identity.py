"""Which payment a transaction is: the key that tells a second copy of a remittance from another remittance.

Source: docs/domain/remittance-cases.md, cases 13, 14 and 36.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from claimwright_remittance.domain.remits.remittance import Remittance


@dataclass(frozen=True, slots=True)
class PaymentKey:
    """What makes a payment that payment: payer id, TRN02, TRN03, BPR16 and BPR02."""

    payer_id: str
    trace_number: str
    trace_payer_id: str
    payment_date: date | None
    payment_cents: int

    @classmethod
    def of(cls, remittance: Remittance) -> "PaymentKey":
        """Return the key of one transaction."""
        return cls(
            payer_id=remittance.payer_id,
            trace_number=remittance.trace_number,
            trace_payer_id=remittance.trace_payer_id,
            payment_date=remittance.payment_date,
            payment_cents=remittance.payment_cents,
        )


class Repeat(StrEnum):
    """How a transaction stands to those that came before it."""

    NEW = "new"
    SAME = "same"
    CLASH = "clash"


def repeat_of(key: PaymentKey, content_sha256: str, *, posted: frozenset[str], held: frozenset[str]) -> Repeat:
    """Return whether a payment was seen before.

    `posted` and `held` hold the content hashes of the transactions that have this key. The same content is the same
    remittance in another envelope. Other content under the key of a posted payment with money in it is a clash that a
    person compares; what was only held may be sent again mended. At a payment of zero some payers fill the trace number
    with a constant, so other content is another remittance.
    """
    if content_sha256 in posted or content_sha256 in held:
        return Repeat.SAME
    if posted and key.payment_cents != 0:
        return Repeat.CLASH
    return Repeat.NEW
