"""What a payer will do with a claim, chosen by the start of the subscriber's member id."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Verdict(StrEnum):
    """How a payer ends with a claim."""

    PAYS = "pays"
    DENIES = "denies"
    REJECTS_BEFORE_ADJUDICATION = "rejects_before_adjudication"


@dataclass(frozen=True, slots=True)
class Scenario:
    """One behavior. Percents are of the charge (`allowed_percent`) and of what is allowed (`patient_percent`)."""

    name: str
    verdict: Verdict
    allowed_percent: int = 0
    patient_percent: int = 0
    denial_reason: str = ""
    rejection: tuple[str, str, str] | None = None


PAID: Final = Scenario("PAID", Verdict.PAYS, allowed_percent=75)

SCENARIOS: Final = (
    PAID,
    Scenario("PARTIAL", Verdict.PAYS, allowed_percent=75, patient_percent=20),
    Scenario("DENY_50", Verdict.DENIES, denial_reason="50"),
    Scenario("277CA_A7", Verdict.REJECTS_BEFORE_ADJUDICATION, rejection=("A7", "164", "IL")),
)


def scenario_of(member_id: str) -> Scenario:
    """Return the behavior that a member id asks for; one that asks for nothing is paid."""
    wanted = member_id.strip().upper()
    return next((scenario for scenario in SCENARIOS if wanted.startswith(scenario.name)), PAID)
