"""Claims with one rule of level 3, 4 or 5 broken at a time, and the place that the finding names."""

from collections.abc import Callable
from typing import Any

from claimwright.x12 import (
    Amount,
    Claim,
    Dated,
    Drug,
    HealthCode,
    LineAdjudication,
    OtherCoverage,
    Party,
    Procedure,
    Reference,
    money_of_cents,
    quantity_of,
)
from tests.support.builders_x12 import ADDRESS, BILLING, a_claim, a_line, a_patient, a_subscriber, an_adjustment

Place = tuple[str, str, int]
"""Loop, segment id, element."""
Change = Callable[[Claim], Claim]

D8 = "D8"
_OLD = "OLD1"
DECIDED = LineAdjudication(
    _OLD,
    money_of_cents(80_00),
    Procedure("HC", "99213"),
    units=quantity_of(1),
    adjustments=(an_adjustment("CO-45", 25_00), an_adjustment("PR-1", 20_00)),
    dates=(Dated("573", D8, "20261103"),),
)
OTHER = OtherCoverage(
    "P",
    "18",
    claim_filing_indicator="CI",
    amounts=(Amount("D", money_of_cents(80_00)),),
    assignment_of_benefits="Y",
    release_of_information="Y",
    subscriber=a_subscriber().party._replace(birth_date="", gender="", address=None),
    payer=Party("PR", "OLD PLAN", id_qualifier="PI", id=_OLD),
)
SECOND = a_subscriber(payer_responsibility_sequence="S")


def secondary(other: OtherCoverage = OTHER, *decided: LineAdjudication) -> Claim:
    line = a_line(adjudications=decided or (DECIDED,))
    return a_claim(line, subscriber=SECOND, other_coverages=(other,))


def _with_billing(claim: Claim, **changes: Any) -> Claim:
    return claim._replace(billing=BILLING._replace(party=BILLING.party._replace(**changes)))


def with_person(claim: Claim, **changes: Any) -> Claim:
    return claim._replace(subscriber=a_subscriber(party=a_subscriber().party._replace(**changes)))


def with_lines(claim: Claim, **changes: Any) -> Claim:
    return claim._replace(lines=tuple(line._replace(**changes) for line in claim.lines))


def _with_code(claim: Claim, *codes: HealthCode, without: tuple[str, ...] = ()) -> Claim:
    kept = tuple(each for each in claim.health_codes if each.qualifier not in without)
    return claim._replace(health_codes=(*kept, *codes))


def _without_date(claim: Claim, qualifier: str) -> Claim:
    return claim._replace(dates=tuple(each for each in claim.dates if each.qualifier != qualifier))


def _dated(claim: Claim, qualifier: str, text: str, form: str = D8) -> Claim:
    return claim._replace(dates=(*_without_date(claim, qualifier).dates, Dated(qualifier, form, text)))


def _person(role: str, npi: str = "1003000126", **changes: Any) -> Party:
    return Party(role, "A", "B", kind="1", id_qualifier="XX", id=npi)._replace(**changes)


def _plus(claim: Claim, *parties: Party) -> Claim:
    return claim._replace(providers=(*claim.providers, *parties))


def _without(claim: Claim, role: str) -> Claim:
    return claim._replace(providers=tuple(each for each in claim.providers if each.role != role))


def _transport(role: str) -> Party:
    return Party(role, "" if role == "PW" else "HOSPITAL", address=ADDRESS)


def _negative(claim: Claim) -> Claim:
    """Make one line's charge negative, and the other so large that the claim's is not."""
    first = claim.lines[0]._replace(charge=money_of_cents(-1_00), references=(Reference("6R", "N1"),))
    second = claim.lines[0]._replace(charge=money_of_cents(claim.charge.cents + 1_00))
    return claim._replace(lines=(first, second))


def _placed(claim: Claim, place: str) -> Claim:
    return claim._replace(place_of_service=place)


def _outpatient(claim: Claim) -> Claim:
    claim = _with_code(_placed(claim, "13"), without=("ABJ", "BBR", "DR", "BI"))
    codes = tuple(each._replace(present_on_admission="") for each in claim.diagnoses)
    lines = tuple(line._replace(dates=(Dated("472", D8, "20261102"),)) for line in claim.lines)
    return _without(_without_date(claim, "096")._replace(diagnoses=codes, lines=lines), "72")


def _shifted(claim: Claim) -> Claim:
    first, second = claim.lines
    return claim._replace(
        lines=(
            first._replace(charge=money_of_cents(first.charge.cents + second.charge.cents + 1_00)),
            second._replace(charge=money_of_cents(-1_00), non_covered=money_of_cents(0)._replace(text="")),
        )
    )


def _pneumonia(code: str) -> HealthCode:
    return HealthCode("ABK", code, present_on_admission="Y")


def _revenue(claim: Claim, code: str) -> Claim:
    return claim._replace(lines=(claim.lines[0]._replace(revenue_code=code), claim.lines[1]))


def _dental(**changes: Any) -> Change:
    return lambda c: with_lines(c, **changes)


_CR1 = ("CR1", "", "", "", "A", "DH", "12")

# What every guide of claims has.
CLAIMS: list[tuple[str, Place, Change]] = [
    ("x12.claim_total", ("", "CLM", 2), lambda c: c._replace(charge=money_of_cents(c.charge.cents + 1))),
    ("x12.original_missing", ("2300", "REF", 0), lambda c: c._replace(claim_frequency_code="7")),
    ("x12.original_unused", ("2300", "REF", 1), lambda c: c._replace(references=(Reference("F8", "ICN1"),))),
    ("x12.patient_level", ("2000B", "SBR", 2), lambda c: c._replace(patient=a_patient())),
    ("x12.subscriber_address", ("2010BA", "N3", 0), lambda c: with_person(c, address=None)),
    ("x12.subscriber_birth", ("2010BA", "DMG", 0), lambda c: with_person(c, birth_date="", gender="")),
    ("x12.subscriber_id", ("2010BA", "NM1", 9), lambda c: with_person(c, id="", id_qualifier="")),
    (
        "x12.filing_missing",
        ("2000B", "SBR", 9),
        lambda c: c._replace(subscriber=c.subscriber._replace(claim_filing_indicator="")),
    ),
    ("x12.address_box", ("2010AA", "N3", 1), lambda c: _with_billing(c, address=ADDRESS._replace(line1="PO BOX 7"))),
    (
        "x12.postal_code_short",
        ("2010AA", "N4", 3),
        lambda c: _with_billing(c, address=ADDRESS._replace(postal_code="62701")),
    ),
    ("x12.state_unknown", ("", "N4", 2), lambda c: _with_billing(c, address=ADDRESS._replace(state="QQ"))),
    ("x12.billing_npi", ("2010AA", "NM1", 9), lambda c: _with_billing(c, id="", id_qualifier="")),
    ("x12.npi", ("", "NM1", 9), lambda c: _with_billing(c, id="1234567890")),
    ("x12.taxonomy_form", ("", "PRV", 3), lambda c: _with_billing(c, taxonomy="207Q000000")),
    ("x12.taxonomy_unknown", ("", "PRV", 3), lambda c: _with_billing(c, taxonomy="999Z00000X")),
    ("x12.taxonomy_day", ("", "PRV", 3), lambda c: _with_billing(c, taxonomy="207Q00001X")),
    (
        "x12.line_control_repeated",
        ("2400", "REF", 2),
        lambda c: c._replace(
            lines=(*c.lines, c.lines[0]), charge=money_of_cents(c.charge.cents + c.lines[0].charge.cents)
        ),
    ),
    (
        "x12.service_before_birth",
        ("2400", "DTP", 3),
        lambda c: with_person(_without_date(c, "434"), birth_date="20261231"),
    ),
    (
        "x12.other_payer",
        ("2320", "SBR", 1),
        lambda c: c._replace(subscriber=a_subscriber(payer_responsibility_sequence="T")),
    ),
    (
        "x12.payer_order_repeated",
        ("2320", "SBR", 1),
        lambda c: c._replace(other_coverages=(OTHER._replace(amounts=()),)),
    ),
    (
        "x12.payer_repeated",
        ("2330B", "NM1", 9),
        lambda c: c._replace(
            subscriber=a_subscriber(payer_responsibility_sequence="T"),
            other_coverages=(
                OTHER._replace(amounts=()),
                OTHER._replace(amounts=(), payer_responsibility_sequence="S"),
            ),
        ),
    ),
]
COORDINATED: list[tuple[str, Place, Callable[[], Claim]]] = [
    (
        "x12.cob_line",
        ("2430", "SVD", 2),
        lambda: secondary(
            OTHER._replace(amounts=(Amount("D", money_of_cents(80_00)),), adjustments=(an_adjustment("CO-45", 1_00),)),
            DECIDED._replace(adjustments=(an_adjustment("CO-45", 25_00), an_adjustment("PR-1", 19_00))),
        ),
    ),
    (
        "x12.cob_claim",
        ("2320", "AMT", 2),
        lambda: secondary(OTHER._replace(amounts=(Amount("D", money_of_cents(79_00)),))),
    ),
    (
        "x12.cob_never_billed",
        ("2320", "AMT", 1),
        lambda: secondary(OTHER._replace(amounts=(*OTHER.amounts, Amount("A8", money_of_cents(125_00))))),
    ),
    (
        "x12.other_paid_missing",
        ("2320", "AMT", 0),
        lambda: secondary(
            OTHER._replace(amounts=()),
            DECIDED._replace(paid=money_of_cents(0), adjustments=(an_adjustment("CO-45", 125_00),)),
        ),
    ),
    (
        "x12.decision_date",
        ("2330B", "DTP", 0),
        lambda: a_claim(
            subscriber=SECOND, other_coverages=(OTHER._replace(adjustments=(an_adjustment("CO-45", 45_00),)),)
        ),
    ),
    (
        "x12.decision_date_twice",
        ("2330B", "DTP", 1),
        lambda: secondary(OTHER._replace(payer=OTHER.payer._replace(dates=(Dated("573", D8, "20261103"),)))),
    ),
    (
        "x12.adjudication_payer",
        ("2430", "SVD", 1),
        lambda: a_claim(
            a_line(adjudications=(DECIDED._replace(payer_id="WHO"),)),
            subscriber=SECOND,
            other_coverages=(OTHER._replace(amounts=()),),
        ),
    ),
    ("x12.bundled_line", ("2430", "SVD", 6), lambda: secondary(OTHER, DECIDED._replace(bundled_into_line="7"))),
    (
        "x12.reason_repeated",
        ("2430", "CAS", 2),
        lambda: secondary(
            OTHER,
            DECIDED._replace(adjustments=(an_adjustment("CO-45", 25_00), an_adjustment("CO-45", 20_00))),
        ),
    ),
    (
        "x12.adjustment_zero",
        ("2430", "CAS", 3),
        lambda: secondary(
            OTHER, DECIDED._replace(adjustments=(an_adjustment("CO-45", 45_00), an_adjustment("PR-1", 0)))
        ),
    ),
    (
        "x12.reason_form",
        ("2430", "CAS", 2),
        lambda: secondary(OTHER, DECIDED._replace(adjustments=(an_adjustment("CO-Q", 45_00),))),
    ),
    (
        "x12.reason_unknown",
        ("2430", "CAS", 2),
        lambda: secondary(OTHER, DECIDED._replace(adjustments=(an_adjustment("CO-299", 45_00),))),
    ),
    (
        "x12.reason_day",
        ("2430", "CAS", 2),
        lambda: secondary(OTHER, DECIDED._replace(adjustments=(an_adjustment("CO-17", 45_00),))),
    ),
    (
        "x12.insurance_type",
        ("2000B", "SBR", 5),
        lambda: a_claim(
            subscriber=SECOND._replace(claim_filing_indicator="MB"), other_coverages=(OTHER._replace(amounts=()),)
        ),
    ),
]
PROFESSIONAL: list[tuple[str, Place, Change]] = [
    ("x12.accident_date", ("2300", "DTP", 0), lambda c: c._replace(accident_causes=("OA",))),
    ("x12.accident_cause", ("2300", "CLM", 11), lambda c: _dated(c, "439", "20261030")),
    (
        "x12.accident_state",
        ("2300", "CLM", 11),
        lambda c: _dated(c._replace(accident_causes=("AA",)), "439", "20261030"),
    ),
    (
        "x12.accident_state_unused",
        ("2300", "CLM", 11),
        lambda c: _dated(c._replace(accident_causes=("OA",), accident_state="IL"), "439", "20261030"),
    ),
    ("x12.onset_same", ("2300", "DTP", 3), lambda c: _dated(c, "431", "20261101")),
    (
        "x12.discharge_before_admission",
        ("2300", "DTP", 3),
        lambda c: _dated(_dated(c, "435", "20261101"), "096", "20261031"),
    ),
    ("x12.admission_date", ("2300", "DTP", 0), lambda c: _placed(c, "21")),
    (
        "x12.rendering_same",
        ("2310B", "NM1", 9),
        lambda c: _plus(c, _person("82", "1234567893", taxonomy="207R00000X")),
    ),
    ("x12.facility_same", ("2310C", "NM1", 1), lambda c: _plus(c, Party("77", "A", address=ADDRESS))),
    ("x12.primary_care_alone", ("2310A", "NM1", 1), lambda c: _plus(c, _person("P3"))),
    (
        "x12.line_provider_same",
        ("2400", "NM1", 9),
        lambda c: with_lines(_plus(c, _person("DQ")), providers=(_person("DQ"),)),
    ),
    ("x12.ambulance_point", ("2310E", "NM1", 1), lambda c: _plus(c, _transport("PW"))._replace(details=(_CR1,))),
    ("x12.ambulance_transport", ("2300", "CR1", 0), lambda c: _plus(c, _transport("PW"), _transport("45"))),
    (
        "x12.diagnosis_mixed",
        ("2300", "HI", 1),
        lambda c: c._replace(diagnoses=(HealthCode("ABK", "J0190"), HealthCode("BF", "4019"))),
    ),
    ("x12.diagnosis_point", ("2300", "HI", 1), lambda c: c._replace(diagnoses=(HealthCode("ABK", "J01.90"),))),
    (
        "x12.diagnosis_repeated",
        ("2300", "HI", 1),
        lambda c: c._replace(diagnoses=(HealthCode("ABK", "J0190"), HealthCode("ABF", "J0190"))),
    ),
    ("x12.diagnosis_form", ("2300", "HI", 1), lambda c: c._replace(diagnoses=(HealthCode("ABK", "40190"),))),
    ("x12.diagnosis_unknown", ("2300", "HI", 1), lambda c: c._replace(diagnoses=(HealthCode("ABK", "Z9999"),))),
    ("x12.diagnosis_day", ("2300", "HI", 1), lambda c: c._replace(diagnoses=(HealthCode("ABK", "M722"),))),
    ("x12.code_repeated", ("2300", "HI", 1), lambda c: _with_code(c, HealthCode("BG", "09"), HealthCode("BG", "09"))),
    ("x12.pointer_range", ("2400", "SV1", 7), lambda c: with_lines(c, diagnosis_pointers=(2,))),
    ("x12.pointer_repeated", ("2400", "SV1", 7), lambda c: with_lines(c, diagnosis_pointers=(1, 1))),
    ("x12.charge_negative", ("2400", "SV1", 2), _negative),
    ("x12.units_zero", ("2400", "SV1", 4), lambda c: with_lines(c, quantity=quantity_of(0))),
    ("x12.line_place_same", ("2400", "SV1", 5), lambda c: with_lines(c, place_of_service="11")),
    ("x12.ndc", ("2410", "LIN", 3), lambda c: with_lines(c, drug=Drug("0000214380", quantity_of(1), "UN"))),
    ("x12.attachment_number", ("2300", "PWK", 6), lambda c: c._replace(details=(("PWK", "OZ", "BM"),))),
    ("x12.attachment_number", ("2400", "PWK", 6), lambda c: with_lines(c, details=(("PWK", "OZ", "BM"),))),
    (
        "x12.insurance_type_unused",
        ("2000B", "SBR", 5),
        lambda c: c._replace(subscriber=a_subscriber(insurance_type="12")),
    ),
    ("x12.frequency_unknown", ("2300", "CLM", 5), lambda c: c._replace(claim_frequency_code="9")),
    ("x12.place_form", ("2300", "CLM", 5), lambda c: _placed(c, "1A")),
    ("x12.place_unknown", ("2300", "CLM", 5), lambda c: _placed(c, "98")),
    ("x12.place_day", ("2300", "CLM", 5), lambda c: _placed(c, "12")),
    ("x12.place_unknown", ("2400", "SV1", 5), lambda c: with_lines(c, place_of_service="98")),
    ("x12.procedure_form", ("2400", "SV1", 1), lambda c: with_lines(c, procedure=Procedure("HC", "9921"))),
    ("x12.procedure_unknown", ("2400", "SV1", 1), lambda c: with_lines(c, procedure=Procedure("HC", "99999"))),
    ("x12.procedure_unknown", ("2400", "SV1", 1), lambda c: with_lines(c, procedure=Procedure("HC", "G9999"))),
    ("x12.procedure_day", ("2400", "SV1", 1), lambda c: with_lines(c, procedure=Procedure("HC", "99201"))),
    ("x12.procedure_day", ("2400", "SV1", 1), lambda c: with_lines(c, procedure=Procedure("HC", "G0009"))),
    ("x12.modifier_form", ("2400", "SV1", 1), lambda c: with_lines(c, procedure=Procedure("HC", "99213", ("a1",)))),
    ("x12.modifier_unknown", ("2400", "SV1", 1), lambda c: with_lines(c, procedure=Procedure("HC", "99213", ("ZZ",)))),
    ("x12.modifier_day", ("2400", "SV1", 1), lambda c: with_lines(c, procedure=Procedure("HC", "99213", ("59",)))),
]


INSTITUTIONAL: list[tuple[str, Place, Change]] = [
    ("x12.admission_date", ("2300", "DTP", 0), lambda c: _without_date(c, "435")),
    ("x12.admission_after_statement", ("2300", "DTP", 3), lambda c: _dated(c, "435", "202611050930", "DT")),
    ("x12.discharge_hour", ("2300", "DTP", 0), lambda c: _without_date(c, "096")),
    ("x12.discharge_hour_unused", ("2300", "DTP", 1), lambda c: _dated(_outpatient(c), "096", "1100", "TM")),
    ("x12.admission_type", ("2300", "CL1", 1), lambda c: c._replace(admission_type="")),
    ("x12.admission_source", ("2300", "CL1", 2), lambda c: c._replace(admission_source="")),
    ("x12.interim_status", ("2300", "CL1", 3), lambda c: c._replace(claim_frequency_code="2")),
    ("x12.admitting_missing", ("2300", "HI", 0), lambda c: _with_code(c, without=("ABJ",))),
    ("x12.admitting_unused", ("2300", "HI", 1), lambda c: _with_code(_outpatient(c), HealthCode("ABJ", "J189"))),
    (
        "x12.visit_reason_missing",
        ("2300", "HI", 0),
        lambda c: _outpatient(c)._replace(
            lines=tuple(each._replace(revenue_code="0450") for each in _outpatient(c).lines)
        ),
    ),
    ("x12.visit_reason_unused", ("2300", "HI", 1), lambda c: _with_code(c, HealthCode("APR", "J189"))),
    (
        "x12.presence_unused",
        ("2300", "HI", 1),
        lambda c: _outpatient(c)._replace(diagnoses=(HealthCode("ABK", "J189", present_on_admission="Y"),)),
    ),
    (
        "x12.procedure_alone",
        ("2300", "HI", 1),
        lambda c: _with_code(c, HealthCode("BBQ", "0BH17EZ", D8, "20261102"), without=("BBR",)),
    ),
    (
        "x12.procedure_unused",
        ("2300", "HI", 1),
        lambda c: _plus(_with_code(_outpatient(c), HealthCode("BBR", "0BH17EZ", D8, "20261102")), _person("72")),
    ),
    ("x12.attending_missing", ("2310A", "NM1", 0), lambda c: _without(c, "71")),
    ("x12.operating_missing", ("2310B", "NM1", 0), lambda c: _without(c, "72")),
    (
        "x12.other_operating_alone",
        ("2310C", "NM1", 1),
        lambda c: _plus(_with_code(_without(c, "72"), without=("BBR",)), _person("ZZ")),
    ),
    ("x12.rendering_attends", ("2310D", "NM1", 9), lambda c: _plus(c, _person("82", "1245319599"))),
    ("x12.referring_attends", ("2310F", "NM1", 9), lambda c: _plus(c, _person("DN", "1245319599"))),
    ("x12.facility_same", ("2310E", "NM1", 1), lambda c: _plus(c, Party("77", "A", address=ADDRESS))),
    (
        "x12.service_date_missing",
        ("2400", "DTP", 0),
        lambda c: _outpatient(c)._replace(lines=(_outpatient(c).lines[0]._replace(dates=()), _outpatient(c).lines[1])),
    ),
    (
        "x12.service_outside_statement",
        ("2400", "DTP", 3),
        lambda c: c._replace(lines=(c.lines[0], c.lines[1]._replace(dates=(Dated("472", D8, "20261009"),)))),
    ),
    (
        "x12.non_covered_above",
        ("2400", "SV2", 7),
        lambda c: c._replace(lines=(c.lines[0], c.lines[1]._replace(non_covered=money_of_cents(43_00)))),
    ),
    ("x12.charge_negative", ("2400", "SV2", 3), _shifted),
    ("x12.code_repeated", ("2300", "HI", 1), lambda c: _with_code(c, HealthCode("BG", "09"))),
    ("x12.diagnosis_point", ("2300", "HI", 1), lambda c: _with_code(c)._replace(diagnoses=(_pneumonia("J18.9"),))),
    (
        "x12.diagnosis_repeated",
        ("2300", "HI", 1),
        lambda c: c._replace(diagnoses=(_pneumonia("J189"), HealthCode("ABF", "J189", present_on_admission="N"))),
    ),
    ("x12.diagnosis_unknown", ("2300", "HI", 1), lambda c: c._replace(diagnoses=(_pneumonia("Z9999"),))),
    ("x12.diagnosis_day", ("2300", "HI", 1), lambda c: c._replace(diagnoses=(_pneumonia("M722"),))),
    (
        "x12.inpatient_procedure_form",
        ("2300", "HI", 1),
        lambda c: _with_code(c, HealthCode("BBR", "0BH17E", D8, "20261102"), without=("BBR",)),
    ),
    (
        "x12.inpatient_procedure_unknown",
        ("2300", "HI", 1),
        lambda c: _with_code(c, HealthCode("BBR", "0BH17EX", D8, "20261102"), without=("BBR",)),
    ),
    (
        "x12.inpatient_procedure_day",
        ("2300", "HI", 1),
        lambda c: _with_code(c, HealthCode("BBR", "0BH17EY", D8, "20261102"), without=("BBR",)),
    ),
    ("x12.group_form", ("2300", "HI", 1), lambda c: _with_code(c, HealthCode("DR", "19"), without=("DR",))),
    ("x12.group_unknown", ("2300", "HI", 1), lambda c: _with_code(c, HealthCode("DR", "999"), without=("DR",))),
    ("x12.group_day", ("2300", "HI", 1), lambda c: _with_code(c, HealthCode("DR", "194"), without=("DR",))),
    ("x12.revenue_form", ("2400", "SV2", 1), lambda c: _revenue(c, "120")),
    ("x12.revenue_unknown", ("2400", "SV2", 1), lambda c: _revenue(c, "0999")),
    ("x12.revenue_day", ("2400", "SV2", 1), lambda c: _revenue(c, "0121")),
    (
        "x12.procedure_unknown",
        ("2400", "SV2", 2),
        lambda c: c._replace(lines=(c.lines[0], c.lines[1]._replace(procedure=Procedure("HC", "80999")))),
    ),
    ("x12.attachment_number", ("2300", "PWK", 6), lambda c: c._replace(details=(("PWK", "OZ", "BM"),))),
]


DENTAL: list[tuple[str, Place, Change]] = [
    ("x12.service_date_missing", ("2300", "DTP", 0), _dental(dates=())),
    ("x12.predetermination_date", ("2300", "DTP", 1), lambda c: c._replace(submission_reason="PB")),
    ("x12.line_date_same", ("2400", "DTP", 3), lambda c: _dated(c, "472", "20261101")),
    ("x12.placement_missing", ("2400", "DTP", 0), _dental(prosthesis="R")),
    (
        "x12.placement_unused",
        ("2400", "DTP", 1),
        _dental(dates=(Dated("472", D8, "20261101"), Dated("441", D8, "20161101"))),
    ),
    ("x12.tooth_repeated", ("2400", "TOO", 2), _dental(teeth=(("3", "M"), ("3", "O")))),
    ("x12.surface_repeated", ("2400", "TOO", 3), _dental(teeth=(("3", "M", "M"),))),
    ("x12.accident_date", ("2300", "DTP", 0), lambda c: c._replace(accident_causes=("OA",))),
    (
        "x12.accident_state",
        ("2300", "CLM", 11),
        lambda c: _dated(c._replace(accident_causes=("AA",)), "439", "20261030"),
    ),
    ("x12.pointer_range", ("2400", "SV3", 11), _dental(diagnosis_pointers=(1,))),
    (
        "x12.pointer_repeated",
        ("2400", "SV3", 11),
        lambda c: with_lines(c._replace(diagnoses=(HealthCode("ABK", "J0190"),)), diagnosis_pointers=(1, 1)),
    ),
    ("x12.charge_negative", ("2400", "SV3", 2), _negative),
    ("x12.units_zero", ("2400", "SV3", 6), _dental(quantity=quantity_of(0))),
    ("x12.line_place_same", ("2400", "SV3", 3), _dental(place_of_service="11")),
    ("x12.procedure_form", ("2400", "SV3", 1), _dental(procedure=Procedure("AD", "2391"))),
    ("x12.procedure_unknown", ("2400", "SV3", 1), _dental(procedure=Procedure("AD", "D9998"))),
    ("x12.procedure_day", ("2400", "SV3", 1), _dental(procedure=Procedure("AD", "D2999"))),
    ("x12.place_unknown", ("2400", "SV3", 3), _dental(place_of_service="98")),
    (
        "x12.rendering_same",
        ("2310B", "NM1", 9),
        lambda c: _plus(_without(c, "82"), _person("82", "1234567893", taxonomy="1223G0001X")),
    ),
    ("x12.facility_same", ("2310C", "NM1", 1), lambda c: _plus(c, Party("77", "A", address=ADDRESS))),
    ("x12.frequency_unknown", ("2300", "CLM", 5), lambda c: c._replace(claim_frequency_code="9")),
]
