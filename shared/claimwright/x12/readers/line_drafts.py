"""The line of an 837 while it is being read, with the drug and the adjudications below it."""

from __future__ import annotations

from claimwright.x12.models.claims import Drug, LineAdjudication, Note, ServiceLine
from claimwright.x12.models.values import (
    NO_MONEY,
    NO_PROCEDURE,
    NO_QUANTITY,
    Amount,
    Counted,
    Money,
    Procedure,
    Quantity,
    Reference,
)
from claimwright.x12.readers.parts import Draft, Elements, Numbers, PartyDraft, procedure_of
from claimwright.x12.tokens import Segment

_new = tuple.__new__


class LineDraft(Draft):
    """2400: LX and what follows."""

    __slots__ = (
        *("adjudications", "charge", "drug", "indicators", "number", "non_covered", "oral_cavity", "place_of_service"),
        *("pointers", "procedure", "prosthesis", "providers", "quantity", "revenue_code", "teeth", "unit"),
    )

    def __init__(self, segment: Segment, number: str) -> None:
        super().__init__(segment)
        self.number = number
        self.procedure = NO_PROCEDURE
        self.charge = self.non_covered = NO_MONEY
        self.quantity = NO_QUANTITY
        self.unit = self.place_of_service = self.revenue_code = self.prosthesis = ""
        self.indicators = ("", "", "", "")
        self.pointers: tuple[int, ...] = ()
        self.oral_cavity: tuple[str, ...] = ()
        self.drug: DrugDraft | None = None
        self.teeth: list[tuple[str, ...]] = []
        self.providers: list[PartyDraft] = []
        self.adjudications: list[AdjudicationDraft] = []

    def take_professional(self, segment: Segment, e: Elements, numbers: Numbers) -> None:
        """Take SV1."""
        component = segment.delimiters.component
        self.procedure = procedure_of(e[1], component)
        self.charge = numbers.money(segment, e[2], 2)
        self.unit, self.place_of_service = e[3], e[5]
        self.quantity = numbers.quantity(segment, e[4], 4)
        self.pointers = _pointers(segment, e[7], 7, numbers)
        self.indicators = (e[9], e[11], e[12], e[15])

    def take_institutional(self, segment: Segment, e: Elements, numbers: Numbers) -> None:
        """Take SV2."""
        self.revenue_code, self.unit = e[1], e[4]
        self.procedure = procedure_of(e[2], segment.delimiters.component)
        self.charge = numbers.money(segment, e[3], 3)
        self.quantity = numbers.quantity(segment, e[5], 5)
        self.non_covered = numbers.money(segment, e[7], 7)

    def take_dental(self, segment: Segment, e: Elements, numbers: Numbers) -> None:
        """Take SV3."""
        component = segment.delimiters.component
        self.procedure = procedure_of(e[1], component)
        self.charge = numbers.money(segment, e[2], 2)
        self.place_of_service, self.prosthesis = e[3], e[5]
        self.oral_cavity = tuple(e[4].split(component)) if e[4] else ()
        self.quantity = numbers.quantity(segment, e[6], 6)
        self.pointers = _pointers(segment, e[11], 11, numbers)

    def line(self) -> ServiceLine:
        return _new(
            ServiceLine,
            (
                self.procedure,
                self.charge,
                self.unit,
                self.quantity,
                self.place_of_service,
                self.pointers,
                *self.indicators,
                self.revenue_code,
                self.non_covered,
                self.oral_cavity,
                self.prosthesis,
                tuple(self.teeth),
                tuple(self.dates),
                tuple(self.references),
                tuple([Amount(*each) for each in self.amounts]) if self.amounts else (),
                tuple([Counted(*each) for each in self.quantities]) if self.quantities else (),
                tuple([Note(*each) for each in self.notes]) if self.notes else (),
                self.drug.drug() if self.drug else None,
                tuple([each.party() for each in self.providers]) if self.providers else (),
                tuple([each.adjudication() for each in self.adjudications]) if self.adjudications else (),
                tuple(self.details),
                self.number,
                self.span(),
            ),
        )


def _pointers(segment: Segment, text: str, element: int, numbers: Numbers) -> tuple[int, ...]:
    """Read diagnosis pointers; 0 stands for one that is no number."""
    found = []
    for part in text.split(segment.delimiters.component) if text else ():
        if part:
            pointer = int(part) if part.isascii() and part.isdigit() and len(part) < 5 else 0
            if not pointer:
                numbers.complain("x12.number", segment, element)
            found.append(pointer)
    return tuple(found)


class DrugDraft:
    __slots__ = ("ndc", "qualifier", "quantity", "references", "unit")

    def __init__(self, e: Elements) -> None:
        self.qualifier, self.ndc = e[2], e[3]
        self.quantity, self.unit = NO_QUANTITY, ""
        self.references: list[Reference] = []

    def drug(self) -> Drug:
        return Drug(self.ndc, self.quantity, self.unit, self.qualifier, tuple(self.references))


class AdjudicationDraft(Draft):
    known = frozenset({"DTP", "AMT", "CAS"})
    __slots__ = ("bundled", "paid", "payer_id", "procedure", "revenue_code", "units")

    def __init__(self, segment: Segment, payer_id: str, bundled: str, revenue_code: str) -> None:
        super().__init__(segment)
        self.payer_id, self.bundled, self.revenue_code = payer_id, bundled, revenue_code
        self.paid: Money = NO_MONEY
        self.procedure: Procedure = NO_PROCEDURE
        self.units: Quantity = NO_QUANTITY

    def adjudication(self) -> LineAdjudication:
        return LineAdjudication(
            payer_id=self.payer_id,
            paid=self.paid,
            procedure=self.procedure,
            revenue_code=self.revenue_code,
            units=self.units,
            bundled_into_line=self.bundled,
            adjustments=tuple(self.adjustments),
            dates=tuple(self.dates),
            amounts=tuple([Amount(*each) for each in self.amounts]) if self.amounts else (),
            details=tuple(self.details),
        )
