"""Posting a held transaction with its difference, which takes two people."""

from typing import Annotated

from fastapi import Response

from claimwright import ids
from claimwright.http.permissions import requires
from claimwright.http.problems import path_id
from claimwright.http.routes import Router
from claimwright.security.caller import Caller
from claimwright_remittance.api.models import ReasonBody
from claimwright_remittance.parts import Parts
from claimwright_remittance.usecases.accept_difference import approve_acceptance, propose_acceptance

router = Router(tags=["remittances"])


@router.post("/v1/remittances/{remittance_id}/propose", status_code=204)
async def propose(
    remittance_id: str, body: ReasonBody, parts: Parts, caller: Annotated[Caller, requires("adjustment:write")]
) -> Response:
    """Propose that a held transaction is posted with its difference; nothing is posted yet."""
    wanted = path_id(ids.REMITTANCE, remittance_id)
    async with parts.transactions.begin(org_id=caller.org_id, actor=caller.actor) as work:
        await propose_acceptance(work, wanted, reason=body.reason)
    return Response(status_code=204)


@router.post("/v1/remittances/{remittance_id}/approve", status_code=204)
async def approve(
    remittance_id: str, body: ReasonBody, parts: Parts, caller: Annotated[Caller, requires("adjustment:approve")]
) -> Response:
    """Approve what another person proposed: the transaction is posted, and its difference stands in suspense."""
    wanted = path_id(ids.REMITTANCE, remittance_id)
    async with parts.transactions.begin(org_id=caller.org_id, actor=caller.actor) as work:
        await approve_acceptance(work, wanted, reason=body.reason)
    return Response(status_code=204)
