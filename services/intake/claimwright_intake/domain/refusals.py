"""What intake refuses because of the state that things are in."""

from typing import ClassVar

from claimwright.refusals import Refusal


class ExternalIdTaken(Refusal):
    """Another document came in under this external id before."""

    code: ClassVar[str] = "external_id_taken"
    fix: ClassVar[str | None] = "Amend that encounter with PATCH, or send this one under an id of its own."

    def __init__(self, *, external_id: str, encounter_id: str) -> None:
        super().__init__(f"external id {external_id} belongs to another document: {encounter_id}")


class EncounterVersionStale(Refusal):
    """The encounter has changed since the version that the caller saw."""

    code: ClassVar[str] = "encounter_version_stale"
    fix: ClassVar[str | None] = "Read the encounter again, and send its present ETag as If-Match."

    def __init__(self, version: int) -> None:
        super().__init__(f"the encounter is at version {version}")


class IfMatchMissing(Refusal):
    """A change that does not say which version it changes."""

    code: ClassVar[str] = "if_match_missing"
    fix: ClassVar[str | None] = "Send the ETag of the version that you saw as If-Match."


class NotBillableAlready(Refusal):
    """The encounter was closed as not billable."""

    code: ClassVar[str] = "encounter_not_billable"
    fix: ClassVar[str | None] = "Send the encounter under a new external id if it is to be billed after all."


class ClaimOnItsWay(Refusal):
    """The claim is ready, queued or sent, and what a payer may have can't be taken back here."""

    code: ClassVar[str] = "claim_on_its_way"
    fix: ClassVar[str | None] = "Wait for the payer's answer, or ask a biller to void the claim."
