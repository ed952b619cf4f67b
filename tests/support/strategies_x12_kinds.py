"""Random institutional and dental claims for properties: valid for their guides, in their situations."""

from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st

from claimwright.x12 import (
    Amount,
    BillingProvider,
    Claim,
    ClaimSet,
    Dated,
    HealthCode,
    LineAdjudication,
    OtherCoverage,
    Party,
    Patient,
    Procedure,
    Reference,
    ServiceLine,
    Subscriber,
    money_of_cents,
    quantity_of,
)
from claimwright.x12.models import NO_MONEY, NO_PROCEDURE
from tests.support.builders_x12 import a_batch
from tests.support.strategies_x12 import (
    addresses,
    cents,
    ids,
    names,
    people,
    procedures,
    providers,
    references,
    split_adjustments,
)

_FIRST_DAYS = st.dates(date(1990, 1, 1), date(2026, 11, 1))
_INPATIENT = st.sampled_from(["11", "18", "21", "41"])
_OUTPATIENT = st.sampled_from(["13", "85"])
_REVENUE = st.sampled_from(["0120", "0250", "0270", "0301", "0360", "0420", "0636"])


def _text(day: date) -> str:
    return day.strftime("%Y%m%d")


@st.composite
def _institutional_lines(
    draw: st.DrawFn, number: int, first: date, days: int, payer_id: str, *, is_dated: bool
) -> ServiceLine:
    charge = draw(cents)
    procedure = draw(st.one_of(st.just(NO_PROCEDURE), procedures))
    revenue = draw(_REVENUE)
    decided: tuple[LineAdjudication, ...] = ()
    if payer_id:
        adjustments, left = draw(split_adjustments(charge))
        decided = (
            LineAdjudication(
                payer_id,
                money_of_cents(left),
                procedure,
                revenue_code=revenue,
                units=quantity_of(1),
                adjustments=adjustments,
                dates=(Dated("573", "D8", "20261110"),),
            ),
        )
    day = first + timedelta(days=draw(st.integers(0, days)))
    return ServiceLine(
        procedure,
        money_of_cents(charge),
        draw(st.sampled_from(["DA", "UN"])),
        quantity_of(draw(st.integers(1, 99))),
        revenue_code=revenue,
        non_covered=draw(st.sampled_from([NO_MONEY, money_of_cents(charge)])) if charge else NO_MONEY,
        dates=(Dated("472", "D8", _text(day)),) if is_dated else (),
        references=(Reference("6R", f"L{number}"),),
        adjudications=decided,
    )


def _on_admission(draw: st.DrawFn, *, is_inpatient: bool) -> str:
    present: str = draw(st.sampled_from(["", "Y", "N", "U", "W"])) if is_inpatient else ""
    return present


@st.composite
def _health_codes(draw: st.DrawFn, first: date, days: int, *, is_inpatient: bool) -> tuple[HealthCode, ...]:
    """Return the codes beside the diagnoses, each kind in its situation."""
    day, last = _text(first), _text(first + timedelta(days=days))
    made: list[HealthCode] = []
    if is_inpatient:
        made.append(HealthCode("ABJ", "J189"))
        made += draw(st.sampled_from([[], [HealthCode("DR", "193")]]))
        if draw(st.booleans()):
            made.append(HealthCode("BBR", "0BH17EZ", "D8", day))
            for place in range(draw(st.integers(0, 14))):
                made.append(HealthCode("BBQ", f"0BH17E{place:X}", "D8", last))
    else:
        made += [HealthCode("APR", f"R05{place}") for place in range(draw(st.integers(0, 3)))]
    for place in range(draw(st.integers(0, 3))):
        made.append(
            HealthCode("ABN", f"W19{place}", present_on_admission=_on_admission(draw, is_inpatient=is_inpatient))
        )
    made += [HealthCode("BI", f"7{place}", "RD8", f"{day}-{last}") for place in range(draw(st.integers(0, 2)))]
    made += [HealthCode("BH", f"{place:02d}", "D8", day) for place in range(draw(st.integers(0, 13)))]
    made += [
        HealthCode("BE", f"8{place}", amount=money_of_cents(draw(cents))) for place in range(draw(st.integers(0, 3)))
    ]
    made += [HealthCode("BG", f"{place:02d}") for place in range(draw(st.integers(0, 13)))]
    return tuple(made)


def _subscriber(draw: st.DrawFn, others: bool, *, is_dependent: bool) -> Subscriber:
    return Subscriber(
        draw(st.sampled_from("ST")) if others else "P",
        draw(people("IL", with_birth=True)),
        Party("PR", draw(names), id_qualifier="PI", id=draw(ids)),
        patient_relationship="" if is_dependent else "18",
        group_number=draw(st.one_of(st.just(""), ids)),
        claim_filing_indicator=draw(st.sampled_from(["CI", "MC", "BL", "MA"])),
    )


def _other(draw: st.DrawFn, payer_id: str, lines: tuple[ServiceLine, ...]) -> tuple[OtherCoverage, ...]:
    if not payer_id:
        return ()
    paid = sum(each.paid.cents for line in lines for each in line.adjudications)
    return (
        OtherCoverage(
            "P",
            "18",
            claim_filing_indicator="CI",
            amounts=(Amount("D", money_of_cents(paid)),),
            assignment_of_benefits="Y",
            release_of_information="Y",
            subscriber=draw(people("IL")),
            payer=Party("PR", draw(names), id_qualifier="PI", id=payer_id, references=draw(references("F8", "2U"))),
        ),
    )


def _biller(draw: st.DrawFn) -> BillingProvider:
    party = Party("85", draw(names), id_qualifier="XX", id="1234567893", address=draw(addresses))
    return BillingProvider(
        party._replace(taxonomy=draw(st.sampled_from(["", "282N00000X"])), references=(Reference("EI", "123456789"),))
    )


def _patient(draw: st.DrawFn) -> Patient:
    return Patient(draw(st.sampled_from(["01", "19", "G8"])), draw(people("QC", with_birth=True, id_qualifier="")))


@st.composite
def institutional_claims(draw: st.DrawFn, number: int) -> Claim:
    is_inpatient = draw(st.booleans())
    first, days = draw(_FIRST_DAYS), draw(st.integers(0, 20))
    payer_id = draw(st.sampled_from(["", "OLD1"]))
    lines = tuple(
        draw(_institutional_lines(place, first, days, payer_id, is_dated=not is_inpatient or draw(st.booleans())))
        for place in range(draw(st.integers(1, 4)))
    )
    codes = draw(_health_codes(first, days, is_inpatient=is_inpatient))
    frequency = draw(st.sampled_from("123478")) if is_inpatient else draw(st.sampled_from("178"))
    is_dependent = draw(st.booleans())
    others = _other(draw, payer_id, lines)
    roles = ["72"] if any(each.qualifier == "BBR" for each in codes) else []
    roles += draw(st.sampled_from([[], ["82"], ["DN"]]))
    attending = draw(providers("71"))._replace(taxonomy=draw(st.sampled_from(["", "207R00000X"])))
    kept = draw(references("G1", "9F", "EA", "D9"))
    last = _text(first + timedelta(days=days))
    dates = [Dated("434", "RD8", f"{_text(first)}-{last}")]
    if is_inpatient:
        dates.insert(0, Dated("096", "TM", "1100"))
        dates.append(Dated("435", "DT", f"{_text(first)}0930"))
    return Claim(
        f"PCN{number:05d}",
        money_of_cents(sum(line.charge.cents for line in lines)),
        _biller(draw),
        _subscriber(draw, bool(others), is_dependent=is_dependent),
        _patient(draw) if is_dependent else None,
        place_of_service=draw(_INPATIENT if is_inpatient else _OUTPATIENT),
        facility_qualifier="A",
        claim_frequency_code=frequency,
        accept_assignment=draw(st.sampled_from("ABC")),
        assignment_of_benefits=draw(st.sampled_from("YNW")),
        release_of_information=draw(st.sampled_from("IY")),
        admission_type=draw(st.sampled_from("1239")),
        admission_source=draw(st.sampled_from("1247")),
        discharge_status="30" if frequency in "23" else "01",
        diagnoses=(
            HealthCode("ABK", "J189", present_on_admission=_on_admission(draw, is_inpatient=is_inpatient)),
            *(
                HealthCode(
                    "ABF", f"E11{place:02d}", present_on_admission=_on_admission(draw, is_inpatient=is_inpatient)
                )
                for place in range(draw(st.integers(0, 20)))
            ),
        ),
        health_codes=codes,
        dates=tuple(dates),
        references=(Reference("F8", draw(ids)), *kept) if frequency in "78" else kept,
        providers=(attending, *(draw(providers(role, "1003000126"))._replace(taxonomy="") for role in roles)),
        other_coverages=others,
        lines=lines,
    )


@st.composite
def _dental_lines(draw: st.DrawFn, number: int) -> ServiceLine:
    is_replaced = draw(st.booleans())
    dates = [Dated("472", "D8", _text(draw(_FIRST_DAYS)))]
    if is_replaced:
        dates.append(Dated("441", "D8", "19890101"))
    surfaces = tuple(draw(st.lists(st.sampled_from("BDFILMO"), max_size=5, unique=True)))
    return ServiceLine(
        Procedure("AD", f"D{draw(st.integers(100, 9999)):04d}"),
        money_of_cents(draw(cents)),
        quantity=quantity_of(draw(st.integers(1, 9))),
        place_of_service=draw(st.sampled_from(["", "22"])),
        diagnosis_pointers=draw(st.sampled_from([(), (1,), (1, 2)])),
        prosthesis="R" if is_replaced else draw(st.sampled_from(["", "I"])),
        oral_cavity=draw(st.sampled_from([(), ("10",), ("10", "20")])),
        teeth=tuple((str(tooth), *surfaces) for tooth in draw(st.lists(st.integers(1, 32), max_size=3, unique=True))),
        dates=tuple(dates),
        references=(Reference("6R", f"L{number}"),),
    )


@st.composite
def dental_claims(draw: st.DrawFn, number: int) -> Claim:
    lines = tuple(draw(_dental_lines(place)) for place in range(draw(st.integers(1, 4))))
    is_dependent = draw(st.booleans())
    frequency = draw(st.sampled_from("178"))
    return Claim(
        f"PCN{number:05d}",
        money_of_cents(sum(line.charge.cents for line in lines)),
        _biller(draw),
        _subscriber(draw, others=False, is_dependent=is_dependent),
        _patient(draw) if is_dependent else None,
        place_of_service="11",
        claim_frequency_code=frequency,
        signature_on_file=draw(st.sampled_from("YN")),
        accept_assignment=draw(st.sampled_from("ACP")),
        assignment_of_benefits=draw(st.sampled_from("YNW")),
        release_of_information=draw(st.sampled_from("IY")),
        diagnoses=(HealthCode("ABK", "K0260"), HealthCode("ABF", "K0261")),
        references=(Reference("F8", draw(ids)),) if frequency in "78" else (),
        providers=tuple(draw(providers("82")) for _ in range(draw(st.integers(0, 1)))),
        lines=lines,
    )


def batches_of(claims: Any, most: int = 3) -> st.SearchStrategy[ClaimSet]:
    """Return batches of claims that a strategy makes by number."""

    @st.composite
    def made(draw: st.DrawFn) -> ClaimSet:
        return a_batch(*[draw(claims(number)) for number in range(draw(st.integers(1, most)))], reference=draw(ids))

    return made()


institutional_batches = batches_of(institutional_claims)
dental_batches = batches_of(dental_claims)
