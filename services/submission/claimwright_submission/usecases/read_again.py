"""Put a file that found no home before the reader again, once a person has mended what kept it out."""

from uuid import UUID

from claimwright import ids
from claimwright.messaging.work import Work
from claimwright.security import audit
from claimwright_submission.persistence import answers


async def read_again(work: Work, answer_id: UUID) -> bool:
    """Let an unmatched file be read again; return whether there was one. What it said before is not said twice."""
    if not await answers.read_again(work, answer_id):
        return False
    await audit.record(work, action="artifact.read_again", object=ids.text(ids.ARTIFACT, answer_id))
    return True
