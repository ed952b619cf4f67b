"""Show what became of a file's claims."""

from uuid import UUID

from claimwright.messaging.work import Work
from claimwright_intake.persistence import files
from claimwright_intake.persistence.files import KeptClaim, KeptFile


async def file_with_claims(
    work: Work, file_id: UUID, *, after: int, limit: int
) -> tuple[KeptFile, list[KeptClaim]] | None:
    """Return a file and a page of its claims, or None where there is no such file."""
    file = await files.find(work, file_id)
    if file is None:
        return None
    return file, await files.claims_of(work, file_id, after=after, limit=limit)
