"""Valid values with one rule of level 3, 4 or 5 broken at a time, written as files, and the finding that names it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from claimwright.x12 import (
    Claim,
    CodeSet,
    CodeTables,
    Dated,
    Party,
    Procedure,
    ProviderAdjustment,
    RemitClaim,
    Remittance,
    money_of_cents,
    write_835,
    write_837d,
    write_837i,
    write_837p,
)
from tests.support.builders_x12 import (
    SENT,
    a_batch,
    a_claim,
    a_dental_claim,
    a_patient,
    a_remit_claim,
    a_remit_line,
    a_remittance,
    a_subscriber,
    an_adjustment,
    an_institutional_claim,
)
from tests.support.rule_cases_x12 import (
    CLAIMS,
    COORDINATED,
    D8,
    DENTAL,
    INSTITUTIONAL,
    PROFESSIONAL,
    Place,
    secondary,
    with_person,
)


@dataclass(frozen=True, slots=True)
class RuleFault:
    """One value with one fault, and how the finding names it."""

    set_kind: str
    code: str
    place: Place
    value: Claim | Remittance

    @property
    def name(self) -> str:
        loop, segment_id, element = self.place
        return f"{self.set_kind} {self.code} {loop} {segment_id}{element:02d}"

    def data(self) -> bytes:
        return written(self.set_kind, self.value)


def written(set_kind: str, value: Claim | Remittance) -> bytes:
    """Write a value as it is, with its fault."""
    if isinstance(value, Remittance):
        made = write_835([value], **SENT, self_check=False)
    else:
        write = {"837P": write_837p, "837I": write_837i, "837D": write_837d}[set_kind]
        made = write(a_batch(value), **SENT, self_check=False)
    assert made.data, [each.code for each in made.findings]
    return made.data


CODES = CodeTables()
"""One code of each set that ended before the builders' days; the builders' own codes are known."""
for _set, _codes in {
    CodeSet.DIAGNOSES: "J0190 J189 E119",
    CodeSet.INPATIENT_PROCEDURES: "0BH17EZ",
    CodeSet.CPT: "99213 80053",
    CodeSet.HCPCS: "G0008",
    CodeSet.DENTAL_PROCEDURES: "D2391",
    CodeSet.MODIFIERS: "25",
    CodeSet.REVENUE_CODES: "0120 0301 0450",
    CodeSet.PLACES_OF_SERVICE: "11 21",
    CodeSet.TAXONOMY: "207Q00000X 207R00000X 1223G0001X",
    CodeSet.GROUPS: "193",
    CodeSet.ADJUSTMENT_REASONS: "45 1",
    CodeSet.REMARKS: "N130",
}.items():
    for _code in _codes.split():
        CODES.add(_set, _code)
for _set, _code in {
    CodeSet.DIAGNOSES: "M722",
    CodeSet.INPATIENT_PROCEDURES: "0BH17EY",
    CodeSet.CPT: "99201",
    CodeSet.HCPCS: "G0009",
    CodeSet.DENTAL_PROCEDURES: "D2999",
    CodeSet.MODIFIERS: "59",
    CodeSet.REVENUE_CODES: "0121",
    CodeSet.PLACES_OF_SERVICE: "12",
    CodeSet.TAXONOMY: "207Q00001X",
    CodeSet.GROUPS: "194",
    CodeSet.ADJUSTMENT_REASONS: "17",
    CodeSet.REMARKS: "M12",
}.items():
    CODES.add(_set, _code, date(2015, 10, 1), date(2020, 9, 30))

VALID: dict[str, list[Claim | Remittance]] = {
    "837P": [a_claim(), a_claim(subscriber=a_subscriber(patient_relationship=""), patient=a_patient()), secondary()],
    "837I": [an_institutional_claim()],
    "837D": [a_dental_claim()],
    "835": [a_remittance(a_remit_claim(a_remit_line(125_00, an_adjustment("CO-45", 25_00))))],
}


def _paid(*claims: RemitClaim, **changes: Any) -> Remittance:
    return a_remittance(*claims, **changes)


def _held(code: str, cents: int, reference: str = "X") -> ProviderAdjustment:
    return ProviderAdjustment("1234567893", "20261231", code, reference, money_of_cents(cents))


def _remit(**changes: Any) -> Remittance:
    return _paid(a_remit_claim(a_remit_line(**changes)))


def _claimed(**changes: Any) -> Remittance:
    return _paid(a_remit_claim()._replace(**changes))


_REVERSED = a_remit_claim(a_remit_line(125_00), claim_outcome_code="22")
_REMITTANCES: list[tuple[str, Place, Callable[[], Remittance]]] = [
    ("x12.remit_total", ("", "BPR", 2), lambda: _paid()._replace(payment=money_of_cents(124_00))),
    (
        "x12.remit_negative",
        ("", "BPR", 2),
        lambda: _paid(a_remit_claim(a_remit_line(-125_00), claim_outcome_code="22")),
    ),
    ("x12.remit_zero_method", ("", "BPR", 4), lambda: _paid()._replace(payment_method="NON")),
    (
        "x12.remit_claim",
        ("", "CLP", 4),
        lambda: _paid(a_remit_claim()._replace(paid=money_of_cents(124_00))),
    ),
    (
        "x12.remit_patient_share",
        ("", "CLP", 5),
        lambda: _claimed(patient_responsibility=money_of_cents(1_00)),
    ),
    ("x12.crossover_missing", ("2100", "NM1", 0), lambda: _claimed(claim_outcome_code="19")),
    (
        "x12.crossover_unexpected",
        ("2100", "NM1", 1),
        lambda: _claimed(parties=(*a_remit_claim().parties, Party("TT", "NEXT", id_qualifier="PI", id="N1"))),
    ),
    ("x12.reversal_positive", ("2100", "CLP", 3), lambda: _paid(_REVERSED)),
    ("x12.predetermination_paid", ("2100", "CLP", 4), lambda: _claimed(claim_outcome_code="25")),
    (
        "x12.reason_repeated",
        ("2100", "CAS", 2),
        lambda: _claimed(
            adjustments=(an_adjustment("CO-45", 1_00), an_adjustment("CO-45", 1_00)), paid=money_of_cents(123_00)
        ),
    ),
    ("x12.adjustment_zero", ("2100", "CAS", 3), lambda: _claimed(adjustments=(an_adjustment("CO-45", 0),))),
    (
        "x12.reason_repeated",
        ("2110", "CAS", 2),
        lambda: _paid(a_remit_claim(a_remit_line(125_00, an_adjustment("CO-45", 1), an_adjustment("CO-45", 1)))),
    ),
    (
        "x12.adjustment_zero",
        ("2110", "CAS", 3),
        lambda: _paid(a_remit_claim(a_remit_line(125_00, an_adjustment("CO-45", 0)))),
    ),
    ("x12.remit_date_missing", ("2110", "DTM", 0), lambda: _remit(dates=())),
    ("x12.remit_period_half", ("2110", "DTM", 1), lambda: _remit(dates=(Dated("150", D8, "20261101"),))),
    ("x12.submitted_same", ("2110", "SVC", 6), lambda: _remit(submitted=Procedure("HC", "99213"))),
    (
        "x12.payment_account",
        ("", "BPR", 6),
        lambda: _paid()._replace(payment_method="ACH", payment_details=("CCP", *[""] * 10)),
    ),
    ("x12.trace_payer", ("", "TRN", 3), lambda: _paid()._replace(trace_payer_id="9876543210")),
    ("x12.forward_reference", ("", "PLB", 3), lambda: _paid(provider_adjustments=(_held("FB", -10_00, "OTHER"),))),
    ("x12.interest_unmatched", ("", "PLB", 4), lambda: _paid(provider_adjustments=(_held("L6", -1_50),))),
    ("x12.provider_adjustment_zero", ("", "PLB", 4), lambda: _paid(provider_adjustments=(_held("CS", 0),))),
    ("x12.provider_adjustment_code", ("", "PLB", 3), lambda: _paid(provider_adjustments=(_held("QQ", 5_00),))),
    ("x12.procedure_form", ("2110", "SVC", 1), lambda: _remit(procedure=Procedure("HC", "9921"))),
    ("x12.procedure_unknown", ("2110", "SVC", 6), lambda: _remit(submitted=Procedure("HC", "99999"))),
    ("x12.revenue_form", ("2110", "SVC", 4), lambda: _remit(revenue_code="12")),
    (
        "x12.reason_form",
        ("2110", "CAS", 2),
        lambda: _paid(a_remit_claim(a_remit_line(125_00, an_adjustment("CO-Q", 1_00)))),
    ),
    (
        "x12.reason_unknown",
        ("2110", "CAS", 2),
        lambda: _paid(a_remit_claim(a_remit_line(125_00, an_adjustment("CO-299", 1_00)))),
    ),
    (
        "x12.reason_day",
        ("2100", "CAS", 2),
        lambda: _claimed(adjustments=(an_adjustment("CO-17", 1_00),), paid=money_of_cents(124_00)),
    ),
    ("x12.remark_form", ("2110", "LQ", 2), lambda: _remit(remark_codes=(("HE", "Q1"),))),
    ("x12.remark_unknown", ("2110", "LQ", 2), lambda: _remit(remark_codes=(("HE", "N999"),))),
    ("x12.remark_day", ("2100", "MOA", 0), lambda: _claimed(outpatient=("MOA", "", "", "M12"))),
    ("x12.group_form", ("2100", "CLP", 11), lambda: _claimed(drg="19")),
    ("x12.group_unknown", ("2100", "CLP", 11), lambda: _claimed(drg="999")),
]
_LINE_ONLY = a_remit_line(125_00)._replace(paid=money_of_cents(124_00))


def _made() -> Iterator[RuleFault]:
    bases: dict[str, Claim] = {
        "837P": a_claim(),
        "837I": an_institutional_claim(),
        "837D": a_dental_claim(),
    }
    own = {"837P": PROFESSIONAL, "837I": INSTITUTIONAL, "837D": DENTAL}
    for kind, base in bases.items():
        for code, place, change in (*CLAIMS, *own[kind]):
            if kind == "837I" and code == "x12.service_before_birth":
                base_with_day = base._replace(
                    lines=(base.lines[0], base.lines[1]._replace(dates=(Dated("472", D8, "20261102"),)))
                )
                changed = with_person(base_with_day, birth_date="20261231")
            else:
                changed = change(base)
            yield RuleFault(kind, code, place, changed)
    for code, place, make in COORDINATED:
        yield RuleFault("837P", code, place, make())
    for code, place, make_remittance in _REMITTANCES:
        yield RuleFault("835", code, place, make_remittance())
    # A line that does not add up, and a claim that does: its own adjustment takes the difference.
    claim = a_remit_claim(_LINE_ONLY)._replace(paid=money_of_cents(124_00), adjustments=(an_adjustment("CO-45", 1_00),))
    yield RuleFault("835", "x12.remit_line", ("", "SVC", 3), _paid(claim))


def rule_faults() -> dict[str, RuleFault]:
    """Return every fault by a name of its own."""
    found: dict[str, RuleFault] = {}
    for each in _made():
        name = each.name
        while name in found:
            name += "+"
        found[name] = each
    return found
