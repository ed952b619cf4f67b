"""Where claims stand, and the feed of what happens to them."""

from typing import Annotated

from claimwright import ids
from claimwright.events.lifecycle import Axes, ClaimEvent, fold, in_order
from claimwright.http import paging
from claimwright.http.parts import Parts
from claimwright.http.permissions import requires
from claimwright.http.problems import NotFound, path_id
from claimwright.http.routes import Router
from claimwright.security.caller import Caller
from claimwright_intake.api.models import ClaimView, DenialView, Feed, FeedEvent, PayerOutcome, TimelineEvent
from claimwright_intake.persistence import claim_events
from claimwright_intake.usecases.follow_claims import claim_events_of, feed_page

router = Router(tags=["claims"])


@router.get("/v1/claims/{claim_id}")
async def get_claim(claim_id: str, parts: Parts, caller: Annotated[Caller, requires("claim:read")]) -> ClaimView:
    """Return where a claim stands: stage, payers' outcomes, who owes, what is worked on, and all that happened."""
    wanted = path_id(ids.CLAIM, claim_id)
    async with parts.transactions.begin(org_id=caller.org_id, actor=caller.actor) as work:
        events = await claim_events_of(work, wanted)
    if not events:
        raise NotFound(ids.CLAIM)
    return _view(claim_id, fold(events), in_order(events))


@router.get("/v1/events")
async def get_events(
    parts: Parts,
    caller: Annotated[Caller, requires("event:read")],
    after: paging.After = None,
    limit: paging.Limit = paging.USUAL_PAGE,
) -> Feed:
    """Return the next events of your claims, oldest first, each once and none left out."""
    seen = int(paging.decode(after, int)[0]) if after else 0
    async with parts.transactions.begin(org_id=caller.org_id, actor=caller.actor) as work:
        rows = await feed_page(work, after=seen, limit=limit)
    return Feed(
        items=[_feed_event(row) for row in rows],
        next=paging.encode((rows[-1].seq,)) if rows else after,
    )


def _view(claim_id: str, axes: Axes, events: list[ClaimEvent]) -> ClaimView:
    return ClaimView(
        id=claim_id,
        encounter_id=axes.encounter_id,
        stage=axes.stage,
        closed_reason=axes.closed_reason,
        outcomes=[
            PayerOutcome(payer_order=order, outcomes=list(versions))
            for order, versions in sorted(axes.outcomes.items())
        ],
        balance=axes.balance,
        denials=[DenialView(id=case.id, payer_order=case.payer_order, state=case.state) for case in axes.cases],
        flags=sorted(axes.flags),
        owner=axes.owner,
        due_at=axes.due_at,
        charge_cents=axes.charge_cents,
        paid_cents=axes.paid_cents,
        adjusted_cents=axes.adjusted_cents,
        patient_cents=axes.patient_cents,
        open_cents=axes.open_cents,
        timeline=[_timeline_event(event) for event in events],
    )


def _timeline_event(event: ClaimEvent) -> TimelineEvent:
    return TimelineEvent(
        id=ids.text(ids.EVENT, event.id),
        type=event.type,
        occurred_at=event.occurred_at,
        caused_by=None if event.causation_id is None else ids.text(ids.EVENT, event.causation_id),
        data=dict(event.data),
    )


def _feed_event(row: claim_events.FeedRow) -> FeedEvent:
    event = _timeline_event(row.event)
    return FeedEvent(claim_id=ids.text(ids.CLAIM, row.claim_id), **event.model_dump())
