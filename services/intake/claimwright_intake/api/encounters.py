"""Encounters: post, read, amend, close."""

import re
from typing import Annotated, Final

from fastapi import Header, Request, Response
from fastapi.responses import JSONResponse

from claimwright import ids
from claimwright.http import idempotency
from claimwright.http.parts import Parts
from claimwright.http.permissions import requires
from claimwright.http.problems import path_id, problem
from claimwright.http.routes import Router
from claimwright.security.caller import Caller
from claimwright_intake.api.models import EncounterPatch, EncounterView, NotBillable, PostedEncounter
from claimwright_intake.domain.answer import ClaimOfEncounter, EncounterAnswer, etag_of, named
from claimwright_intake.domain.refusals import IfMatchMissing
from claimwright_intake.usecases.amend_encounter import Amended, amend_encounter
from claimwright_intake.usecases.close_as_not_billable import close_as_not_billable
from claimwright_intake.usecases.read_encounter import read_encounter
from claimwright_intake.usecases.receive_encounter import Refused, receive_encounter

router = Router(tags=["encounters"])

Writer = Annotated[Caller, requires("encounter:write")]
Reader = Annotated[Caller, requires("encounter:read")]

_ETAG: Final = re.compile(r'"([1-9][0-9]{0,8})"', re.ASCII)
_JSON: Final = "application/json"


@router.post("/v1/encounters", status_code=202, response_model=EncounterAnswer)
async def post_encounter(posted: PostedEncounter, request: Request, parts: Parts, caller: Writer) -> Response:
    """Take in an encounter.

    What can't be billed as it stands is kept all the same, with the gaps named. What is malformed is refused with all
    findings at once. Send it again after a lost answer: the same `external_id` and body give the same answer.
    """
    async with parts.transactions.begin(org_id=caller.org_id, actor=caller.actor) as work:

        async def act() -> Response:
            body = await request.body()
            match await receive_encounter(work, posted.root, body=body, by_person=caller.kind == "person"):
                case Refused(findings):
                    return problem(findings)
                case taken:
                    return Response(taken.answer, status_code=202, media_type=_JSON, headers={"etag": etag_of(1)})

        return await idempotency.once(work, request, act)


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
