"""Invented claims and the remittance that answers them; the same seed gives the same values."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from random import Random

from claimwright.money import split
from claimwright.x12.models.claims import (
    BillingProvider,
    Claim,
    ClaimSet,
    ClaimsHeader,
    HealthCode,
    ServiceLine,
    Subscriber,
)
from claimwright.x12.models.remittances import ClaimGroup, RemitClaim, RemitLine, Remittance
from claimwright.x12.models.values import (
    Address,
    Adjustment,
    Contact,
    Dated,
    Party,
    Procedure,
    Reference,
    money_of_cents,
    quantity_of,
)

_LAST = ("ALDER", "BIRCH", "CEDAR", "DOGWOOD", "ELM", "FIR", "GINKGO", "HAZEL", "JUNIPER", "LARCH", "MAPLE", "OAK")
_FIRST = ("ADA", "BEN", "CLEO", "DAN", "EVA", "FINN", "GIA", "HUGO", "IDA", "JON", "KIM", "LEO")
_STREETS = ("ORCHARD LANE", "RIVER ROAD", "HILL STREET", "MEADOW WAY")
_PAYERS = (("NORTHERN HEALTH PLAN", "NHP01"), ("LAKESIDE MUTUAL", "LSM02"), ("PRAIRIE CARE", "PRC03"))
_DIAGNOSES = ("J0190", "E119", "I10", "M545", "Z0000", "R051", "N390", "F411")
_SERVICES = (("99213", 125_00), ("99214", 180_00), ("36415", 18_00), ("80053", 42_00), ("93000", 65_00))
_BILLING = "1234567893"
_ALLOWED_PERCENT = (60, 70, 80, 100)
_DENIAL = ("CO", "50")


def invented(seed: int, count: int, *, last_day: date) -> tuple[ClaimSet, tuple[Remittance, ...]]:
    """Return claims of `count` patients and one remittance for each payer.

    Shape: services lie in the 30 days up to `last_day`; about one claim in eight is denied.
    """
    random = Random(seed)
    claims = tuple(invented_claim(random, number, last_day) for number in range(1, count + 1))
    return ClaimSet(invented_header(seed), claims), remittances_of(random, claims, last_day)


def invented_header(seed: int) -> ClaimsHeader:
    """Return who sends invented claims to whom; the seed names the batch."""
    return ClaimsHeader(
        submitter=Party(
            "41",
            "INVENTED BILLING",
            id_qualifier="46",
            id="INVENTED",
            contacts=(Contact("IC", "DESK", (("TE", "2175550100"),)),),
        ),
        receiver=Party("40", "CLEARINGHOUSE", id_qualifier="46", id="CLEARING"),
        reference=f"SEED{seed}",
    )


def remittances_of(random: Random, claims: Iterable[Claim], last_day: date) -> tuple[Remittance, ...]:
    """Return what each payer decided on these claims, two weeks after the last day."""
    by_payer: dict[Party, list[Claim]] = {}
    for claim in claims:
        by_payer.setdefault(claim.subscriber.payer, []).append(claim)
    return tuple(_remittance(random, payer, paid, last_day) for payer, paid in by_payer.items())


def invented_claim(random: Random, number: int, last_day: date) -> Claim:
    """Return a visit to an office with one to four services."""
    day = last_day - timedelta(days=random.randrange(30))
    diagnoses = random.sample(_DIAGNOSES, random.randint(1, 3))
    lines = tuple(
        _line(random, f"I{number:07d}{place:02d}", day, len(diagnoses)) for place in range(1, random.randint(1, 4) + 1)
    )
    name, payer_id = random.choice(_PAYERS)
    insured = Party(
        "IL",
        random.choice(_LAST),
        random.choice(_FIRST),
        kind="1",
        id_qualifier="MI",
        id=f"M{random.randrange(10**9):09d}",
        address=_address(random),
        birth_date=(date(1940, 1, 1) + timedelta(days=random.randrange(25_000))).strftime("%Y%m%d"),
        gender=random.choice("FM"),
    )
    return Claim(
        f"I{number:07d}",
        money_of_cents(sum(line.charge.cents for line in lines)),
        BillingProvider(
            Party(
                "85",
                "INVENTED CLINIC",
                id_qualifier="XX",
                id=_BILLING,
                address=Address("1 CLINIC SQUARE", city="SPRINGFIELD", state="IL", postal_code="627010001"),
                taxonomy="207Q00000X",
                references=(Reference("EI", "123456789"),),
            )
        ),
        Subscriber(
            "P",
            insured,
            Party("PR", name, id_qualifier="PI", id=payer_id),
            patient_relationship="18",
            claim_filing_indicator="CI",
        ),
        place_of_service="11",
        signature_on_file="Y",
        accept_assignment="A",
        assignment_of_benefits="Y",
        release_of_information="Y",
        diagnoses=tuple(HealthCode("ABF" if place else "ABK", code) for place, code in enumerate(diagnoses)),
        lines=lines,
    )


def _line(random: Random, number: str, day: date, diagnoses: int) -> ServiceLine:
    code, cents = random.choice(_SERVICES)
    units = random.choice((1, 1, 1, 2))
    return ServiceLine(
        Procedure("HC", code),
        money_of_cents(cents * units),
        "UN",
        quantity_of(units),
        diagnosis_pointers=(random.randint(1, diagnoses),),
        dates=(Dated("472", "D8", day.strftime("%Y%m%d")),),
        references=(Reference("6R", number),),
    )


def _address(random: Random) -> Address:
    street = f"{random.randint(1, 999)} {random.choice(_STREETS)}"
    return Address(street, city="SPRINGFIELD", state="IL", postal_code=f"6270{random.randrange(10**5):05d}")


def _remittance(random: Random, payer: Party, claims: list[Claim], day: date) -> Remittance:
    decided = tuple(_decided(random, claim) for claim in claims)
    paid = sum(claim.paid.cents for claim in decided)
    payment_day = (day + timedelta(days=14)).strftime("%Y%m%d")
    return Remittance(
        handling="I" if paid else "H",
        payment=money_of_cents(paid),
        credit_debit="C",
        payment_method="CHK" if paid else "NON",
        payment_date=payment_day,
        trace_number=f"{payer.id}{random.randrange(10**6):06d}",
        trace_payer_id="1987654321",
        dates=(Dated("405", "D8", payment_day),),
        payer=payer._replace(
            id_qualifier="",
            id="",
            address=Address("9 PLAN TOWER", city="CHICAGO", state="IL", postal_code="606010001"),
            references=(Reference("2U", payer.id),),
            contacts=(Contact("BL", "HELP", (("TE", "8005550100"),)),),
        ),
        payee=Party("PE", "INVENTED CLINIC", id_qualifier="XX", id=_BILLING),
        groups=(ClaimGroup("1", decided),),
    )


def _decided(random: Random, claim: Claim) -> RemitClaim:
    is_denied = random.randrange(8) == 0
    share = 0 if is_denied else random.choice((0, 0, 20_00))
    percent = random.choice(_ALLOWED_PERCENT)
    allowed = [line.charge.cents * percent // 100 for line in claim.lines]
    shares = split(min(share, sum(allowed)), allowed)
    lines = tuple(
        _decided_line(line, 0 if is_denied else allowed[place], shares[place], is_denied=is_denied)
        for place, line in enumerate(claim.lines)
    )
    patient = claim.patient_party
    return RemitClaim(
        claim.patient_control_number,
        "1",
        claim.charge,
        money_of_cents(sum(line.paid.cents for line in lines)),
        money_of_cents(sum(shares)),
        claim_filing_indicator="12",
        payer_claim_control_number=f"ICN{random.randrange(10**9):09d}",
        facility_code=claim.place_of_service,
        claim_frequency_code="1",
        dates=_stay_of(claim),
        parties=(Party("QC", *patient[1:5], kind="1", id_qualifier="MI", id=patient.id),),
        lines=lines,
    )


def _stay_of(claim: Claim) -> tuple[Dated, ...]:
    """Return from when to when a payer says that a statement was; lines of a stay have no days of their own."""
    stated = claim.dated("434")
    if stated is None:
        return ()
    begun, ended = stated.text.split("-")
    return Dated("232", "D8", begun), Dated("233", "D8", ended)


def _decided_line(line: ServiceLine, allowed: int, share: int, *, is_denied: bool) -> RemitLine:
    cut = line.charge.cents - allowed
    found = []
    if cut:
        group, reason = _DENIAL if is_denied else ("CO", "45")
        found.append(Adjustment(group, reason, money_of_cents(cut)))
    if share:
        found.append(Adjustment("PR", "3", money_of_cents(share)))
    has_code = bool(line.procedure.code)
    return RemitLine(
        line.procedure if has_code else Procedure("NU", line.revenue_code),
        line.charge,
        money_of_cents(allowed - share),
        line.revenue_code if has_code else "",
        units=line.quantity,
        dates=line.dates,
        adjustments=tuple(found),
        references=line.references,
    )
