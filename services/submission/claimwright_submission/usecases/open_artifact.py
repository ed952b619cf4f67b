"""Show a person a file as it was sent or received; who saw it is written down in the same transaction."""

from uuid import UUID

from claimwright import ids
from claimwright.messaging.work import Work
from claimwright.security import audit
from claimwright_submission.persistence import answers, artifacts


async def open_artifact(work: Work, artifact_id: UUID) -> bytes | None:
    """Return the bytes of a file of ours or of one that came in, or None when there is none with this id."""
    data = await artifacts.bytes_of(work, artifact_id)
    if data is None:
        data = await answers.bytes_of(work, artifact_id)
    if data is not None:
        await audit.record(
            work, action="artifact.opened", object=ids.text(ids.ARTIFACT, artifact_id), fields=("content",)
        )
    return data
