"""Encounters: post, read, amend, close."""

import re
from typing import Annotated, Final

from fastapi import Header, Request, Response
from fastapi.responses import JSONResponse

from claimwright import ids
from claimwright.http import idempotency
from claimwright.http.admission import charged
from claimwright.http.permissions import requires
from claimwright.http.problems import path_id, problem
from claimwright.http.routes import Router
from claimwright.security.caller import Caller
from claimwright_intake.api.models import EncounterPatch, EncounterView, NotBillable, PostedEncounter
from claimwright_intake.api.parts import Parts
from claimwright_intake.api.postings import Posting
from claimwright_intake.api.rows import (
    BATCH_ANSWER,
    BATCH_BODY,
    LARGEST_BATCH,
    NdjsonResponse,
    answer_rows,
    read_rows,
    row_problem,
)
from claimwright_intake.domain.answer import ClaimOfEncounter, EncounterAnswer, etag_of, named
from claimwright_intake.domain.refusals import IfMatchMissing
from claimwright_intake.usecases.amend_encounter import Amended, amend_encounter
from claimwright_intake.usecases.close_as_not_billable import close_as_not_billable
from claimwright_intake.usecases.read_encounter import read_encounter
from claimwright_intake.usecases.receive_encounter import Refused

router = Router(tags=["encounters"])

Writer = Annotated[Caller, requires("encounter:write")]
Reader = Annotated[Caller, requires("encounter:read")]

_ETAG: Final = re.compile(r'"([1-9][0-9]{0,8})"', re.ASCII)


@router.post("/v1/encounters", status_code=202, response_model=EncounterAnswer)
async def post_encounter(posted: PostedEncounter, request: Request, parts: Parts, caller: Writer) -> Response:
    """Take in an encounter.

    What can't be billed as it stands is kept all the same, with the gaps named. What is malformed is refused with all
    findings at once. Send it again after a lost answer: the same `external_id` and body give the same answer.
    """
    posting = Posting(
        document=posted.root,
        body=await request.body(),
        by_person=caller.kind == "person",
        ask=await idempotency.ask_of(request),
    )
    return await parts.postings.do(posting, org_id=caller.org_id, actor=caller.actor)


@router.post(
    "/v1/encounters:batch",
    response_class=NdjsonResponse,
    max_body_size=LARGEST_BATCH,
    openapi_extra=BATCH_BODY,
    responses=BATCH_ANSWER,
)
async def post_encounters(request: Request, parts: Parts, caller: Writer) -> Response:
    """Take in up to 100 encounters, one a line, in one request and one commit.

    Each line is answered by a line, in order: as if it had been posted alone. One that is refused harms no other. Send
    the request again after a lost answer: each line with the same `external_id` and bytes gets the same answer.
    """
    rows = read_rows(request.headers.get("content-type"), await request.body())
    if isinstance(rows, Response):
        return rows
    away = charged(request, cost=len(rows) - 1)
    if away is not None:
        return away
    postings = [Posting(row.document, row.body, by_person=caller.kind == "person") for row in rows if not row.findings]
    told = iter(await parts.postings.do_all(postings, org_id=caller.org_id, actor=caller.actor) if postings else ())
    return answer_rows(rows, [row_problem(row) if row.findings else next(told) for row in rows], parts.status_of)


@router.get("/v1/encounters/{encounter_id}", response_model=EncounterView)
async def get_encounter(encounter_id: str, parts: Parts, caller: Reader) -> Response:
    """Return an encounter as it stands, in your own words."""
    wanted = path_id(ids.ENCOUNTER, encounter_id)
    async with parts.transactions.begin(org_id=caller.org_id, actor=caller.actor) as work:
        opened, claims = await read_encounter(work, wanted, by_person=caller.kind == "person")
    etag = etag_of(opened.kept.version)
    view = EncounterView(
        id=encounter_id,
        version=opened.kept.version,
        etag=etag,
        is_complete=opened.kept.is_complete,
        not_billable_reason=opened.kept.not_billable_reason,
        claims=[ClaimOfEncounter(id=ids.text(ids.CLAIM, claim)) for claim in claims],
        gaps=[named(gap) for gap in opened.gaps],
        encounter=opened.document,
    )
    return JSONResponse(view.model_dump(mode="json"), headers={"etag": etag})


@router.patch("/v1/encounters/{encounter_id}", response_model=EncounterAnswer)
async def patch_encounter(
    encounter_id: str,
    patch: EncounterPatch,
    parts: Parts,
    caller: Writer,
    if_match: Annotated[str | None, Header(description="The ETag of the version that you saw.")] = None,
) -> Response:
    """Amend an encounter, answer its gaps or a coder's findings; coding looks at it again by itself."""
    wanted = path_id(ids.ENCOUNTER, encounter_id)
    if if_match is None:
        raise IfMatchMissing("the request has no If-Match")
    seen = _ETAG.fullmatch(if_match.strip())
    async with parts.transactions.begin(org_id=caller.org_id, actor=caller.actor) as work:
        # A tag that was never given out is of no version; whose encounter it is, is asked first.
        match await amend_encounter(work, wanted, patch.root, seen_version=int(seen[1]) if seen else 0):
            case Refused(findings):
                return problem(findings)
            case Amended(version=version):
                answer = EncounterAnswer.of(version)
                return JSONResponse(answer.model_dump(mode="json"), headers={"etag": answer.etag})


@router.post("/v1/encounters/{encounter_id}/not-billable", status_code=204)
async def post_not_billable(encounter_id: str, body: NotBillable, parts: Parts, caller: Writer) -> Response:
    """Close an encounter that will not be billed; possible until its claim is coded."""
    wanted = path_id(ids.ENCOUNTER, encounter_id)
    async with parts.transactions.begin(org_id=caller.org_id, actor=caller.actor) as work:
        await close_as_not_billable(work, wanted, reason=body.reason)
    return Response(status_code=204)
