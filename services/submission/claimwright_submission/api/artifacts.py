"""Files as they were sent and received, and those that came in without a home."""

from datetime import datetime
from typing import Annotated, Final
from uuid import UUID

from fastapi import Response

from claimwright import ids
from claimwright.http import paging
from claimwright.http.parts import Parts
from claimwright.http.permissions import requires
from claimwright.http.problems import NotFound, path_id
from claimwright.http.routes import Router
from claimwright.security.caller import Caller
from claimwright_submission.api.views import UnmatchedView, unmatched_view
from claimwright_submission.persistence import views
from claimwright_submission.usecases.open_artifact import open_artifact
from claimwright_submission.usecases.read_again import read_again

router: Final = Router(tags=["files"])

X12: Final = "application/edi-x12"


@router.get("/v1/artifacts")
async def list_unmatched(
    parts: Parts,
    caller: Annotated[Caller, requires("claim:read")],
    after: paging.After = None,
    limit: paging.Limit = paging.USUAL_PAGE,
) -> paging.Page[UnmatchedView]:
    """List files that came in and have something that nobody here knows, the newest first."""
    begin = None if after is None else _place(paging.decode(after, str, str))
    async with parts.transactions.begin(org_id=caller.org_id, actor=caller.actor) as work:
        found = await views.unmatched(work, after=begin, limit=limit)
    last = found[-1] if len(found) == limit else None
    return paging.Page(
        items=[unmatched_view(row) for row in found],
        next=None if last is None else paging.encode((last.received_at.isoformat(), str(last.id))),
    )


@router.get(
    "/v1/artifacts/{artifact_id}",
    response_class=Response,
    responses={200: {"content": {X12: {"schema": {"type": "string", "format": "binary"}}}}},
)
async def read_artifact(
    artifact_id: str, parts: Parts, caller: Annotated[Caller, requires("artifact:read")]
) -> Response:
    """Show a file as it was, byte for byte. Who saw it is written down."""
    async with parts.transactions.begin(org_id=caller.org_id, actor=caller.actor) as work:
        data = await open_artifact(work, path_id(ids.ARTIFACT, artifact_id))
    if data is None:
        raise NotFound(ids.ARTIFACT)
    return Response(data, media_type=X12)


@router.post("/v1/artifacts/{artifact_id}/read-again", status_code=202)
async def put_before_reader(
    artifact_id: str, parts: Parts, caller: Annotated[Caller, requires("submission:write")]
) -> None:
    """Let a file that found no home be read again."""
    async with parts.transactions.begin(org_id=caller.org_id, actor=caller.actor) as work:
        if not await read_again(work, path_id(ids.ARTIFACT, artifact_id)):
            raise NotFound(ids.ARTIFACT)


def _place(key: paging.Key) -> tuple[datetime, UUID]:
    moment, answer_id = key
    try:
        return datetime.fromisoformat(str(moment)), UUID(str(answer_id))
    except ValueError:
        raise paging.CursorMalformed("the cursor is of another list") from None
