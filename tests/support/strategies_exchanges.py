"""Random valid questions and answers, 270, 271, 276 and 277; small, but with the rarer parts."""

from hypothesis import strategies as st

from claimwright.x12.models import (
    NO_MONEY,
    NO_QUANTITY,
    Contact,
    Dated,
    HealthCode,
    Party,
    money_of_cents,
    quantity_of,
)
from claimwright.x12.models.eligibility import Benefit, CoveredPerson, Eligibility, EligibilityReject, Inquiry, Trace
from claimwright.x12.models.status import (
    StatusClaim,
    StatusCode,
    StatusExchange,
    StatusLine,
    StatusPerson,
    StatusProvider,
    StatusReport,
)
from tests.support.strategies_x12 import (
    addresses,
    births,
    cents,
    dates,
    days,
    ids,
    names,
    procedures,
    references,
    words,
)

services = st.lists(st.sampled_from(["1", "30", "33", "98", "A4", "UC"]), min_size=1, max_size=4, unique=True).map(
    tuple
)
periods = st.tuples(days, days).map(lambda both: "-".join(sorted(both)))
rejects = st.lists(st.sampled_from([EligibilityReject("N", "42", "R"), EligibilityReject("N", "71", "C")]), max_size=2)
notes = words(60).map(str.strip).filter(bool)


@st.composite
def named(draw: st.DrawFn, role: str, id_qualifier: str = "", *, kind: str = "1", with_birth: bool = False) -> Party:
    party = Party(role, draw(names), draw(names) if kind == "1" else "", kind=kind)
    if id_qualifier:
        party = party._replace(id_qualifier=id_qualifier, id=draw(ids))
    if with_birth:
        party = party._replace(birth_date=draw(births), gender=draw(st.sampled_from("FM")))
    return party


@st.composite
def inquiries(draw: st.DrawFn, diagnoses: int) -> Inquiry:
    by_type = draw(st.booleans())
    return Inquiry(
        draw(services) if by_type else (),
        None if by_type else draw(procedures),
        diagnosis_pointers=tuple(range(1, draw(st.integers(0, min(diagnoses, 4))) + 1)),
        references=draw(references("9F")),
        dates=draw(dates("291")),
        details=draw(st.sampled_from([(), (("III", "ZZ", "11"),)])),
    )


@st.composite
def benefits(draw: st.DrawFn, diagnoses: int) -> Benefit:
    information = draw(st.sampled_from(["1", "6", "A", "B", "C", "F", "I", "R"]))
    return Benefit(
        information,
        draw(st.sampled_from(["", "IND", "FAM"])),
        draw(st.one_of(st.just(()), services)),
        draw(st.sampled_from(["", "HM", "MB"])),
        draw(st.one_of(st.just(""), words(50).map(str.strip).filter(bool))),
        draw(st.sampled_from(["", "23", "29"])),
        amount=draw(cents.map(money_of_cents)) if information in "BC" else NO_MONEY,
        percent=quantity_of(draw(st.decimals(0, 1, places=2))) if information == "A" else NO_QUANTITY,
        quantity_kind="P6" if information == "F" else "",
        quantity=quantity_of(draw(st.integers(1, 99))) if information == "F" else NO_QUANTITY,
        needs_authorization=draw(st.sampled_from(["", "Y", "N", "U"])),
        in_network=draw(st.sampled_from(["", "Y", "N", "W"])),
        procedure=draw(st.one_of(st.none(), procedures)),
        diagnosis_pointers=tuple(range(1, draw(st.integers(0, min(diagnoses, 4))) + 1)),
        dates=draw(dates("348", "349")),
        references=draw(references("G1", "9F")),
        messages=tuple(draw(st.lists(notes, max_size=2))),
        rejects=tuple(EligibilityReject("N", "62", "C") for _ in range(draw(st.integers(0, 1)))),
        parties=tuple(draw(st.lists(_concerned(), max_size=2))),
        details=draw(st.sampled_from([(), (("HSD", "VS", "12", "", "", "23", "1"),), (("III", "ZZ", "21"),)])),
    )


@st.composite
def _concerned(draw: st.DrawFn) -> Party:
    party = draw(named(draw(st.sampled_from(["P3", "PRP", "PR"])), "PI", kind=draw(st.sampled_from("12"))))
    return party._replace(
        address=draw(st.one_of(st.none(), addresses)),
        contacts=draw(st.sampled_from([(), (Contact("IC", "DESK", (("TE", "8005550100"),)),)])),
        taxonomy=draw(st.sampled_from(["", "207Q00000X"])),
    )


@st.composite
def covered(draw: st.DrawFn, set_id: str, *, is_dependent: bool, is_asked: bool) -> CoveredPerson:
    party = draw(named("03" if is_dependent else "IL", "" if is_dependent else "MI", with_birth=True))
    party = party._replace(
        address=draw(st.one_of(st.none(), addresses)),
        references=draw(references("6P", "SY")),
        details=draw(st.sampled_from([(), (("PRV", "RF", "PXC", "207Q00000X"),)])),
    )
    is_question = set_id == "270"
    diagnoses = tuple(HealthCode("ABF" if place else "ABK", f"E11{place}") for place in range(draw(st.integers(0, 3))))
    kinds = "1" if is_question else "12"
    person = CoveredPerson(
        is_dependent,
        party,
        tuple(Trace(draw(ids), "9123456789", draw(st.sampled_from(kinds))) for _ in range(draw(st.integers(0, 2)))),
        relationship="19" if is_dependent else "18" if not is_question else "",
        maintenance_reason="" if is_question else draw(st.sampled_from(["", "25"])),
        birth_sequence=draw(st.sampled_from(["", "2"])) if is_dependent else "",
        diagnoses=diagnoses,
        dates=draw(dates("291")),
    )
    if not is_asked:
        return person
    if is_question:
        made = draw(st.lists(inquiries(len(diagnoses)), min_size=1, max_size=3))
        return person._replace(inquiries=tuple(made))
    refused = tuple(draw(rejects))
    if refused:
        return person._replace(rejects=refused)
    return person._replace(benefits=tuple(draw(st.lists(benefits(len(diagnoses)), min_size=1, max_size=4))))


@st.composite
def eligibilities(draw: st.DrawFn, set_id: str) -> Eligibility:
    people: list[CoveredPerson] = []
    for _ in range(draw(st.integers(1, 3))):
        dependents = draw(st.integers(0, 2))
        people.append(draw(covered(set_id, is_dependent=False, is_asked=not dependents)))
        people += [draw(covered(set_id, is_dependent=True, is_asked=True)) for _ in range(dependents)]
    source = draw(named("PR", "PI", kind="2"))
    receiver = draw(named("1P", "XX", kind=draw(st.sampled_from("12"))))._replace(
        references=draw(references("EO", "TJ")), taxonomy=draw(st.sampled_from(["", "207Q00000X"]))
    )
    value = Eligibility(set_id, source, receiver, tuple(people), reference=draw(ids), purpose="13")
    if set_id == "270":
        return value
    value = value._replace(
        purpose="11", source=source._replace(contacts=(Contact("IC", "", (("UR", "PLAN.EXAMPLE"),)),))
    )
    match draw(st.sampled_from(["answered", "system", "source", "receiver"])):
        case "system":
            return value._replace(receiver=None, people=(), system_rejects=(EligibilityReject("Y", "42", "P"),))
        case "source":
            return value._replace(receiver=None, people=(), source_rejects=(EligibilityReject("N", "T4", "C"),))
        case "receiver":
            return value._replace(people=(), receiver_rejects=(EligibilityReject("N", "51", "C"),))
        case _:
            return value


@st.composite
def reports(draw: st.DrawFn, *, is_line: bool = False, is_level: bool = False) -> StatusReport:
    codes = draw(st.lists(st.sampled_from(["P1:20", "F1:65", "F2:88", "R3:294"]), min_size=1, max_size=3))
    made = StatusReport(tuple(StatusCode(*code.split(":")) for code in codes), draw(days))
    if is_line or is_level:
        return made
    made = made._replace(charge=draw(cents.map(money_of_cents)))
    if made.category == "F1":
        paid = draw(cents.map(money_of_cents))
        made = made._replace(paid=paid, decided_on=draw(days), payment_date=draw(days), payment_number=draw(ids)[:16])
    return made


@st.composite
def status_claims(draw: st.DrawFn, set_id: str) -> StatusClaim:
    is_question = set_id == "276"
    lines = [
        StatusLine(
            draw(procedures),
            draw(cents.map(money_of_cents)),
            NO_MONEY if is_question else draw(cents.map(money_of_cents)),
            draw(st.sampled_from(["", "0301"])),
            quantity_of(draw(st.integers(1, 9))),
            () if is_question else tuple(draw(st.lists(reports(is_line=True), min_size=1, max_size=2))),
            draw(references("FJ")),
            (Dated("472", "D8", draw(days)),),
        )
        for _ in range(draw(st.integers(0, 2)))
    ]
    return StatusClaim(
        draw(ids),
        draw(cents.map(money_of_cents)) if is_question else NO_MONEY,
        () if is_question else tuple(draw(st.lists(reports(), min_size=1, max_size=2))),
        draw(references("1K", "BLT", "EJ", "D9")),
        (Dated("472", *draw(st.one_of(days.map(lambda day: ("D8", day)), periods.map(lambda both: ("RD8", both))))),),
        tuple(lines),
    )


@st.composite
def status_exchanges(draw: st.DrawFn, set_id: str) -> StatusExchange:
    is_question = set_id == "276"
    claims = st.lists(status_claims(set_id), min_size=1, max_size=2).map(tuple)
    providers = []
    for _ in range(draw(st.integers(1, 2))):
        people: list[StatusPerson] = []
        for _ in range(draw(st.integers(1, 2))):
            dependents = draw(st.integers(0, 2))
            member = draw(named("IL", "MI", with_birth=is_question))
            people.append(StatusPerson(is_dependent=False, party=member, claims=() if dependents else draw(claims)))
            people += [
                StatusPerson(is_dependent=True, party=draw(named("QC", with_birth=is_question)), claims=draw(claims))
                for _ in range(dependents)
            ]
        parties = tuple(
            draw(named("1P", qualifier, kind="2")) for qualifier in draw(st.sampled_from([["XX"], ["XX", "FI"]]))
        )
        providers.append(StatusProvider(parties, people=tuple(people)))
    value = StatusExchange(
        set_id,
        draw(named("PR", "PI", kind="2")),
        draw(named("41", "46", kind="2")),
        tuple(providers),
        reference=draw(ids),
    )
    if is_question:
        return value
    refused = tuple(draw(st.lists(reports(is_level=True), min_size=1, max_size=2)))
    match draw(st.sampled_from(["answered", "receiver", "provider"])):
        case "receiver":
            return value._replace(providers=(), trace_number=draw(ids), statuses=refused)
        case "provider":
            alone = providers[0]._replace(people=(), trace_number=draw(ids), statuses=refused)
            return value._replace(providers=(alone, *providers[1:]))
        case _:
            return value
