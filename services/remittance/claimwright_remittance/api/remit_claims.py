"""One remit claim, and what people may do about it: match it, take it off, split it, say how it counts, undo."""

from collections.abc import Iterable, Sequence
from typing import Annotated, Any
from uuid import UUID

from sqlalchemy import Row

from claimwright import ids
from claimwright.http.permissions import PermissionMissing, requires
from claimwright.http.problems import NotFound, path_id
from claimwright.http.routes import Router
from claimwright.security.caller import Caller
from claimwright_remittance.api.models import LineMatchView, ReasonBody
from claimwright_remittance.api.models_of_acts import (
    ActAnswer,
    ActView,
    BilledLineView,
    LinesBody,
    OtherAnswerView,
    PartOfSplitView,
    ProposedView,
    RemitClaimDetail,
    RemitLineView,
    ResolveBody,
    SplitAnswer,
    SplitBody,
)
from claimwright_remittance.domain.claims.acts import ActKind, LinesDiffer, heard_by_id
from claimwright_remittance.domain.claims.books import ClaimBooks
from claimwright_remittance.domain.claims.possible import Possible, possible_alone, possible_on_claim
from claimwright_remittance.domain.remits.matching import LineMatch
from claimwright_remittance.domain.remits.remittance import RemitClaim
from claimwright_remittance.domain.remits.standing import Heard, HeldFor
from claimwright_remittance.parts import Parts
from claimwright_remittance.persistence import acts, claim_acceptances, claims, content
from claimwright_remittance.persistence.acts import Seat
from claimwright_remittance.persistence.claim_acceptances import ClaimAcceptance
from claimwright_remittance.usecases.book_outside import book_outside
from claimwright_remittance.usecases.decide_waiting import decide_waiting
from claimwright_remittance.usecases.match_lines import match_lines
from claimwright_remittance.usecases.split_remit_claim import split_remit_claim
from claimwright_remittance.usecases.take_off_claim import take_off_claim
from claimwright_remittance.usecases.undo_act import undo_act

router = Router(tags=["remit claims"])


@router.get("/v1/remit-claims/{remit_claim_id}")
async def get_remit_claim(
    remit_claim_id: str, parts: Parts, caller: Annotated[Caller, requires("ledger:read")]
) -> RemitClaimDetail:
    """Return one remit claim with its lines, the billed lines that they answer, and what people did about it."""
    wanted = path_id(ids.REMIT_CLAIM, remit_claim_id)
    async with parts.transactions.begin(org_id=caller.org_id, actor=caller.actor) as work:
        seat = (await acts.seats(work, [wanted])).get(wanted)
        if seat is None:
            raise NotFound(ids.REMIT_CLAIM)
        books = await claims.seen(work, seat.claim_id) if seat.claim_id else None
        done = await acts.of_remit_claim(work, wanted)
        split_into = await acts.seats(work, await acts.parts_of(work, wanted)) if seat.split_from is None else {}
        is_proposable = seat.state["held_for"] == HeldFor.OUT_OF_BALANCE.value
        proposed = await claim_acceptances.find(work, wanted, lock=False) if is_proposable else None
    return _detail(seat, books, done, proposed, split_into.values())


@router.post("/v1/remit-claims/{remit_claim_id}/unmatch")
async def unmatch(
    remit_claim_id: str, body: ReasonBody, parts: Parts, caller: Annotated[Caller, requires("adjustment:write")]
) -> ActAnswer:
    """Take a remit claim off its claim: its money waits in suspense, and its postings are turned by new ones."""
    wanted = path_id(ids.REMIT_CLAIM, remit_claim_id)
    async with parts.transactions.begin(org_id=caller.org_id, actor=caller.actor) as work:
        return _done(await take_off_claim(work, wanted, reason=body.reason))


@router.post("/v1/remit-claims/{remit_claim_id}/lines")
async def say_lines(
    remit_claim_id: str, body: LinesBody, parts: Parts, caller: Annotated[Caller, requires("adjustment:write")]
) -> ActAnswer:
    """Say which billed line each line of a remit claim answers."""
    wanted = path_id(ids.REMIT_CLAIM, remit_claim_id)
    lines = {each.ordinal: each.line for each in body.lines}
    if len(lines) < len(body.lines):
        raise LinesDiffer(ids.text(ids.REMIT_CLAIM, wanted))
    async with parts.transactions.begin(org_id=caller.org_id, actor=caller.actor) as work:
        return _done(await match_lines(work, wanted, lines, reason=body.reason))


@router.post("/v1/suspense/{remit_claim_id}/resolve")
async def resolve(
    remit_claim_id: str, body: ResolveBody, parts: Parts, caller: Annotated[Caller, requires("adjustment:write")]
) -> ActAnswer:
    """Say how waiting money counts: as a correction of what was answered before, beside it, as the reversal of a
    decision, or, where it brought no money, as nothing."""
    wanted = path_id(ids.REMIT_CLAIM, remit_claim_id)
    original_id = path_id(ids.REMIT_CLAIM, body.original_id) if body.original_id else None
    async with parts.transactions.begin(org_id=caller.org_id, actor=caller.actor) as work:
        kind = ActKind(body.how)
        return _done(await decide_waiting(work, wanted, kind, original_id=original_id, reason=body.reason))


@router.post("/v1/suspense/{remit_claim_id}/split")
async def split(
    remit_claim_id: str, body: SplitBody, parts: Parts, caller: Annotated[Caller, requires("adjustment:write")]
) -> SplitAnswer:
    """Split a waiting remit claim by its lines; what was said of it as a whole goes with the first part."""
    wanted = path_id(ids.REMIT_CLAIM, remit_claim_id)
    async with parts.transactions.begin(org_id=caller.org_id, actor=caller.actor) as work:
        act_id, part_ids = await split_remit_claim(work, wanted, body.parts, reason=body.reason)
    return SplitAnswer(
        act_id=ids.text(ids.ACT, act_id), part_ids=[ids.text(ids.REMIT_CLAIM, each) for each in part_ids]
    )


@router.post("/v1/suspense/{remit_claim_id}/book-outside")
async def outside(
    remit_claim_id: str, body: ReasonBody, parts: Parts, caller: Annotated[Caller, requires("adjustment:approve")]
) -> ActAnswer:
    """Book waiting money at provider level, since what it is about was never in these books."""
    wanted = path_id(ids.REMIT_CLAIM, remit_claim_id)
    async with parts.transactions.begin(org_id=caller.org_id, actor=caller.actor) as work:
        return _done(await book_outside(work, wanted, reason=body.reason))


@router.post("/v1/acts/{act_id}/undo")
async def undo(
    act_id: str, body: ReasonBody, parts: Parts, caller: Annotated[Caller, requires("adjustment:write")]
) -> ActAnswer:
    """Undo an act where nothing was built upon it: new postings bring back what stood before."""
    return await _undone(act_id, body, parts, caller)


@router.post("/v1/acts/{act_id}/undo-outside")
async def undo_outside(
    act_id: str, body: ReasonBody, parts: Parts, caller: Annotated[Caller, requires("adjustment:approve")]
) -> ActAnswer:
    """Undo that money was booked at provider level: it waits in suspense again."""
    return await _undone(act_id, body, parts, caller)


async def _undone(act_id: str, body: ReasonBody, parts: Parts, caller: Caller) -> ActAnswer:
    """Undo an act for who might have done it."""
    wanted = path_id(ids.ACT, act_id)
    async with parts.transactions.begin(org_id=caller.org_id, actor=caller.actor) as work:
        known = await acts.find(work, wanted)
        is_outside = known is not None and known.kind is ActKind.OUTSIDE
        needed = "adjustment:approve" if is_outside else "adjustment:write"
        if not caller.may(needed):
            raise PermissionMissing(needed)
        return _done(await undo_act(work, wanted, reason=body.reason))


def _done(act_id: UUID) -> ActAnswer:
    return ActAnswer(act_id=ids.text(ids.ACT, act_id))


def _detail(
    seat: Seat,
    books: ClaimBooks | None,
    done: Sequence[Row[Any]],
    proposed: ClaimAcceptance | None,
    split_into: Iterable[Seat],
) -> RemitClaimDetail:
    state = seat.state
    claim = seat.claim
    matches = content.matches_of(state["matches"]) if state["matches"] else None
    return RemitClaimDetail(
        id=ids.text(ids.REMIT_CLAIM, seat.remit_claim_id),
        file_id=ids.text(ids.FILE, seat.source.file_id),
        claim_id=_text(ids.CLAIM, seat.claim_id),
        payer_order=state["payer_order"],
        claim_outcome_code=claim.claim_outcome_code,
        payer_claim_control_number=claim.payer_claim_control_number,
        charge_cents=claim.charge_cents,
        paid_cents=claim.paid_cents,
        standing=state["standing"],
        held_for=state["held_for"],
        pairs_with=_text(ids.REMIT_CLAIM, UUID(state["pairs_with"]) if state["pairs_with"] else None),
        part=seat.part,
        split_from=_text(ids.REMIT_CLAIM, seat.split_from),
        parts=[
            PartOfSplitView(
                id=ids.text(ids.REMIT_CLAIM, each.remit_claim_id),
                part=each.part,
                claim_id=_text(ids.CLAIM, each.claim_id),
                charge_cents=each.claim.charge_cents,
                paid_cents=each.claim.paid_cents,
                standing=each.state["standing"],
            )
            for each in sorted(split_into, key=lambda each: each.part)
        ],
        lines=_lines(claim, matches),
        billed_lines=[
            BilledLineView(
                line=each.line,
                procedure_code=each.procedure_code,
                modifiers=list(each.modifiers),
                service_date=each.service_date,
                charge_cents=each.charge_cents,
            )
            for each in (books.billed.lines if books and books.billed else ())
        ],
        others=[_other(each) for each in (books.heard if books else ()) if each.remit_claim_id != seat.remit_claim_id],
        acts=[
            ActView(
                id=ids.text(ids.ACT, row.id),
                kind=row.kind,
                actor=row.actor,
                acted_at=row.acted_at,
                claim_id=_text(ids.CLAIM, row.claim_id),
                undoes=_text(ids.ACT, row.undoes),
                undone_by=_text(ids.ACT, row.undone_by),
            )
            for row in done
        ],
        possible=_possible(seat, books, proposed),
        proposed=None
        if proposed is None
        else ProposedView(
            proposed_claim_id=ids.text(ids.CLAIM, proposed.claim_id),
            proposed_by=proposed.proposed_by,
            reason=proposed.reason,
        ),
    )


def _possible(seat: Seat, books: ClaimBooks | None, proposed: ClaimAcceptance | None) -> list[str]:
    """Return what may be done; whoever proposed something is not the one who approves it, and is told by the page."""
    if books is None:
        found = [each.value for each in possible_alone(seat.heard(), is_part=seat.split_from is not None)]
    else:
        found = [each.value for each in possible_on_claim(books, heard_by_id(books, seat.remit_claim_id))]
    return [*found, *(["approve"] if proposed and Possible.PROPOSE.value in found else [])]


def _lines(claim: RemitClaim, matches: Sequence[LineMatch] | None) -> list[RemitLineView]:
    found: Sequence[LineMatch | None] = matches or [None] * len(claim.lines)
    return [
        RemitLineView(
            ordinal=ordinal,
            procedure_code=line.procedure_code,
            modifiers=list(line.modifiers),
            submitted_code=line.submitted_code,
            service_date=line.service_date,
            charge_cents=line.charge_cents,
            paid_cents=line.paid_cents,
            reasons=[(each.code, each.cents) for each in line.adjustments],
            match=None
            if match is None
            else LineMatchView(line=match.line, rung=match.rung.value, score=match.score, notes=list(match.notes)),
            byte_start=line.place.byte_start,
            byte_end=line.place.byte_end,
        )
        for ordinal, (line, match) in enumerate(zip(claim.lines, found, strict=True), 1)
    ]


def _other(heard: Heard) -> OtherAnswerView:
    return OtherAnswerView(
        id=ids.text(ids.REMIT_CLAIM, heard.remit_claim_id),
        payer_order=heard.payer_order,
        claim_outcome_code=heard.claim.claim_outcome_code,
        charge_cents=heard.claim.charge_cents,
        paid_cents=heard.claim.paid_cents,
        standing=heard.standing.value if heard.standing else "",
        held_for=heard.held_for.value if heard.held_for else None,
    )


def _text(prefix: str, value: UUID | None) -> str | None:
    return None if value is None else ids.text(prefix, value)
