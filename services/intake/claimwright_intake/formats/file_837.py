"""The claims of an 837 file, one after another, each with what is wrong with it; and what is wrong with the file.

Reading is one pass behind by one claim: only what follows a claim tells whether it was cut off.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Final

from claimwright import x12
from claimwright.findings import Finding
from claimwright.x12.models import claims as models
from claimwright_intake.domain.found_claim import FoundClaim
from claimwright_intake.formats.claim_837 import map_claim, place_of

MOST_CLAIMS_IN_SET: Final = 5_000
"""What payers take in one transaction; more of them are listed and not taken."""
MOST_FILE_FINDINGS: Final = 500
"""A broken file can have a fault in every segment; the first ones tell what is wrong with it."""


@dataclass(slots=True)
class ClaimFile:
    """One pass over a file. `findings` are those that belong to no claim; they are whole when the pass has ended."""

    content: bytes = field(repr=False)
    file_hash: str
    findings: list[Finding] = field(default_factory=list)
    _faults: list[x12.Finding] = field(default_factory=list)
    _unclosed_sets: set[int] = field(default_factory=set)

    def claims(self) -> Iterator[FoundClaim]:
        """Yield the claims in the order of the file."""
        numbers: set[str] = set()
        held: FoundClaim | None = None
        for header, claim in self._readable():
            following = self._found(header, claim, numbers)
            if held is not None:
                yield self._judged(held, is_last_of_set=following.set_ordinal != held.set_ordinal)
            held = following
        if held is not None:
            yield self._judged(held, is_last_of_set=True)
        self._keep(self._faults)
        if not numbers:
            self.findings.append(_NO_CLAIMS)

    def _readable(self) -> Iterator[tuple[models.ClaimsHeader, models.Claim]]:
        last_set = 0
        try:
            for header, claim in x12.read_claims(self.content, self._faults):
                last_set = claim.set_ordinal
                yield header, claim
        except x12.Unreadable:
            self.findings.append(_UNREADABLE)
            self._unclosed_sets.add(last_set)

    def _found(self, header: models.ClaimsHeader, claim: models.Claim, numbers: set[str]) -> FoundClaim:
        mapped = map_claim(
            claim,
            kind=header.kind,
            external_id=f"{self.file_hash[:16]}/{claim.set_ordinal}/{claim.claim_ordinal}",
        )
        findings = mapped.findings
        if claim.claim_ordinal > MOST_CLAIMS_IN_SET:
            findings = (*findings, replace(_TOO_MANY_CLAIMS, where=place_of(claim)))
        is_repeated = claim.patient_control_number in numbers
        numbers.add(claim.patient_control_number)
        return FoundClaim(
            set_ordinal=claim.set_ordinal,
            claim_ordinal=claim.claim_ordinal,
            number=claim.patient_control_number,
            is_repeated_number=is_repeated,
            where=place_of(claim),
            document=mapped.document,
            findings=findings,
        )

    def _judged(self, claim: FoundClaim, *, is_last_of_set: bool) -> FoundClaim:
        """Return a claim with what the codec found about it, and take what it found about the file so far."""
        own = [fault for fault in self._faults if _is_about(fault, claim)]
        later = [fault for fault in self._faults if _is_later(fault, claim)]
        rest = [fault for fault in self._faults if not _is_about(fault, claim) and not _is_later(fault, claim)]
        self._faults[:] = later
        self._keep(rest)
        self._unclosed_sets.update(fault.transaction for fault in rest if fault.code == "x12.no_se")
        findings = [*claim.findings, *(x12.shared_finding(fault) for fault in own)]
        if is_last_of_set and claim.set_ordinal in self._unclosed_sets:
            findings.append(replace(_CUT_OFF, where=claim.where))
        return replace(claim, findings=tuple(findings))

    def _keep(self, faults: list[x12.Finding]) -> None:
        room = MOST_FILE_FINDINGS - len(self.findings)
        self.findings.extend(x12.shared_finding(fault) for fault in faults[:room])


def _is_about(fault: x12.Finding, claim: FoundClaim) -> bool:
    return (fault.transaction, fault.claim) == (claim.set_ordinal, claim.claim_ordinal)


def _is_later(fault: x12.Finding, claim: FoundClaim) -> bool:
    return fault.claim > 0 and (fault.transaction, fault.claim) > (claim.set_ordinal, claim.claim_ordinal)


_UNREADABLE: Final = Finding(
    "file.unreadable",
    "From here on the bytes have no segments, or segments that are too large to be read.",
    fix="Send a whole X12 file that starts with ISA.",
)
_NO_CLAIMS: Final = Finding(
    "file.no_claims",
    "The file holds no claim.",
    fix="Send an 837 file with at least one CLM.",
)
_CUT_OFF: Final = Finding(
    "file.claim_cut_off",
    "The file or its transaction ends before this claim is known to be whole.",
    fix="Send the file again, whole.",
)
_TOO_MANY_CLAIMS: Final = Finding(
    "file.too_many_claims",
    f"The transaction holds more than {MOST_CLAIMS_IN_SET} claims.",
    fix="Send the claims from here on in another transaction.",
)
