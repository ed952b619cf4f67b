"""A claim and a scenario → what the payer says of it in the 835."""

from typing import Final

from claimwright.x12 import Adjustment, Claim, Party, Reference, RemitClaim, RemitLine, ServiceLine, money_of_cents
from claimwright_sandbox.domain.scenarios import Scenario, Verdict

_PROCESSED_AS: Final = {"P": "1", "S": "2", "T": "3"}
_COINSURANCE: Final = "2"
_CONTRACT: Final = "45"


def adjudicate(claim: Claim, scenario: Scenario, *, payer_claim_control_number: str) -> RemitClaim:
    """Return the payer's decision on one claim, line by line, each in balance.

    What is allowed is rounded down to the cent, and the contractual cut takes the rest of the charge.
    """
    lines = tuple(_decide(line, scenario) for line in claim.lines)
    patient_cents = sum(
        adjustment.amount.cents for line in lines for adjustment in line.adjustments if adjustment.group == "PR"
    )
    return RemitClaim(
        patient_control_number=claim.patient_control_number,
        claim_outcome_code=_PROCESSED_AS.get(claim.subscriber.payer_responsibility_sequence, "1"),
        charge=claim.charge,
        paid=money_of_cents(sum(line.paid.cents for line in lines)),
        patient_responsibility=money_of_cents(patient_cents) if patient_cents else money_of_cents(0)._replace(text=""),
        claim_filing_indicator=_filing_indicator(claim.subscriber.claim_filing_indicator),
        payer_claim_control_number=payer_claim_control_number,
        facility_code=claim.place_of_service,
        claim_frequency_code=claim.claim_frequency_code,
        parties=_people(claim),
        lines=lines,
    )


def _decide(line: ServiceLine, scenario: Scenario) -> RemitLine:
    charge_cents = line.charge.cents
    if scenario.verdict is Verdict.DENIES:
        paid_cents = 0
        adjustments = [_adjustment("CO", scenario.denial_reason, charge_cents)]
    else:
        allowed_cents = charge_cents * scenario.allowed_percent // 100
        patient_cents = allowed_cents * scenario.patient_percent // 100
        paid_cents = allowed_cents - patient_cents
        adjustments = [
            _adjustment("CO", _CONTRACT, charge_cents - allowed_cents),
            _adjustment("PR", _COINSURANCE, patient_cents),
        ]
    number = line.line_control_number
    return RemitLine(
        procedure=line.procedure._replace(description=""),
        charge=line.charge,
        paid=money_of_cents(paid_cents),
        units=line.quantity,
        dates=tuple(dated for dated in line.dates if dated.qualifier == "472")[:1],
        adjustments=tuple(adjustment for adjustment in adjustments if adjustment.amount.cents),
        references=(Reference("6R", number),) if number else (),
    )


def _adjustment(group: str, reason: str, cents: int) -> Adjustment:
    return Adjustment(group, reason, money_of_cents(cents))


def _people(claim: Claim) -> tuple[Party, ...]:
    """Return the patient and, where it is somebody else, the subscriber, with names and member id only."""
    subscriber = _named("IL", claim.subscriber.party)
    if claim.patient is None:
        return (subscriber._replace(role="QC"),)
    return (_named("QC", claim.patient.party), subscriber)


def _named(role: str, party: Party) -> Party:
    return Party(
        role,
        last_name=party.last_name,
        first_name=party.first_name,
        middle_name=party.middle_name,
        kind="1",
        id_qualifier=party.id_qualifier,
        id=party.id,
    )


# The 835's list of plan kinds is shorter than the 837's.
_KINDS_835: Final = frozenset({
    "12", "13", "14", "15", "16", "17", "AM", "CH", "DS", "HM", "LM", "MA", "MB", "MC", "OF", "TV", "VA", "WC", "ZZ",
})  # fmt: skip


def _filing_indicator(billed: str) -> str:
    return billed if billed in _KINDS_835 else "12"
