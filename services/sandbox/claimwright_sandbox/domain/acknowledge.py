"""A batch of claims → the 277CA of each payer."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Final

from claimwright.x12 import (
    Amount,
    BatchAck,
    Claim,
    ClaimAck,
    ClaimSet,
    ClaimStatus,
    Counted,
    Dated,
    Party,
    ProviderAck,
    Reference,
    money_of_cents,
    quantity_of,
)
from claimwright_sandbox.domain.scenarios import scenario_of

_ACCEPTED_BY_PAYER: Final = ("A2", "20", "PR")
_WHOLE_BATCH: Final = ("A1", "19", "PR")


@dataclass(frozen=True, slots=True)
class Speaker:
    """Who answers, and when."""

    party: Party
    at: datetime


def payer_answer(
    claim_set: ClaimSet, speaker: Speaker, *, reference: str, claim_numbers: Mapping[str, str]
) -> BatchAck:
    """Return one payer's 277CA for its claims of the set.

    `claim_numbers`: the payer's own number of each claim that it takes, by patient control number.
    """

    def verdict(claim: Claim) -> tuple[tuple[str, str, str], str, str]:
        rejection = scenario_of(claim.subscriber.party.id).rejection
        if rejection is not None:
            return rejection, "U", ""
        return _ACCEPTED_BY_PAYER, "WQ", claim_numbers[claim.patient_control_number]

    own = [claim for claim in claim_set.claims if claim.subscriber.payer.id == speaker.party.id]
    return _answer(claim_set, own, speaker, reference, verdict)


def _answer(
    claim_set: ClaimSet,
    claims: Sequence[Claim],
    speaker: Speaker,
    reference: str,
    verdict: Callable[[Claim], tuple[tuple[str, str, str], str, str]],
) -> BatchAck:
    day = f"{speaker.at:%Y%m%d}"
    providers = []
    charged = {"WQ": 0, "U": 0}
    counts = {"WQ": 0, "U": 0}
    for _, of_provider in groupby(claims, key=lambda claim: claim.billing.party.id):
        rows = list(of_provider)
        answers = []
        for claim in rows:
            code, action, number = verdict(claim)
            counts[action] += 1
            charged[action] += claim.charge.cents
            answers.append(_claim_answer(claim, code, action, number, day))
        billing = rows[0].billing.party
        providers.append(
            ProviderAck(
                party=Party("85", last_name=billing.last_name, kind=billing.kind, id_qualifier="XX", id=billing.id),
                trace_number="0",
                claims=tuple(answers),
            )
        )
    submitter = claim_set.header.submitter
    return BatchAck(
        source=speaker.party,
        receiver=Party("41", last_name=submitter.last_name, kind=submitter.kind, id_qualifier="46", id=submitter.id),
        reference=reference,
        date=day,
        time=f"{speaker.at:%H%M}",
        source_trace=reference,
        source_dates=(Dated("050", "D8", day), Dated("009", "D8", day)),
        batch_reference=claim_set.header.reference,
        statuses=(ClaimStatus((_WHOLE_BATCH,), "WQ", day, money_of_cents(charged["WQ"] + charged["U"])),),
        quantities=tuple(
            Counted(qualifier, quantity_of(counts[action]))
            for action, qualifier in (("WQ", "90"), ("U", "AA"))
            if counts[action]
        ),
        amounts=tuple(
            Amount(qualifier, money_of_cents(charged[action]))
            for action, qualifier in (("WQ", "YU"), ("U", "YY"))
            if counts[action]
        ),
        providers=tuple(providers),
    )


def _claim_answer(claim: Claim, code: tuple[str, str, str], action: str, number: str, day: str) -> ClaimAck:
    patient = claim.patient_party
    service = next((line.service_date for line in claim.lines if line.service_date), None)
    return ClaimAck(
        patient=Party(
            "QC",
            last_name=patient.last_name,
            first_name=patient.first_name,
            kind="1",
            id_qualifier="MI",
            id=claim.subscriber.party.id,
        ),
        patient_control_number=claim.patient_control_number,
        statuses=(ClaimStatus((code,), action, day, claim.charge),),
        references=(Reference("1K", number),) if number else (),
        dates=(service,) if service else (),
    )
