"""The smallest valid billed claims and remit claims, for tests of remittance."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from itertools import count
from typing import Any
from uuid import UUID

from claimwright_remittance.domain.billing import BilledClaim, BilledLine
from claimwright_remittance.domain.ledger.chart import Account
from claimwright_remittance.domain.ledger.entries import Posting
from claimwright_remittance.domain.ledger.postings import posting_of_billed, postings_of_moves
from claimwright_remittance.domain.remits.matching import match_lines
from claimwright_remittance.domain.remits.remittance import Adjustment, Place, RemitClaim, RemitLine, Remittance
from claimwright_remittance.domain.remits.standing import Heard, arrive

THE_DAY = date(2026, 3, 2)
PCN = "7K2M9QW4XT1P"
CLAIM_ID = UUID(int=1)
SOMEWHERE = Place(segment=20, byte_start=500, byte_end=540)
CODES = ("99213", "80053", "36415", "93000")

_ids = count(100)


def a_billed(*charges: int, payer_count: int = 1, payer_order: int = 1) -> BilledClaim:
    """One submission; a line for each charge, of one unit, on one day, with codes of their own."""
    return BilledClaim(
        claim_id=CLAIM_ID,
        submission_id=UUID(int=10 + payer_order),
        patient_control_number=PCN,
        payer_order=payer_order,
        payer_count=payer_count,
        payer_id="PAYER1",
        frequency="1",
        lines=tuple(a_line(at, cents) for at, cents in enumerate(charges or (100_00,), 1)),
    )


def a_line(line: int, charge_cents: int, *, code: str | None = None, modifiers: tuple[str, ...] = ()) -> BilledLine:
    return BilledLine(
        line=line,
        line_control_number=f"{PCN}{line:02d}",
        procedure_code=code or CODES[line - 1],
        modifiers=modifiers,
        charge_cents=charge_cents,
        units=Decimal(1),
        service_date=THE_DAY,
    )


def adjustments(codes: Mapping[str, int]) -> tuple[Adjustment, ...]:
    """`{"CO-45": 20_00}` as adjustments."""
    return tuple(
        Adjustment(group=code.partition("-")[0], reason=code.partition("-")[2], cents=cents, place=SOMEWHERE)
        for code, cents in codes.items()
    )


def a_remit_line(
    *,
    paid: int,
    codes: Mapping[str, int] | None = None,
    line: int = 1,
    charge: int | None = None,
    code: str | None = None,
    control: str | None = None,
    **more: object,
) -> RemitLine:
    """One adjudicated line that balances unless a charge is given."""
    adjusted = adjustments(codes or {})
    return RemitLine(
        procedure_code=code or CODES[line - 1],
        modifiers=(),
        charge_cents=paid + sum(each.cents for each in adjusted) if charge is None else charge,
        paid_cents=paid,
        place=Place(segment=20 + line, byte_start=1000 + line, byte_end=1010 + line),
        adjustments=adjusted,
        line_control_number=f"{PCN}{line:02d}" if control is None else control,
        service_date=THE_DAY,
        **more,  # type: ignore[arg-type]  # whatever else a test wants to say of the line
    )


def a_remit_claim(
    *lines: RemitLine, status: str = "1", number: str = "ICN1", codes: Mapping[str, int] | None = None, **more: object
) -> RemitClaim:
    """One remit claim that balances; `codes` are adjustments of the claim as a whole."""
    adjusted = adjustments(codes or {})
    return RemitClaim(
        ordinal=1,
        patient_control_number=PCN,
        claim_outcome_code=status,
        charge_cents=sum(line.charge_cents for line in lines),
        paid_cents=sum(line.paid_cents for line in lines) - sum(each.cents for each in adjusted),
        place=SOMEWHERE,
        whole=SOMEWHERE,
        adjustments=adjusted,
        lines=lines,
        payer_claim_control_number=number,
        **more,  # type: ignore[arg-type]  # whatever else a test wants to say of the claim
    )


def paid(cents: int, codes: Mapping[str, int] | None = None, *, status: str = "1", number: str = "ICN1") -> RemitClaim:
    """A remit claim of one line, paid so much and adjusted by so much."""
    return a_remit_claim(a_remit_line(paid=cents, codes=codes), status=status, number=number)


def turned(claim: RemitClaim, *, number: str | None = None) -> RemitClaim:
    """The reversal of a remit claim as the guide wants it: a full mirror."""
    lines = [
        a_remit_line(
            paid=-line.paid_cents,
            codes={each.code: -each.cents for each in line.adjustments},
            line=at,
            code=line.procedure_code,
            control=line.line_control_number,
        )
        for at, line in enumerate(claim.lines, 1)
    ]
    return a_remit_claim(
        *lines,
        status="22",
        number=claim.payer_claim_control_number if number is None else number,
        codes={each.code: -each.cents for each in claim.adjustments},
    )


def heard(claim: RemitClaim, billed: BilledClaim, *, payer_order: int = 1) -> Heard:
    """A remit claim that has just come, with its lines matched."""
    return Heard(
        remit_claim_id=UUID(int=next(_ids)),
        payer_order=payer_order,
        claim=claim,
        matches=match_lines(claim, billed.lines),
    )


def a_remittance(*claims: RemitClaim, payment_cents: int | None = None, **more: Any) -> Remittance:
    """One transaction that balances unless a payment is given."""
    return Remittance(
        set_ordinal=1,
        control_number="0001",
        handling="I",
        payment_cents=sum(claim.paid_cents for claim in claims) if payment_cents is None else payment_cents,
        payment_method="ACH",
        payment_date=THE_DAY,
        trace_number="TRACE1",
        trace_payer_id="1999999999",
        payer_ids=("PAYER1",),
        payee_id="1234567893",
        claims=claims,
        provider_items=(),
        place=SOMEWHERE,
        **more,
    )


class Books:
    """The ledger of one claim in memory: what arrives is posted, and every balance is the sum of the entries."""

    def __init__(self, billed: BilledClaim) -> None:
        self.billed = billed
        self.heard: list[Heard] = []
        opening = posting_of_billed(None, billed, ())
        self.postings: list[Posting] = [opening] if opening else []

    def arrive(self, claim: RemitClaim, *, payer_order: int = 1) -> Heard:
        """Take one remit claim as the use case does, and return it with its standing."""
        new = heard(claim, self.billed, payer_order=payer_order)
        moves = arrive(self.heard, new)
        self.postings.extend(postings_of_moves(self.billed, self.heard, moves))
        by_id = {each.remit_claim_id: each for each in (*self.heard, *(move.heard for move in moves))}
        self.heard = list(by_id.values())
        return by_id[new.remit_claim_id]

    def balances(self) -> dict[str, int]:
        """Return what stands on each account of the claim and in suspense, without what comes to nothing."""
        sums: dict[str, int] = {}
        for posting in self.postings:
            for entry in posting.entries:
                if entry.claim_id is not None or entry.spot.account is Account.SUSPENSE:
                    sums[entry.spot.account] = sums.get(entry.spot.account, 0) + entry.cents
        return {account: cents for account, cents in sums.items() if cents}

    def received_cents(self) -> int:
        """Return all the money that files brought, with a home or without."""
        return sum(
            entry.cents
            for posting in self.postings
            for entry in posting.entries
            if entry.spot.account is Account.PAYMENTS
        )
