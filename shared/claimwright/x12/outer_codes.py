"""Level 5: codes of lists that others keep. Their form is judged always, the codes themselves by whom we ask.

What is unknown is a warning and rejects nothing: lists grow every quarter, and a list may be older than the claim. A
partner's profile may judge otherwise.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from claimwright.x12.code_sets import CodeSet, CodeSets, CodeStanding
from claimwright.x12.findings import Finding
from claimwright.x12.models.claims import Claim, ClaimsHeader, ServiceLine
from claimwright.x12.models.remittances import RemitClaim, RemitLine, Remittance
from claimwright.x12.models.values import Address, Adjustment, Party, Procedure, Span, day
from claimwright.x12.npi import is_npi
from claimwright.x12.place import SetPlace

_FORMS = {
    CodeSet.DIAGNOSES: re.compile(r"[A-Z][0-9A-Z]{2,6}", re.ASCII),
    CodeSet.INPATIENT_PROCEDURES: re.compile(r"[0-9A-HJ-NP-Z]{7}", re.ASCII),
    CodeSet.HCPCS: re.compile(r"[A-Z]\d{4}", re.ASCII),
    CodeSet.CPT: re.compile(r"\d{4}[0-9A-Z]", re.ASCII),
    CodeSet.DENTAL_PROCEDURES: re.compile(r"D\d{4}", re.ASCII),
    CodeSet.MODIFIERS: re.compile(r"[0-9A-Z]{2}", re.ASCII),
    CodeSet.REVENUE_CODES: re.compile(r"\d{4}", re.ASCII),
    CodeSet.PLACES_OF_SERVICE: re.compile(r"\d{2}", re.ASCII),
    CodeSet.TAXONOMY: re.compile(r"[0-9A-Z]{9}X", re.ASCII),
    CodeSet.GROUPS: re.compile(r"\d{3,4}", re.ASCII),
    CodeSet.ADJUSTMENT_REASONS: re.compile(r"\d{1,3}|[ABDPWY]\d{1,3}", re.ASCII),
    CodeSet.REMARKS: re.compile(r"(?:MA?|N)\d{1,3}", re.ASCII),
}
_NOUNS = {
    CodeSet.DIAGNOSES: "diagnosis",
    CodeSet.INPATIENT_PROCEDURES: "inpatient_procedure",
    CodeSet.HCPCS: "procedure",
    CodeSet.CPT: "procedure",
    CodeSet.DENTAL_PROCEDURES: "procedure",
    CodeSet.MODIFIERS: "modifier",
    CodeSet.REVENUE_CODES: "revenue",
    CodeSet.PLACES_OF_SERVICE: "place",
    CodeSet.TAXONOMY: "taxonomy",
    CodeSet.GROUPS: "group",
    CodeSet.ADJUSTMENT_REASONS: "reason",
    CodeSet.REMARKS: "remark",
}
_DIAGNOSES = frozenset({"ABK", "ABF", "ABJ", "APR", "ABN"})
_PROCEDURES = frozenset({"BBR", "BBQ"})
_FREQUENCIES = frozenset({"1", "6", "7", "8"})
# The 41 codes of the guide; payers use others too.
_OF_PROVIDERS = """
50 51 72 90 AH AM AP B2 B3 BD BN C5 CR CS CT CV CW DM E3 FB FC GO HM IP IR IS J1 L3 L6 LE LS OA OB PI PL RA RE SL TL
WO WU
"""
_PROVIDER_ADJUSTMENTS = frozenset(_OF_PROVIDERS.split())
_OF_STATES = """
AL AK AZ AR CA CO CT DE FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC ND OH OK OR PA RI SC
SD TN TX UT VT VA WA WV WI WY DC AS GU MP PR VI FM MH PW AA AE AP
"""
_STATES = frozenset(_OF_STATES.split())
# The list of CMS, which is public; it gained 10, 27 and 66 in the last ten years.
_OF_PLACES = """
01 02 03 04 05 06 07 08 09 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 31 32 33 34 41 42 49 50 51 52 53 54 55
56 57 58 60 61 62 65 66 71 72 81 99
"""
_PLACES = frozenset(_OF_PLACES.split())

# Codes of one set of which the form is remembered.
_CODES_KEPT = 8192

Days = tuple[date | None, ...]
"""The days that a code may be good on: it is enough to be good on one of them."""
Use = tuple[str, Span | None, str, str, int]
"""Finding code, the line's span if it is of one, loop, segment id, element."""


def outer_codes(header: ClaimsHeader, claim: Claim, codes: CodeSets | None = None) -> list[Finding]:
    """Return what is wrong with a claim's outer codes."""
    place = SetPlace.of(header)
    judging = _Judging(codes)
    return [
        place.finding(code, span or claim.span, segment_id, element, claim.claim_ordinal, loop=loop)
        for code, span, loop, segment_id, element in judging.claim(header.kind, claim)
    ]


def outer_codes_835(remittance: Remittance, codes: CodeSets | None = None) -> list[Finding]:
    """Return what is wrong with a remittance's outer codes."""
    place = SetPlace.of(remittance)
    judging = _Judging(codes)
    findings = []
    today = day(remittance.payment_date)
    for claim in remittance.claims:
        findings += [
            place.finding(code, span or claim.span, segment_id, element, claim.claim_ordinal, loop=loop)
            for code, span, loop, segment_id, element in judging.remit_claim(claim, today)
        ]
    findings += [
        place.finding("x12.provider_adjustment_code", each.span, "PLB", 3)
        for each in remittance.provider_adjustments
        if each.code and each.code not in _PROVIDER_ADJUSTMENTS
    ]
    return findings


class _List(dict[str, bool]):
    """The form of the codes of one set; what was asked once is known. An enum is no quick key, so each has its own."""

    __slots__ = ("code_set", "noun")

    def __init__(self, code_set: CodeSet) -> None:
        super().__init__()
        self.code_set, self.noun = code_set, _NOUNS[code_set]

    def __missing__(self, code: str) -> bool:
        has_form = _FORMS[self.code_set].fullmatch(code) is not None
        # What has not the form of a code may be anything, and is not kept.
        if has_form:
            if len(self) >= _CODES_KEPT:
                self.clear()
            self[code] = True
        return has_form


_DIAGNOSIS = _List(CodeSet.DIAGNOSES)
_INPATIENT_PROCEDURE = _List(CodeSet.INPATIENT_PROCEDURES)
_HCPCS = _List(CodeSet.HCPCS)
_CPT = _List(CodeSet.CPT)
_DENTAL = _List(CodeSet.DENTAL_PROCEDURES)
_MODIFIER = _List(CodeSet.MODIFIERS)
_REVENUE = _List(CodeSet.REVENUE_CODES)
_PLACE = _List(CodeSet.PLACES_OF_SERVICE)
_TAXONOMY = _List(CodeSet.TAXONOMY)
_GROUP = _List(CodeSet.GROUPS)
_REASON = _List(CodeSet.ADJUSTMENT_REASONS)
_REMARK = _List(CodeSet.REMARKS)


class _Judging:
    def __init__(self, codes: CodeSets | None) -> None:
        self._codes = codes

    def _fault(self, codes: _List, code: str, days: Days) -> str:
        """Return the finding code of what is wrong with a code, or an empty text."""
        if not code:
            return ""
        if not codes[code]:
            return f"x12.{codes.noun}_form"
        if self._codes is None:
            return "x12.place_unknown" if codes is _PLACE and code not in _PLACES else ""
        standings = [self._standing(codes.code_set, code, each) for each in days]
        if CodeStanding.UNKNOWN in standings:
            return f"x12.{codes.noun}_unknown"
        if standings and all(each is CodeStanding.NOT_ON_DAY for each in standings):
            return f"x12.{codes.noun}_day"
        return ""

    def _standing(self, code_set: CodeSet, code: str, on: date | None) -> CodeStanding:
        found = self._codes.standing(code_set, code, on) if self._codes is not None else CodeStanding.NOT_LOADED
        if found is CodeStanding.NOT_LOADED and code_set is CodeSet.PLACES_OF_SERVICE and code not in _PLACES:
            return CodeStanding.UNKNOWN
        return found

    # 837

    def claim(self, kind: str, claim: Claim) -> Iterator[Use]:
        # Without tables to ask, no code has a day.
        days = _days(claim) if self._codes is not None else ()
        yield from self._health_codes(claim, days)
        if kind != "I":
            code = self._fault(_PLACE, claim.place_of_service, days)
            if code:
                yield code, None, "2300", "CLM", 5
            if claim.claim_frequency_code and claim.claim_frequency_code not in _FREQUENCIES:
                yield "x12.frequency_unknown", None, "2300", "CLM", 5
        yield from self._party(claim.billing.party, days, None)
        patient = claim.patient_party.address
        if patient is not None and not _is_state(patient):
            yield "x12.state_unknown", None, "2010CA" if claim.patient is not None else "2010BA", "N4", 2
        for party in claim.providers:
            yield from self._party(party, days, None)
        for coverage in claim.other_coverages:
            yield from self._adjustments(coverage.adjustments, _decided(coverage.payer), None, "2320")
        for line in claim.lines:
            if self._codes is not None or not self._is_plain(line):
                yield from self._line(kind, line, days)

    def _health_codes(self, claim: Claim, days: Days) -> Iterator[Use]:
        for each in (*claim.diagnoses, *claim.health_codes):
            code = ""
            if each.qualifier in _DIAGNOSES:
                # A point is named by its own rule.
                code = self._fault(_DIAGNOSIS, each.code.replace(".", ""), days)
            elif each.qualifier in _PROCEDURES:
                code = self._fault(_INPATIENT_PROCEDURE, each.code, (day(each.date),) if each.date else days)
            elif each.qualifier == "DR":
                code = self._fault(_GROUP, each.code, days)
            if code:
                yield code, None, "2300", "HI", 1

    def _party(self, party: Party, days: Days, span: Span | None) -> Iterator[Use]:
        if party.id_qualifier == "XX" and not is_npi(party.id):
            yield "x12.npi", span, "", "NM1", 9
        code = self._fault(_TAXONOMY, party.taxonomy, days)
        if code:
            yield code, span, "", "PRV", 3
        if party.address is not None and not _is_state(party.address):
            yield "x12.state_unknown", span, "", "N4", 2

    def _is_plain(self, line: ServiceLine) -> bool:
        """Tell quickly that the codes of a line have their forms; False only says that it has to be looked at."""
        procedure = line.procedure
        return (
            not (line.providers or line.adjudications or line.revenue_code or procedure.modifiers)
            and procedure.qualifier == "HC"
            and _procedures(procedure)[procedure.code]
            and not self._fault(_PLACE, line.place_of_service, ())
        )

    def _line(self, kind: str, line: ServiceLine, days: Days) -> Iterator[Use]:
        of_line = days
        dated = line.service_date if self._codes is not None else None
        if dated is not None:
            of_line = tuple(dict.fromkeys((dated.first_day, dated.last_day)))
        segment_id, element = {"I": ("SV2", 2), "D": ("SV3", 1)}.get(kind, ("SV1", 1))
        for code in self._procedure(line.procedure, of_line):
            yield code, line.span, "2400", segment_id, element
        code = self._fault(_REVENUE, line.revenue_code, of_line)
        if code:
            yield code, line.span, "2400", "SV2", 1
        code = self._fault(_PLACE, line.place_of_service, of_line)
        if code:
            yield code, line.span, "2400", segment_id, 3 if kind == "D" else 5
        for party in line.providers:
            yield from self._party(party, of_line, line.span)
        for each in line.adjudications:
            decided = next((day(dated.text) for dated in each.dates if dated.qualifier == "573"), None)
            yield from self._adjustments(each.adjustments, decided, line.span, "2430")

    def _procedure(self, procedure: Procedure, days: Days) -> Iterator[str]:
        if procedure.qualifier not in ("HC", "AD") or not procedure.code:
            return
        code = self._fault(_procedures(procedure), procedure.code, days)
        if code:
            yield code
        for modifier in procedure.modifiers:
            code = self._fault(_MODIFIER, modifier, days)
            if code:
                yield code

    def _adjustments(
        self, adjustments: tuple[Adjustment, ...], decided: date | None, span: Span | None, loop: str
    ) -> Iterator[Use]:
        for each in adjustments:
            code = self._fault(_REASON, each.reason, (decided,))
            if code:
                yield code, each.span if each.span.first_segment else span, loop, "CAS", 2

    # 835

    def remit_claim(self, claim: RemitClaim, today: date | None) -> Iterator[Use]:
        yield from self._adjustments(claim.adjustments, today, None, "2100")
        code = self._fault(_GROUP, claim.drg, (None,))
        if code:
            yield code, None, "2100", "CLP", 11
        for remark in claim.remarks:
            code = self._fault(_REMARK, remark, (today,))
            if code:
                yield code, None, "2100", "MIA" if claim.inpatient else "MOA", 0
        for line in claim.lines:
            yield from self._remit_line(line, today)

    def _remit_line(self, line: RemitLine, today: date | None) -> Iterator[Use]:
        served: Days = tuple(each.first_day for each in line.dates if each.qualifier in ("472", "150")) or (None,)
        for element, procedure in ((1, line.procedure), (6, line.submitted)):
            for code in self._procedure(procedure, served) if procedure is not None else ():
                yield code, line.span, "2110", "SVC", element
        code = self._fault(_REVENUE, line.revenue_code, served)
        if code:
            yield code, line.span, "2110", "SVC", 4
        yield from self._adjustments(line.adjustments, today, line.span, "2110")
        for remark in line.remarks:
            code = self._fault(_REMARK, remark, (today,))
            if code:
                yield code, line.span, "2110", "LQ", 2


def _procedures(procedure: Procedure) -> _List:
    if procedure.qualifier == "AD":
        return _DENTAL
    return _HCPCS if procedure.code[:1].isalpha() else _CPT


def _days(claim: Claim) -> Days:
    """Return the first and the last day of a claim: of its statement, else of its lines."""
    statement = claim.dated("434") or claim.dated("472")
    if statement is not None:
        return tuple(dict.fromkeys((statement.first_day, statement.last_day)))
    dated = [line.service_date for line in claim.lines]
    days = [each for dates in dated if dates is not None for each in (dates.first_day, dates.last_day)]
    known = [each for each in days if each is not None]
    return tuple(dict.fromkeys((min(known), max(known)))) if known else (None,)


def _decided(payer: Party) -> date | None:
    return next((day(each.text) for each in payer.dates if each.qualifier == "573"), None)


def _is_state(address: Address) -> bool:
    return address.country not in ("", "US") or not address.state or address.state in _STATES
