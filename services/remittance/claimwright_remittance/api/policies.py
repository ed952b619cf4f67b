"""How payers' files are posted, and claims of remittances that do not add up."""

from datetime import date, datetime
from typing import Annotated, Any

from fastapi import Response
from pydantic import Field
from sqlalchemy import Row

from claimwright import ids
from claimwright.http import paging
from claimwright.http.models import Answer, Body
from claimwright.http.paging import Page
from claimwright.http.permissions import requires
from claimwright.http.problems import path_id
from claimwright.http.routes import Router
from claimwright.security.caller import Caller
from claimwright_remittance.api.models import MatchBody, ReasonBody
from claimwright_remittance.domain.remits.policy import Unbalanced
from claimwright_remittance.parts import Parts
from claimwright_remittance.persistence import policies
from claimwright_remittance.usecases.accept_unbalanced import approve_unbalanced, propose_unbalanced
from claimwright_remittance.usecases.set_policy import set_policy

router = Router(tags=["policies"])


class PolicyBody(Body):
    """How files are posted from a day on, and why; without a payer for all that have no policy of their own."""

    payer_id: str | None = Field(None, min_length=1, max_length=80)
    unbalanced: Unbalanced
    valid_from: date | None = Field(None, description="Today, where it is left out.")
    reason: str = Field(min_length=3, max_length=200)


class AgreeBody(ReasonBody):
    """Why a person agrees with what another proposed, and with which claim, since a proposal may be replaced."""

    proposed_claim_id: str | None = Field(
        None, max_length=40, description="Where it is given and another claim is proposed by now, nothing is posted."
    )


class PolicyView(Answer):
    """How files are posted from a day on, until a later word about the same payer."""

    id: str
    payer_id: str | None
    unbalanced: Unbalanced
    valid_from: date
    set_by: str
    set_at: datetime
    reason: str


@router.get("/v1/posting-policies")
async def list_policies(
    parts: Parts,
    caller: Annotated[Caller, requires("ledger:read")],
    after: paging.After = None,
    limit: paging.Limit = paging.USUAL_PAGE,
) -> Page[PolicyView]:
    """List what was said about how files are posted, the latest word first."""
    before = ids.parse(ids.POLICY, str(paging.decode(after, str)[0])) if after else None
    async with parts.transactions.begin(org_id=caller.org_id, actor=caller.actor) as work:
        rows = await policies.listed(work, before=before, limit=limit)
    items = [_view(row) for row in rows]
    return Page(items=items, next=paging.encode((items[-1].id,)) if len(items) == limit else None)


@router.post("/v1/posting-policies", status_code=201)
async def post_policy(
    body: PolicyBody, parts: Parts, caller: Annotated[Caller, requires("policy:write")]
) -> PolicyView:
    """Say how files are posted from a day on: hold a transaction whole, or post its balanced claims.

    With `post_balanced` the claims that do not add up wait in suspense, if the payment of the transaction adds up.
    Files that are held already stay held.
    """
    async with parts.transactions.begin(org_id=caller.org_id, actor=caller.actor) as work:
        policy = await set_policy(
            work,
            payer_id=body.payer_id,
            unbalanced=body.unbalanced,
            valid_from=body.valid_from or work.now.date(),
            reason=body.reason,
        )
    return PolicyView(
        id=ids.text(ids.POLICY, policy.id),
        payer_id=policy.payer_id,
        unbalanced=policy.unbalanced,
        valid_from=policy.valid_from,
        set_by=caller.actor,
        set_at=policy.set_at,
        reason=body.reason,
    )


@router.post("/v1/suspense/{remit_claim_id}/propose", status_code=204)
async def propose(
    remit_claim_id: str, body: MatchBody, parts: Parts, caller: Annotated[Caller, requires("adjustment:write")]
) -> Response:
    """Propose that a remit claim which does not add up counts for a claim; nothing is posted yet."""
    wanted = path_id(ids.REMIT_CLAIM, remit_claim_id)
    claim_id = path_id(ids.CLAIM, body.claim_id)
    async with parts.transactions.begin(org_id=caller.org_id, actor=caller.actor) as work:
        await propose_unbalanced(work, wanted, claim_id, reason=body.reason)
    return Response(status_code=204)


@router.post("/v1/suspense/{remit_claim_id}/approve", status_code=204)
async def approve(
    remit_claim_id: str, body: AgreeBody, parts: Parts, caller: Annotated[Caller, requires("adjustment:approve")]
) -> Response:
    """Approve what another person proposed: the remit claim is posted to its claim as it stands."""
    wanted = path_id(ids.REMIT_CLAIM, remit_claim_id)
    seen_claim_id = None if body.proposed_claim_id is None else path_id(ids.CLAIM, body.proposed_claim_id)
    async with parts.transactions.begin(org_id=caller.org_id, actor=caller.actor) as work:
        await approve_unbalanced(work, wanted, seen_claim_id=seen_claim_id, reason=body.reason)
    return Response(status_code=204)


def _view(row: Row[Any]) -> PolicyView:
    return PolicyView(
        id=ids.text(ids.POLICY, row.id),
        payer_id=row.payer_id,
        unbalanced=Unbalanced(row.unbalanced),
        valid_from=row.valid_from,
        set_by=row.set_by,
        set_at=row.set_at,
        reason=row.reason,
    )
