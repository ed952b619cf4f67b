"""A claim's place on its axes, said to a person: where it is, who owes, what happens next."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from claimwright.events.lifecycle_words import Balance, ClosedReason, Flag, Outcome, Stage


@dataclass(frozen=True, slots=True)
class StageWords:
    """What a stage is called in short, what it means, and what comes next if all goes well."""

    short: str
    where: str
    next: str


STAGE: Final[Mapping[Stage, StageWords]] = {
    Stage.RECEIVED: StageWords(
        "Received", "The encounter came in and is whole.", "Coding takes it up by itself within seconds."
    ),
    Stage.INCOMPLETE: StageWords(
        "Incomplete",
        "Billing facts are missing from the encounter.",
        "Whoever is named below answers; the claim goes on by itself.",
    ),
    Stage.NOT_BILLABLE: StageWords("Not billable", "This encounter will not be billed.", "Nothing more happens."),
    Stage.CODING: StageWords(
        "In coding", "Its codes are being checked against the day of service.", "It passes, or it hits edits."
    ),
    Stage.CODING_QUERY: StageWords(
        "Coding query", "A coder asked the provider about the note.", "The answer comes; coding goes on."
    ),
    Stage.SCRUB_FAILED: StageWords(
        "Edits failed",
        "Edits stop the claim before it is sent.",
        "The partner amends the encounter; coding runs again by itself.",
    ),
    Stage.HELD: StageWords("Held", "The claim is held for a reason.", "The reason ends, or a person releases it."),
    Stage.READY: StageWords(
        "Ready", "All codes are good; the claim may be sent.", "Submission gives it a number and a place in a file."
    ),
    Stage.QUEUED: StageWords(
        "Queued", "The claim waits for its next file to the clearinghouse.", "The file leaves within seconds."
    ),
    Stage.TRANSMITTED: StageWords(
        "Sent", "The clearinghouse took the file with this claim.", "The 999 says whether the file could be read."
    ),
    Stage.TRANSMIT_UNKNOWN: StageWords(
        "Sent or not?",
        "The bytes left and no answer came.",
        "The clearinghouse is asked; the claim is not sent again until it has said no.",
    ),
    Stage.FILE_REJECTED: StageWords(
        "File rejected", "The file was refused before anyone looked at claims.", "It is mended and sent anew."
    ),
    Stage.CH_ACCEPTED: StageWords(
        "At the clearinghouse", "The clearinghouse took the claim and passes it on.", "The payer acknowledges it."
    ),
    Stage.CH_REJECTED: StageWords(
        "Rejected by the clearinghouse",
        "The clearinghouse refused the claim; no payer has seen it.",
        "It is mended and sent again as an original.",
    ),
    Stage.PAYER_RECEIVED: StageWords("With the payer", "The payer has the claim.", "The payer accepts or refuses it."),
    Stage.PAYER_ACCEPTED: StageWords(
        "Accepted by the payer", "The payer took the claim and decides on it.", "The payer's 835 brings the decision."
    ),
    Stage.PAYER_REJECTED: StageWords(
        "Rejected by the payer",
        "The payer refused the claim before deciding on it.",
        "It is mended and sent again as an original.",
    ),
    Stage.PENDED: StageWords("Pended", "The payer says that it has not decided yet.", "The payer decides."),
    Stage.INFO_REQUESTED: StageWords("Information asked", "The payer wants to know more.", "What it asks for is sent."),
    Stage.ADJUDICATED: StageWords(
        "Decided", "The payer decided and its decision is posted.", "What is still open is billed to whoever owes it."
    ),
    Stage.NEXT_PAYER_PENDING: StageWords(
        "Next payer", "The next payer in order has to decide.", "The claim goes to it with what the first one paid."
    ),
    Stage.PATIENT_BALANCE: StageWords(
        "Patient owes", "All payers are final; the rest is the patient's.", "The patient is billed."
    ),
    Stage.CLOSED: StageWords("Closed", "Nothing is open.", "Nothing more happens, unless a payer comes back to it."),
    Stage.VOID_PENDING: StageWords("Void asked", "The claim is being taken back.", "The payer's reversal comes."),
    Stage.VOIDED: StageWords("Voided", "The claim was taken back and its money nets to zero.", "Nothing more happens."),
    Stage.REPLACED: StageWords("Replaced", "A corrected claim stands in its place.", "See the one that replaced it."),
}

OUTCOME: Final[Mapping[Outcome, str]] = {
    Outcome.NONE: "no decision yet",
    Outcome.PAID_FULL: "paid in full",
    Outcome.PAID_PARTIAL: "paid in part",
    Outcome.DENIED: "denied",
    Outcome.ZERO_PAY_EXPECTED: "nothing to pay, as expected",
    Outcome.UNDERPAID_SUSPECT: "perhaps underpaid",
    Outcome.OVERPAID: "overpaid",
    Outcome.REVERSED_AWAITING_CORRECTION: "taken back, correction to come",
    Outcome.FORWARDED: "forwarded to the next payer",
    Outcome.NOT_RECOGNISED: "patient not known to the payer",
    Outcome.NOT_OUR_CLAIM: "not this payer's claim",
    Outcome.PREDETERMINATION: "an estimate, no decision",
}

OWES: Final[Mapping[Balance, str]] = {
    Balance.INSURANCE: "The payer owes",
    Balance.PATIENT_HOLD: "Nobody is billed while a payer is still open; open is",
    Balance.PATIENT: "The patient owes",
    Balance.OTHER_PAYER: "The next payer owes",
    Balance.CREDIT: "Too much was paid; to give back is",
    Balance.ZERO: "Nobody owes anything.",
}

OWED_BY: Final[Mapping[Balance, str]] = {
    Balance.INSURANCE: "payer",
    Balance.PATIENT_HOLD: "nobody yet",
    Balance.PATIENT: "patient",
    Balance.OTHER_PAYER: "next payer",
    Balance.CREDIT: "us",
    Balance.ZERO: "–",
}

FLAG: Final[Mapping[Flag, str]] = {
    Flag.TIMELY_FILING_RISK: "filing limit near",
    Flag.SILENT: "payer silent",
    Flag.DUPLICATE_SUSPECT: "perhaps a duplicate",
    Flag.MISSING_REMIT: "remittance missing",
    Flag.REMIT_WITHOUT_EFT: "remittance without money",
    Flag.EFT_WITHOUT_REMIT: "money without remittance",
    Flag.DOWNCODED: "downcoded",
    Flag.OUT_OF_BALANCE: "out of balance",
    Flag.DISPUTED: "disputed",
}

CLOSED: Final[Mapping[ClosedReason, str]] = {
    ClosedReason.PAID: "paid",
    ClosedReason.WRITTEN_OFF: "written off",
    ClosedReason.TRANSFERRED_COLLECTIONS: "with collections",
    ClosedReason.NOT_BILLABLE: "not billable",
    ClosedReason.CAPITATED: "capitated",
    ClosedReason.VOIDED: "voided",
    ClosedReason.REPLACED: "replaced",
    ClosedReason.SMALL_BALANCE: "small balance",
    ClosedReason.ASSISTANCE: "financial assistance",
}

WAITS_FOR_A_PERSON: Final = frozenset(
    {
        Stage.INCOMPLETE,
        Stage.CODING_QUERY,
        Stage.SCRUB_FAILED,
        Stage.HELD,
        Stage.FILE_REJECTED,
        Stage.CH_REJECTED,
        Stage.PAYER_REJECTED,
        Stage.INFO_REQUESTED,
    }
)
"""Stages in which a claim moves only when somebody acts."""


def payer_order(order: int) -> str:
    """Return what a payer's place in order is called."""
    return {1: "first payer", 2: "second payer", 3: "third payer"}.get(order, f"payer {order}")


def plain(code: str) -> str:
    """Return a code that has no words here as a person can read it: `TIMELY_FILING` → `timely filing`."""
    return code.replace("_", " ").replace(".", " ").lower()
