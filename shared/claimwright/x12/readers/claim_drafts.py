"""The loops of an 837 while they are being read; each makes its value when it is whole."""

from __future__ import annotations

from typing import Any

from claimwright.x12.models.claims import (
    BillingProvider,
    Claim,
    HealthCode,
    Note,
    OtherCoverage,
    Patient,
    Subscriber,
)
from claimwright.x12.models.values import (
    Amount,
    Counted,
    Detail,
    Money,
    Party,
)
from claimwright.x12.readers.line_drafts import LineDraft
from claimwright.x12.readers.parts import PAD, Draft, Elements, PartyDraft
from claimwright.x12.tokens import Segment

_new = tuple.__new__


class OtherDraft(Draft):
    known = frozenset({"AMT", "CAS"})
    __slots__ = ("elements", "insurance", "parties")

    def __init__(self, segment: Segment, e: Elements) -> None:
        super().__init__(segment)
        self.elements = e
        self.insurance = ("", "", "")
        self.parties: list[PartyDraft] = []

    def coverage(self) -> OtherCoverage:
        e = self.elements
        parties = [each.party() for each in self.parties]
        return OtherCoverage(
            *(e[1].strip(), e[2], e[3], e[4], e[5], e[9]),
            tuple(self.adjustments),
            tuple([Amount(*each) for each in self.amounts]) if self.amounts else (),
            *self.insurance,
            party_of_role(parties, "IL"),
            party_of_role(parties, "PR"),
            tuple([each for each in parties if each.role not in ("IL", "PR")]),
            tuple(self.details),
        )


class LevelDraft(Draft):
    """HL: a billing provider (20), subscriber (22) or patient (23), with the value made of it once."""

    known = frozenset()
    __slots__ = ("above", "elements", "kind", "parties", "taxonomy", "value")

    def __init__(self, segment: Segment, kind: str, above: LevelDraft | None) -> None:
        super().__init__(segment)
        self.kind = kind
        self.above = above
        self.elements: Elements = PAD
        self.taxonomy = ""
        self.parties: list[PartyDraft] = []
        self.value: Any = None

    def _parties(self) -> list[Party]:
        return [each.party() for each in self.parties]

    def billing(self) -> BillingProvider:
        if self.value is None:
            parties = self._parties()
            party = party_of_role(parties, "85")
            if self.taxonomy and not party.taxonomy:
                party = party._replace(taxonomy=self.taxonomy)
            addresses = [each for each in parties if each.role == "87"]
            plans = [each for each in parties if each.role == "PE"]
            self.value = BillingProvider(
                party,
                addresses[0] if addresses else None,
                plans[0] if plans else None,
                tuple(self.details),
            )
        return self.value  # type: ignore[no-any-return]

    def subscriber(self) -> Subscriber:
        if self.value is None:
            e = self.elements
            parties = self._parties()
            self.value = Subscriber(
                e[1].strip(),
                party_of_role(parties, "IL"),
                party_of_role(parties, "PR"),
                *(e[2], e[3], e[4], e[5], e[9]),
                tuple([each for each in parties if each.role not in ("IL", "PR")]),
                tuple(self.details),
            )
        return self.value  # type: ignore[no-any-return]

    def patient(self) -> Patient:
        if self.value is None:
            parties = self._parties()
            others = tuple([each for each in parties if each.role != "QC"])
            self.value = Patient(self.elements[1], party_of_role(parties, "QC"), others, tuple(self.details))
        return self.value  # type: ignore[no-any-return]


class WholeLevel(LevelDraft):
    """A level that was read whole: nothing is added to it any more, so it has no lists."""

    __slots__ = ("whole_parties",)

    def __init__(
        self,
        kind: str,
        above: LevelDraft | None,
        *,
        elements: Elements,
        taxonomy: str,
        parties: list[Party],
        details: tuple[Detail, ...],
    ) -> None:
        self.kind, self.above, self.elements, self.taxonomy = kind, above, elements, taxonomy
        self.whole_parties = parties
        self.details = list(details)
        self.value = None

    def _parties(self) -> list[Party]:
        return self.whole_parties


class ClaimDraft(Draft):
    """2300: CLM and what follows, lines included."""

    __slots__ = ("admission", "charge", "diagnoses", "elements", "health_codes", "lines", "others", "providers")

    def __init__(self, segment: Segment, e: Elements, charge: Money) -> None:
        super().__init__(segment)
        self.elements = e
        self.charge = charge
        self.admission = ("", "", "")
        self.diagnoses: list[HealthCode] = []
        self.health_codes: list[HealthCode] = []
        self.providers: list[PartyDraft] = []
        self.others: list[OtherDraft] = []
        self.lines: list[LineDraft] = []

    def claim(
        self,
        *,
        billing: BillingProvider,
        subscriber: Subscriber,
        patient: Patient | None,
        set_ordinal: int,
        claim_ordinal: int,
    ) -> Claim:
        e = self.elements
        component = self.first.delimiters.component
        place = e[5].split(component) + PAD
        cause = e[11].split(component) + PAD if e[11] else PAD
        return _new(
            Claim,
            (
                e[1].strip(),
                self.charge,
                billing,
                subscriber,
                patient,
                place[0],
                place[1],
                place[2],
                e[6],
                e[7],
                e[8],
                e[9],
                e[10],
                tuple([each for each in cause[:3] if each]),
                cause[3],
                cause[4],
                e[12],
                e[20],
                e[19],
                self.admission[0],
                self.admission[1],
                self.admission[2],
                tuple(self.diagnoses),
                tuple(self.health_codes),
                tuple(self.dates),
                tuple([Amount(*each) for each in self.amounts]) if self.amounts else (),
                tuple([Counted(*each) for each in self.quantities]) if self.quantities else (),
                tuple(self.references),
                tuple([Note(*each) for each in self.notes]) if self.notes else (),
                tuple([each.party() for each in self.providers]) if self.providers else (),
                tuple([each.coverage() for each in self.others]) if self.others else (),
                tuple([each.line() for each in self.lines]) if self.lines else (),
                tuple(self.details),
                set_ordinal,
                claim_ordinal,
                self.span(),
            ),
        )


def party_of_role(parties: list[Party], role: str) -> Party:
    for each in parties:
        if each.role == role:
            return each
    return Party(role)
