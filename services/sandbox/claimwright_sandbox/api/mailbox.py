"""Files out, for submitters who fetch: a page behind a cursor, and the bytes of one."""

from typing import Annotated

from fastapi import Query, Response

from claimwright import ids
from claimwright.http.permissions import public
from claimwright.http.problems import NotFound, path_id
from claimwright.http.routes import Router
from claimwright_sandbox.api.models import Mailbox, MailboxFile, MailboxKind
from claimwright_sandbox.api.submitter import Calling
from claimwright_sandbox.parts import SandboxParts
from claimwright_sandbox.persistence import outbound

PAGE = 100

router = Router(tags=["mailbox"])


@router.get("/v1/mailbox", dependencies=[public("the submitter's own user name and password are checked")])
async def list_mailbox(
    parts: SandboxParts,
    submitter: Calling,
    after: Annotated[int, Query(ge=0)] = 0,
    kind: MailboxKind | None = None,
) -> Mailbox:
    """List what waits for the submitter, oldest first; nothing is taken away by looking."""
    async with parts.database.transaction(None) as connection:
        page = await outbound.listed(connection, submitter_id=submitter.id, after=after, functional_id=kind, limit=PAGE)
    rows = [
        MailboxFile(
            id=ids.text(ids.FILE, file.id),
            kind=file.functional_id,
            name=f"{file.cursor:09d}.{file.functional_id.lower()}",
            sha256=file.sha256,
            cursor=file.cursor,
        )
        for file in page
    ]
    return Mailbox(files=rows, next=page[-1].cursor if page else after)


@router.get("/v1/mailbox/{file_id}", dependencies=[public("the submitter's own user name and password are checked")])
async def fetch_file(file_id: str, parts: SandboxParts, submitter: Calling) -> Response:
    """Return the bytes of one file."""
    wanted = path_id(ids.FILE, file_id)
    async with parts.database.transaction(None) as connection:
        file = await outbound.find(connection, submitter_id=submitter.id, file_id=wanted)
    if file is None:
        raise NotFound(ids.FILE)
    return Response(parts.vault.open(file.content, file_id=file.id), media_type="application/edi-x12")
