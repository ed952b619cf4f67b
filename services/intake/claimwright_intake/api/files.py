"""Files of claims: hand in, and see what became of each claim."""

from typing import Annotated, Any, Final

from fastapi import Request, Response
from fastapi.responses import JSONResponse

from claimwright import ids
from claimwright.http import idempotency, paging
from claimwright.http.parts import Parts
from claimwright.http.permissions import requires
from claimwright.http.problems import NotFound, path_id, problem
from claimwright.http.routes import Router
from claimwright.security.caller import Caller
from claimwright_intake.api.models import ClaimOfFile, FileAnswer, FileFinding, FileView
from claimwright_intake.persistence.files import KeptClaim, KeptFile
from claimwright_intake.usecases.follow_files import file_with_claims
from claimwright_intake.usecases.receive_encounter import Refused
from claimwright_intake.usecases.receive_file import receive_file

router = Router(tags=["files"])

LARGEST_FILE: Final = 64 << 20
_BODY: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "content": {"application/edi-x12": {"schema": {"type": "string", "format": "binary"}}},
    }
}


@router.post("/v1/files", status_code=202, response_model=FileAnswer, max_body_size=LARGEST_FILE, openapi_extra=_BODY)
async def post_file(request: Request, parts: Parts, caller: Annotated[Caller, requires("file:write")]) -> Response:
    """Hand in an 837P file, as its bytes are. The same bytes again give the first file."""
    content = await request.body()
    async with parts.transactions.begin(org_id=caller.org_id, actor=caller.actor) as work:

        async def act() -> Response:
            match await receive_file(work, content, by_person=caller.kind == "person"):
                case Refused(findings):
                    return problem(findings)
                case taken:
                    return JSONResponse(_answer(taken.file).model_dump(mode="json"), status_code=202)

        return await idempotency.once(work, request, act)


@router.get("/v1/files/{file_id}")
async def get_file(
    file_id: str,
    parts: Parts,
    caller: Annotated[Caller, requires("file:read")],
    after: paging.After = None,
    limit: paging.Limit = paging.LONGEST_PAGE,
) -> FileView:
    """Return what became of each claim of a file: an encounter, or findings."""
    wanted = path_id(ids.FILE, file_id)
    seen = int(paging.decode(after, int)[0]) if after else 0
    async with parts.transactions.begin(org_id=caller.org_id, actor=caller.actor) as work:
        found = await file_with_claims(work, wanted, after=seen, limit=limit)
    if found is None:
        raise NotFound(ids.FILE)
    file, claims = found
    is_whole = len(claims) < limit and file.state == "read"
    return FileView(
        **_answer(file).model_dump(),
        read_at=file.read_at,
        claim_count=file.claim_count,
        encounter_count=file.encounter_count,
        findings=[FileFinding.model_validate(finding) for finding in file.findings],
        claims=[_claim(claim) for claim in claims],
        next=None if is_whole or not claims else paging.encode((claims[-1].place,)),
    )


def _answer(file: KeptFile) -> FileAnswer:
    return FileAnswer(
        id=ids.text(ids.FILE, file.id),
        sha256=file.sha256.hex(),
        byte_count=file.byte_count,
        state=file.state,
        received_at=file.received_at,
    )


def _claim(claim: KeptClaim) -> ClaimOfFile:
    return ClaimOfFile(
        set_ordinal=claim.set_ordinal,
        claim_ordinal=claim.claim_ordinal,
        segment=claim.segment,
        byte_start=claim.byte_start,
        byte_end=claim.byte_end,
        encounter_id=ids.text(ids.ENCOUNTER, claim.encounter_id) if claim.encounter_id else None,
        claim_id=ids.text(ids.CLAIM, claim.claim_id) if claim.claim_id else None,
        findings=[FileFinding.model_validate(finding) for finding in claim.findings],
    )
