"""Files in: send one, and ask whether one ever came."""

from typing import Annotated

from fastapi import Header, Request, Response

from claimwright import clock, ids
from claimwright.http.permissions import public
from claimwright.http.problems import NotFound
from claimwright.http.routes import Router
from claimwright_sandbox.api.models import FileTaken
from claimwright_sandbox.api.submitter import Calling
from claimwright_sandbox.parts import SandboxParts
from claimwright_sandbox.persistence import files
from claimwright_sandbox.usecases.receive_file import receive_file

LARGEST_FILE = 64 << 20

router = Router(tags=["files"])


@router.post(
    "/v1/files",
    status_code=202,
    dependencies=[public("the submitter's own user name and password are checked")],
    max_body_size=LARGEST_FILE,
)
async def send_file(
    request: Request,
    response: Response,
    parts: SandboxParts,
    submitter: Calling,
    x_file_sha256: Annotated[str | None, Header()] = None,
) -> FileTaken:
    """Take one 837 interchange; the same bytes again are answered with the first file's id and 200."""
    content = await request.body()
    async with parts.database.transaction(None) as connection:
        taken = await receive_file(
            connection,
            content,
            submitter=submitter,
            stated_sha256=x_file_sha256,
            vault=parts.vault,
            milliseconds_a_day=parts.milliseconds_a_day,
            now=clock.now(),
        )
    if taken.is_new:
        parts.file_came.set()
    else:
        response.status_code = 200
    return FileTaken(file_id=ids.text(ids.FILE, taken.file_id), sha256=taken.sha256, received_at=taken.received_at)


@router.get(
    "/v1/files/by-hash/{sha256}", dependencies=[public("the submitter's own user name and password are checked")]
)
async def find_file(sha256: str, parts: SandboxParts, submitter: Calling) -> FileTaken:
    """Say whether a file with this SHA-256 ever came from the submitter; 404 proves that none did."""
    async with parts.database.transaction(None) as connection:
        known = await files.find(connection, submitter_id=submitter.id, sha256=sha256.lower())
    if known is None:
        raise NotFound(ids.FILE)
    return FileTaken(file_id=ids.text(ids.FILE, known.id), sha256=known.sha256, received_at=known.received_at)
