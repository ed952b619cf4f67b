"""What a partner is told when an encounter was taken in: ids, where it stands, and what is missing.

The answer is kept in the clear, so it has no field of the encounter's own.
"""

from pydantic import BaseModel, ConfigDict, Field

from claimwright.events.intake import Gap
from claimwright.events.lifecycle_words import Stage
from claimwright_intake.domain.gaps import SAYS
from claimwright_intake.domain.received import Version


class _Answer(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class NamedGap(_Answer):
    """One thing that is missing or contradicts another."""

    code: str = Field(examples=["coverage.none"])
    pointer: str = Field(examples=["/coverages"])
    """Where in the encounter."""
    says: str
    ask: str = Field(examples=["patient"])
    """Who can answer: `partner` or `patient`."""


class ClaimOfEncounter(_Answer):
    """A claim that bills for an encounter."""

    id: str = Field(examples=["clm_01hzy3v8k5e0p9x7r2m4n6q8st"])


class EncounterAnswer(_Answer):
    """An encounter that is kept. A complete one goes on by itself; an incomplete one waits for its gaps' answers."""

    id: str = Field(examples=["enc_01hzy3v8k5e0p9x7r2m4n6q8st"])
    version: int = Field(examples=[1])
    etag: str = Field(examples=['"1"'])
    """Send it back as `If-Match` to amend this version."""
    stage: Stage
    claims: list[ClaimOfEncounter]
    gaps: list[NamedGap]

    @classmethod
    def of(cls, version: Version) -> "EncounterAnswer":
        """Return what is told of a version that was just kept."""
        return cls(
            id=version.encounter_id,
            version=version.number,
            etag=etag_of(version.number),
            stage=Stage.INCOMPLETE if version.gaps else Stage.RECEIVED,
            claims=[ClaimOfEncounter(id=version.claim_id)],
            gaps=[named(gap) for gap in version.gaps],
        )


def named(gap: Gap) -> NamedGap:
    """Return a gap in words."""
    return NamedGap(code=gap.code, pointer=gap.pointer, says=SAYS[gap.code], ask=gap.ask)


def etag_of(version: int) -> str:
    """Return the entity tag of a version."""
    return f'"{version}"'
