"""The loops of an 835 while they are being read; each makes its value when it is whole."""

from __future__ import annotations

from claimwright.x12.models.remittances import RemitClaim, RemitLine
from claimwright.x12.models.values import NO_QUANTITY, Amount, Contact, Counted, Detail, Money, Procedure, Quantity
from claimwright.x12.readers.parts import Draft, Elements, PartyDraft
from claimwright.x12.tokens import Segment

_new = tuple.__new__


class LineDraft(Draft):
    __slots__ = ("charge", "paid", "procedure", "remarks", "revenue_code", "submitted", "submitted_units", "units")

    def __init__(self, segment: Segment, procedure: Procedure, charge: Money, paid: Money, revenue_code: str) -> None:
        super().__init__(segment)
        self.procedure, self.charge, self.paid, self.revenue_code = procedure, charge, paid, revenue_code
        self.units: Quantity = NO_QUANTITY
        self.submitted: Procedure | None = None
        self.submitted_units: Quantity = NO_QUANTITY
        self.remarks: list[tuple[str, str]] = []

    def line(self) -> RemitLine:
        return _new(
            RemitLine,
            (
                self.procedure,
                self.charge,
                self.paid,
                self.revenue_code,
                self.units,
                self.submitted,
                self.submitted_units,
                tuple(self.dates),
                tuple(self.adjustments),
                tuple(self.references),
                tuple([Amount(*each) for each in self.amounts]) if self.amounts else (),
                tuple([Counted(*each) for each in self.quantities]) if self.quantities else (),
                tuple(self.remarks),
                tuple(self.details),
                self.span(),
            ),
        )


class ClaimDraft(Draft):
    __slots__ = ("contacts", "elements", "inpatient", "lines", "numbers", "outpatient", "parties")

    def __init__(self, segment: Segment, e: Elements, numbers: tuple[Money, Money, Money, Quantity, Quantity]) -> None:
        super().__init__(segment)
        self.elements = e
        self.numbers = numbers
        self.parties: list[PartyDraft] = []
        self.lines: list[LineDraft] = []
        self.contacts: list[Contact] = []
        self.inpatient: Detail = ()
        self.outpatient: Detail = ()

    def claim(self, ordinal: int) -> RemitClaim:
        e = self.elements
        charge, paid, share, weight, fraction = self.numbers
        return _new(
            RemitClaim,
            (
                e[1].strip(),
                e[2].strip(),
                charge,
                paid,
                share,
                e[6],
                e[7].strip(),
                e[8],
                e[9],
                e[10],
                e[11],
                weight,
                fraction,
                tuple(self.adjustments),
                tuple([each.party() for each in self.parties]) if self.parties else (),
                self.inpatient,
                self.outpatient,
                tuple(self.references),
                tuple(self.dates),
                tuple(self.contacts),
                tuple([Amount(*each) for each in self.amounts]) if self.amounts else (),
                tuple([Counted(*each) for each in self.quantities]) if self.quantities else (),
                tuple([each.line() for each in self.lines]) if self.lines else (),
                tuple(self.details),
                ordinal,
                self.span(),
            ),
        )


class GroupDraft:
    __slots__ = ("claims", "number", "summaries")

    def __init__(self, number: str) -> None:
        self.number = number
        self.claims: list[RemitClaim] = []
        self.summaries: list[Detail] = []
