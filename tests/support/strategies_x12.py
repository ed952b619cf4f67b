"""Random X12 values for properties: valid for their guide, and full of the rarer parts."""

from datetime import date
from typing import Any

from hypothesis import strategies as st

from claimwright.x12 import (
    Address,
    Adjustment,
    Amount,
    BatchAck,
    BillingProvider,
    Claim,
    ClaimAck,
    ClaimGroup,
    ClaimSet,
    ClaimStatus,
    Dated,
    ElementError,
    GroupAck,
    HealthCode,
    LineAck,
    LineAdjudication,
    Note,
    OtherCoverage,
    Party,
    Patient,
    Procedure,
    ProviderAck,
    ProviderAdjustment,
    Reference,
    RemitClaim,
    RemitLine,
    Remittance,
    SegmentError,
    ServiceLine,
    SetAck,
    Subscriber,
    money_of_cents,
    quantity_of,
)
from tests.support.builders_x12 import a_batch, a_remittance

# What the default delimiters leave free; a name may hold signs that are delimiters elsewhere.
_SIGNS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!\"&'()+,-./;?=%@[]_{}\\|<>#$`"


def words(longest: int, shortest: int = 1) -> st.SearchStrategy[str]:
    return st.text(_SIGNS, min_size=shortest, max_size=longest)


names = st.one_of(words(35), st.just("O'BRIEN-SMITH JR"))
ids = st.text("0123456789ABCDEFGHJKMNPQRSTVWXYZ", min_size=2, max_size=20)
births = st.dates(date(1940, 1, 1), date(1989, 12, 31)).map(lambda day: day.strftime("%Y%m%d"))
days = st.dates(date(1990, 1, 1), date(2026, 12, 31)).map(lambda day: day.strftime("%Y%m%d"))
cents = st.integers(0, 10_000_000)
postal_codes = st.text("0123456789", min_size=9, max_size=9)


@st.composite
def _addresses(draw: st.DrawFn) -> Address:
    second = draw(st.one_of(st.just(""), words(55)))
    return Address(
        draw(words(55)), second, draw(words(30, 2)), draw(st.sampled_from(["IL", "CA", "TX"])), draw(postal_codes)
    )


addresses = _addresses()
procedures = st.builds(
    lambda code, modifiers: Procedure("HC", code, modifiers),
    st.text("0123456789", min_size=5, max_size=5),
    st.lists(st.sampled_from(["25", "59", "GT", "RT"]), max_size=4, unique=True).map(tuple),
)


def references(*qualifiers: str) -> st.SearchStrategy[tuple[Reference, ...]]:
    made = st.tuples(st.sampled_from(qualifiers), ids).map(lambda each: Reference(*each))
    return st.lists(made, max_size=len(qualifiers), unique_by=lambda each: each.qualifier).map(tuple)


def dates(*qualifiers: str) -> st.SearchStrategy[tuple[Dated, ...]]:
    made = st.tuples(st.sampled_from(qualifiers), st.just("D8"), days).map(lambda each: Dated(*each))
    return st.lists(made, max_size=len(qualifiers), unique_by=lambda each: each.qualifier).map(tuple)


# Earlier than every service: an onset on the day of service is left out.
onsets = st.sampled_from([(), (Dated("431", "D8", "19891231"),)])


@st.composite
def people(draw: st.DrawFn, role: str, *, with_birth: bool = False, id_qualifier: str = "MI") -> Party:
    party = Party(role, draw(names), draw(names), draw(st.sampled_from(["", "Q"])), kind="1")
    if id_qualifier:
        party = party._replace(id_qualifier=id_qualifier, id=draw(ids))
    if with_birth:
        party = party._replace(address=draw(addresses), birth_date=draw(births), gender=draw(st.sampled_from("FMU")))
    return party


@st.composite
def providers(draw: st.DrawFn, role: str, npi: str = "1245319599") -> Party:
    party = Party(role, draw(names), draw(names), kind="1", id_qualifier="XX", id=npi)
    if role == "82":
        party = party._replace(taxonomy="207R00000X")
    return party._replace(references=draw(references("0B", "G2")))


@st.composite
def split_adjustments(draw: st.DrawFn, total: int) -> tuple[tuple[Adjustment, ...], int]:
    """Return adjustments that take a part of the total, and what they leave."""
    found: dict[tuple[str, str], Adjustment] = {}
    left = total
    for _ in range(draw(st.integers(0, 8))):
        group, reason = (
            draw(st.sampled_from(["CO", "OA", "PI", "PR"])),
            draw(st.sampled_from(["45", "253", "1", "2", "97"])),
        )
        part = draw(st.integers(-5_00, max(left, 0)))
        if part and (group, reason) not in found:
            found[group, reason] = Adjustment(group, reason, money_of_cents(part))
            left -= part
    return tuple(sorted(found.values(), key=lambda each: each.group)), left


@st.composite
def service_lines(draw: st.DrawFn, diagnoses: int, payer_id: str) -> ServiceLine:
    charge = draw(cents)
    decided: tuple[LineAdjudication, ...] = ()
    if payer_id:
        adjustments, left = draw(split_adjustments(charge))
        decided = (
            LineAdjudication(
                payer_id,
                money_of_cents(left),
                draw(procedures),
                units=quantity_of(1),
                adjustments=adjustments,
                dates=(Dated("573", "D8", draw(days)),),
            ),
        )
    day = draw(days)
    return ServiceLine(
        draw(procedures),
        money_of_cents(charge),
        draw(st.sampled_from(["UN", "MJ"])),
        quantity_of(draw(st.integers(1, 99))),
        place_of_service=draw(st.sampled_from(["", "23"])),
        diagnosis_pointers=tuple(
            draw(st.lists(st.integers(1, diagnoses), min_size=1, max_size=4, unique=True)),
        ),
        emergency=draw(st.sampled_from(["", "Y"])),
        dates=(draw(st.sampled_from([Dated("472", "D8", day), Dated("472", "RD8", f"{day}-{day}")])),),
        references=draw(references("G1", "X4")),
        notes=draw(st.sampled_from([(), (Note("ADD", "A NOTE"),)])),
        providers=tuple(
            draw(providers(role, "1003000126")) for role in draw(st.sampled_from([[], ["82"], ["82", "DQ"]]))
        ),
        adjudications=decided,
    )


@st.composite
def claims(draw: st.DrawFn, number: int) -> Claim:
    diagnoses = draw(st.integers(1, 12))
    payer_id = draw(st.sampled_from(["", "OLD1"]))
    lines = tuple(
        line._replace(references=(Reference("6R", f"L{place}"), *line.references))
        for place, line in enumerate(draw(st.lists(service_lines(diagnoses, payer_id), min_size=1, max_size=4)))
    )
    others: tuple[OtherCoverage, ...] = ()
    if payer_id:
        paid = sum(each.paid.cents for line in lines for each in line.adjudications)
        others = (
            OtherCoverage(
                "P",
                "18",
                claim_filing_indicator="CI",
                amounts=(Amount("D", money_of_cents(paid)),),
                assignment_of_benefits="Y",
                release_of_information="Y",
                subscriber=draw(people("IL")),
                payer=Party("PR", draw(names), id_qualifier="PI", id="OLD1", references=draw(references("F8", "2U"))),
            ),
        )
    is_dependent = draw(st.booleans())
    subscriber = Subscriber(
        draw(st.sampled_from("ST")) if others else "P",
        draw(people("IL", with_birth=True)),
        Party("PR", draw(names), id_qualifier="PI", id=draw(ids)),
        patient_relationship="" if is_dependent else "18",
        group_number=draw(st.one_of(st.just(""), ids)),
        claim_filing_indicator=draw(st.sampled_from(["CI", "MC", "BL"])),
    )
    billing = Party(
        "85",
        draw(names),
        id_qualifier="XX",
        id="1234567893",
        address=draw(addresses),
        taxonomy=draw(st.sampled_from(["", "207Q00000X"])),
        references=(Reference("EI", "123456789"),),
    )
    frequency = draw(st.sampled_from("178"))
    causes = draw(st.sampled_from([(), ("EM",), ("OA",)]))
    accident = (Dated("439", "D8", draw(days)),) if causes == ("OA",) else ()
    kept = draw(references("G1", "9F", "X4", "EA", "D9"))
    return Claim(
        f"PCN{number:05d}",
        money_of_cents(sum(line.charge.cents for line in lines)),
        BillingProvider(billing),
        subscriber,
        Patient(draw(st.sampled_from(["01", "19", "G8"])), draw(people("QC", with_birth=True, id_qualifier="")))
        if is_dependent
        else None,
        place_of_service=draw(st.sampled_from(["11", "22", "31"])),
        claim_frequency_code=frequency,
        signature_on_file=draw(st.sampled_from("YN")),
        accept_assignment=draw(st.sampled_from("ABC")),
        assignment_of_benefits=draw(st.sampled_from("YNW")),
        release_of_information=draw(st.sampled_from("IY")),
        accident_causes=causes,
        diagnoses=(
            HealthCode("ABK", "J0190"),
            *(HealthCode("ABF", f"E11{place:02d}") for place in range(1, diagnoses)),
        ),
        dates=(*accident, *draw(onsets), *draw(dates("435"))),
        references=kept if frequency == "1" else (Reference("F8", draw(ids)), *kept),
        notes=draw(st.sampled_from([(), (Note("ADD", "SEE RECORD"),)])),
        providers=tuple(draw(providers(role)) for role in draw(st.sampled_from([[], ["DN"], ["DN", "82", "DQ"]]))),
        other_coverages=others,
        lines=lines,
    )


@st.composite
def batches(draw: st.DrawFn) -> ClaimSet:
    made = [draw(claims(number)) for number in range(draw(st.integers(1, 4)))]
    if len(made) > 1 and bool(made[0].other_coverages) == bool(made[1].other_coverages) and draw(st.booleans()):
        # Two claims of one subscriber share their levels.
        first = made[0]
        made[1] = made[1]._replace(billing=first.billing, subscriber=first.subscriber, patient=first.patient)
    return a_batch(*made, reference=draw(ids))


@st.composite
def remit_lines(draw: st.DrawFn) -> RemitLine:
    charge = draw(cents)
    adjustments, left = draw(split_adjustments(charge))
    paid_for = draw(procedures)
    return RemitLine(
        paid_for,
        money_of_cents(charge),
        money_of_cents(left),
        units=quantity_of(draw(st.integers(1, 9))),
        submitted=draw(st.one_of(st.none(), procedures.filter(lambda each: each != paid_for))),
        dates=(Dated("472", "D8", draw(days)),),
        adjustments=adjustments,
        references=draw(references("6R", "LU", "0K")),
        amounts=draw(st.sampled_from([(), (Amount("B6", money_of_cents(12_34)),)])),
        remark_codes=draw(st.sampled_from([(), (("HE", "N130"),)])),
    )


@st.composite
def remit_claims(draw: st.DrawFn, number: int) -> RemitClaim:
    lines = tuple(draw(st.lists(remit_lines(), max_size=4)))
    charge = sum(line.charge.cents for line in lines) if lines else draw(cents)
    left = sum(line.paid.cents for line in lines) if lines else charge
    adjustments: tuple[Adjustment, ...] = ()
    if draw(st.booleans()):
        adjustments, left = draw(split_adjustments(left))
    share = sum(
        a.amount.cents for a in (*adjustments, *(a for line in lines for a in line.adjustments)) if a.group == "PR"
    )
    outcome = draw(st.sampled_from(["1", "2", "3", "4", "19"]))
    next_payer = (Party("TT", draw(names), id_qualifier="PI", id=draw(ids)),) if outcome == "19" else ()
    return RemitClaim(
        f"PCN{number:05d}",
        outcome,
        money_of_cents(charge),
        money_of_cents(left),
        money_of_cents(share),
        claim_filing_indicator="12",
        payer_claim_control_number=draw(ids),
        facility_code="11",
        claim_frequency_code="1",
        adjustments=adjustments,
        parties=(draw(people("QC")), draw(providers("82"))._replace(taxonomy="", references=()), *next_payer),
        outpatient=draw(st.sampled_from([(), ("MOA", "", "", "MA18")])),
        references=draw(references("EA", "F8", "1L")),
        dates=draw(dates("232", "050")),
        lines=lines,
    )


@st.composite
def remittances(draw: st.DrawFn) -> Remittance:
    made = [draw(remit_claims(number)) for number in range(draw(st.integers(1, 5)))]
    held = tuple(
        ProviderAdjustment(
            "1234567893", "20261231", draw(st.sampled_from(["WO", "CS", "72"])), draw(ids), money_of_cents(amount)
        )
        for amount in draw(st.lists(st.integers(-50_00, 50_00).filter(bool), max_size=8))
    )
    interest = draw(st.integers(0, 50_00))
    if interest:
        made[0] = made[0]._replace(amounts=(Amount("I", money_of_cents(interest)),))
        held = (*held, ProviderAdjustment("1234567893", "20261231", "L6", "", money_of_cents(-interest)))
    net = sum(claim.paid.cents for claim in made) - sum(each.amount.cents for each in held)
    if net < 0:
        held = (*held, ProviderAdjustment("1234567893", "20261231", "FB", "CHECK77", money_of_cents(net)))
    cut = draw(st.integers(0, len(made) - 1))
    groups = [
        ClaimGroup(str(place), tuple(part)) for place, part in enumerate((made[:cut], made[cut:]), start=1) if part
    ]
    return a_remittance(*made, provider_adjustments=held)._replace(groups=tuple(groups))


@st.composite
def _statuses(draw: st.DrawFn) -> ClaimStatus:
    pairs = draw(
        st.lists(st.tuples(st.sampled_from(["A1", "A2", "A7"]), st.sampled_from(["19", "562"])), min_size=1, max_size=3)
    )
    # pyx12 allows fewer entities in the second and third composite; they need none.
    codes = tuple((*pair, "" if place else "PR") for place, pair in enumerate(pairs))
    return ClaimStatus(codes, draw(st.sampled_from(["WQ", "U"])), draw(days), money_of_cents(draw(cents)))


statuses = _statuses()


@st.composite
def batch_acks(draw: st.DrawFn) -> BatchAck:
    made = []
    for number in range(draw(st.integers(1, 4))):
        line = LineAck(
            draw(procedures),
            draw(cents.map(money_of_cents)),
            units="1",
            statuses=(draw(statuses)._replace(action="U", amount=money_of_cents(0)._replace(text="")),),
            line_control_number="L1",
        )
        made.append(
            ClaimAck(
                draw(people("QC")),
                f"PCN{number:05d}",
                tuple(draw(st.lists(statuses, min_size=1, max_size=2))),
                draw(references("1K", "D9")),
                (Dated("472", "D8", draw(days)),),
                (line,) if draw(st.booleans()) else (),
            )
        )
    level = draw(statuses)._replace(date="", action="WQ")
    provider = ProviderAck(
        Party("85", draw(names), id_qualifier="XX", id="1234567893"), "0", (level,), claims=tuple(made)
    )
    return BatchAck(
        Party(draw(st.sampled_from(["AY", "PR"])), draw(names), id_qualifier="46", id=draw(ids)),
        Party("41", draw(names), id_qualifier="46", id=draw(ids)),
        reference=draw(ids),
        source_trace=draw(ids),
        source_dates=(Dated("050", "D8", draw(days)), Dated("009", "D8", draw(days))),
        batch_reference=draw(ids),
        statuses=(draw(statuses),),
        providers=(provider,),
    )


element_errors = st.builds(
    ElementError,
    st.integers(1, 20),
    st.integers(0, 5),
    st.just(0),
    st.sampled_from(["67", "1271"]),
    st.sampled_from(["1", "7", "I10"]),
)
segment_errors = st.builds(
    lambda name, position, loop, code, unit, elements: SegmentError(name, position, loop, code, unit, (), elements),
    st.sampled_from(["NM1", "CLM", "SV1"]),
    st.integers(2, 9999),
    st.sampled_from(["2010", "2300", "2400"]),
    st.sampled_from(["3", "8", "I6"]),
    st.one_of(st.none(), st.tuples(st.just("CLM01"), ids)),
    st.lists(element_errors, max_size=3).map(tuple),
)


@st.composite
def group_acks(draw: st.DrawFn) -> GroupAck:
    sets: list[Any] = []
    for number in range(draw(st.integers(1, 3))):
        errors = tuple(draw(st.lists(segment_errors, max_size=3)))
        code = "R" if errors else "A"
        sets.append(SetAck("837", f"{number + 1:04d}", "005010X222A1", code, ("5",) if errors else (), errors))
    accepted = sum(each.code == "A" for each in sets)
    code = "A" if accepted == len(sets) else "P" if accepted else "R"
    return GroupAck("HC", "17", "005010X222A1", code, len(sets), len(sets), accepted, sets=tuple(sets))
