"""Invented questions and answers about invented claims: is somebody covered, and where is the claim."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import NamedTuple

from claimwright.x12.models.claims import Claim, ClaimSet
from claimwright.x12.models.eligibility import Benefit, CoveredPerson, Eligibility, EligibilityReject, Inquiry, Trace
from claimwright.x12.models.remittances import RemitClaim, RemitLine, Remittance
from claimwright.x12.models.status import (
    StatusClaim,
    StatusCode,
    StatusExchange,
    StatusLine,
    StatusPerson,
    StatusProvider,
    StatusReport,
)
from claimwright.x12.models.values import NO_MONEY, Dated, Party, Reference, money_of_cents, quantity_of

_ORIGINATOR = "9INVENTED0"
_WHOLE_PLAN, _OFFICE_VISIT = "30", "98"
_DOES_NOT_KNOW = EligibilityReject("N", "75", "C")
_PAID, _DENIED, _PENDING = ("F1", "65"), ("F2", "88"), ("P1", "20")


class Exchanges(NamedTuple):
    """What belongs together: each answer is to the question at its place, one for each payer."""

    coverage_asked: tuple[Eligibility, ...]
    coverage_answered: tuple[Eligibility, ...]
    status_asked: tuple[StatusExchange, ...]
    status_answered: tuple[StatusExchange, ...]


def invented_exchanges(seed: int, batch: ClaimSet, remittances: Sequence[Remittance], *, last_day: date) -> Exchanges:
    """Return questions about the claims of a batch, and answers that agree with its remittances.

    Shape: coverage is asked for on the last day; about one member in ten is unknown, and one claim in five is pending
    though the remittance will pay or deny it later.
    """
    random = Random(seed)
    decided = {claim.patient_control_number: (paid, claim) for paid in remittances for claim in paid.claims}
    by_payer: dict[Party, list[Claim]] = {}
    for claim in batch.claims:
        by_payer.setdefault(claim.subscriber.payer, []).append(claim)
    coverage, status = [], []
    for number, (payer, claims) in enumerate(by_payer.items(), start=1):
        coverage.append(_coverage(random, f"COVER{number:03d}", payer, claims, last_day))
        name = f"STATUS{number:03d}"
        status.append(_status(random, name, payer, claims, decided=decided, last_day=last_day))
    return Exchanges(
        tuple(asked for asked, _ in coverage),
        tuple(answered for _, answered in coverage),
        tuple(asked for asked, _ in status),
        tuple(answered for _, answered in status),
    )


def _coverage(
    random: Random, reference: str, payer: Party, claims: Sequence[Claim], last_day: date
) -> tuple[Eligibility, Eligibility]:
    provider = _provider(claims[0])
    asked, answered = [], []
    for claim in claims:
        member = claim.subscriber.party._replace(address=None)
        number = f"C{claim.patient_control_number}"
        on = (Dated("291", "D8", last_day.strftime("%Y%m%d")),)
        services = (_WHOLE_PLAN, _OFFICE_VISIT)
        asked.append(
            CoveredPerson(
                is_dependent=False,
                party=member,
                traces=(Trace(number, _ORIGINATOR),),
                dates=on,
                inquiries=(Inquiry(services),),
            )
        )
        person = CoveredPerson(is_dependent=False, party=member, traces=(Trace(number, _ORIGINATOR, "2"),))
        if random.randrange(10) == 0:
            answered.append(person._replace(rejects=(_DOES_NOT_KNOW,)))
            continue
        copay, deductible = random.choice((20_00, 25_00, 40_00)), random.choice((0, 250_00, 500_00))
        benefits = (
            Benefit("1", "IND", (_WHOLE_PLAN,), plan="INVENTED GOLD"),
            Benefit("B", "IND", (_OFFICE_VISIT,), period="27", amount=money_of_cents(copay), in_network="Y"),
            Benefit("A", "IND", (_OFFICE_VISIT,), percent=quantity_of(Decimal("0.2")), in_network="N"),
            Benefit("C", "IND", (_WHOLE_PLAN,), period="23", amount=money_of_cents(deductible)),
        )
        answered.append(person._replace(dates=on, benefits=benefits))
    question = Eligibility("270", payer, provider, tuple(asked), reference=reference, purpose="13")
    return question, question._replace(set_id="271", purpose="11", people=tuple(answered))


def _status(
    random: Random,
    reference: str,
    payer: Party,
    claims: Sequence[Claim],
    *,
    decided: dict[str, tuple[Remittance, RemitClaim]],
    last_day: date,
) -> tuple[StatusExchange, StatusExchange]:
    asked, answered = [], []
    for claim in claims:
        question = StatusClaim(
            f"S{claim.patient_control_number}",
            claim.charge,
            references=(Reference("EJ", claim.patient_control_number),),
            dates=_served(claim),
        )
        answer = _answer(random, question._replace(charge=NO_MONEY), decided, last_day)
        member = claim.subscriber.party._replace(address=None)
        asked.append(StatusPerson(is_dependent=False, party=member, claims=(question,)))
        unborn = member._replace(birth_date="", gender="")
        answered.append(StatusPerson(is_dependent=False, party=unborn, claims=(answer,)))
    submitter = Party("41", "INVENTED BILLING", id_qualifier="46", id="INVENTED")
    provider = StatusProvider((_provider(claims[0]),), people=tuple(asked))
    exchange = StatusExchange("276", payer, submitter, (provider,), reference=reference)
    return exchange, exchange._replace(set_id="277", providers=(provider._replace(people=tuple(answered)),))


def _answer(
    random: Random,
    question: StatusClaim,
    decided: dict[str, tuple[Remittance, RemitClaim]],
    last_day: date,
) -> StatusClaim:
    """Return the answer about one claim."""
    today = last_day.strftime("%Y%m%d")
    remittance, claim = decided[question.patient_control_number]
    if random.randrange(5) == 0:
        return question._replace(statuses=(StatusReport((StatusCode(*_PENDING),), today, claim.charge),))
    paid = claim.paid.cents > 0
    day = (last_day + timedelta(days=1)).strftime("%Y%m%d")
    report = StatusReport((StatusCode(*(_PAID if paid else _DENIED)),), day, claim.charge, claim.paid, day)
    if paid:
        report = report._replace(payment_date=remittance.payment_date, payment_number=remittance.trace_number)
    return question._replace(
        statuses=(report,),
        references=(Reference("1K", claim.payer_claim_control_number), *question.references),
        lines=tuple(_line(line, day) for line in claim.lines),
    )


def _line(line: RemitLine, day: str) -> StatusLine:
    code = StatusCode(*(_PAID if line.paid.cents > 0 else _DENIED))
    number = tuple(each for each in line.references if each.qualifier == "6R")
    return StatusLine(
        line.procedure,
        line.charge,
        line.paid,
        units=line.units,
        statuses=(StatusReport((code,), day),),
        references=tuple(each._replace(qualifier="FJ") for each in number),
        dates=line.dates,
    )


def _served(claim: Claim) -> tuple[Dated, ...]:
    days = sorted({each.text for line in claim.lines for each in line.dates if each.qualifier == "472"})
    form, text = ("D8", days[0]) if len(days) == 1 else ("RD8", f"{days[0]}-{days[-1]}")
    return (Dated("472", form, text),)


def _provider(claim: Claim) -> Party:
    billing = claim.billing.party
    return Party("1P", billing.last_name, id_qualifier=billing.id_qualifier, id=billing.id)
