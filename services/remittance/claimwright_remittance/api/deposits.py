"""Deposits: what the bank credited, what it belongs to, and what is missing on either side."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query, Response
from sqlalchemy import Row

from claimwright import ids
from claimwright.http import paging
from claimwright.http.paging import Page
from claimwright.http.permissions import requires
from claimwright.http.problems import NotFound, path_id
from claimwright.http.routes import Router
from claimwright.security import audit
from claimwright.security.caller import Caller
from claimwright_remittance.api.models import ReasonBody
from claimwright_remittance.api.models_of_deposits import (
    AwaitedView,
    DepositActView,
    DepositCount,
    DepositCounts,
    DepositMatchBody,
    DepositMatchView,
    DepositQuery,
    DepositSuggestionView,
    DepositSummary,
    DepositView,
    DepositWords,
    Flag,
    FlagView,
    HeldRemittanceView,
    MatchedRemittanceView,
)
from claimwright_remittance.domain.deposits.ageing import expects
from claimwright_remittance.domain.deposits.matching import Credit, suggest
from claimwright_remittance.parts import Parts
from claimwright_remittance.persistence import deposit_views, deposits
from claimwright_remittance.persistence.deposit_views import Wanted
from claimwright_remittance.usecases.match_deposit_by_hand import match_deposit_by_hand
from claimwright_remittance.usecases.set_deposit_aside import bring_deposit_back, set_deposit_aside
from claimwright_remittance.usecases.unmatch_deposit import unmatch_deposit

router = Router(tags=["deposits"])


@router.get("/v1/deposits")
async def list_deposits(
    parts: Parts,
    caller: Annotated[Caller, requires("ledger:read")],
    query: Annotated[DepositQuery, Query()],
) -> Page[DepositSummary]:
    """List the lines of banks' files, the latest taken in first, with their matches and flags."""
    before = ids.parse(ids.DEPOSIT, str(paging.decode(query.after, str)[0])) if query.after else None
    wanted = Wanted(**query.model_dump(exclude={"after", "limit"}))
    async with parts.transactions.begin(org_id=caller.org_id, actor=caller.actor) as work:
        rows = await deposit_views.listed(work, wanted, before=before, limit=query.limit)
        matches = await deposit_views.matched_with(work, [row.id for row in rows])
        flags = await deposit_views.flags_of(work, deposit_ids=[row.id for row in rows])
    items = [DepositSummary(**_summary(row, matches, flags)) for row in rows]
    return Page(items=items, next=paging.encode((items[-1].id,)) if len(items) == query.limit else None)


@router.get("/v1/deposits/counts")
async def count_deposits(parts: Parts, caller: Annotated[Caller, requires("ledger:read")]) -> DepositCounts:
    """Return how many deposits stand in each state, how many remittances wait for one, and how many flags stand."""
    async with parts.transactions.begin(org_id=caller.org_id, actor=caller.actor) as work:
        counted = await deposits.counts(work)
        awaited = await deposits.counts_awaited(work)
        flagged = await deposits.counts_flagged(work)
    return DepositCounts(
        deposits=[
            DepositCount(state=row.state, kind=row.kind, count=row.number, cents=int(row.cents)) for row in counted
        ],
        awaited_count=awaited.number,
        awaited_cents=int(awaited.cents),
        flags={row.kind: row.number for row in flagged},
    )


@router.get("/v1/deposits/awaited")
async def list_awaited(
    parts: Parts,
    caller: Annotated[Caller, requires("ledger:read")],
    flag: Flag | None = None,
    after: paging.After = None,
    limit: paging.Limit = paging.USUAL_PAGE,
) -> Page[AwaitedView]:
    """List posted remittances whose money the bank has not shown, the latest first. One that pays nothing expects none.

    With `flag=remit_without_eft` those that are overdue.
    """
    before = ids.parse(ids.REMITTANCE, str(paging.decode(after, str)[0])) if after else None
    async with parts.transactions.begin(org_id=caller.org_id, actor=caller.actor) as work:
        rows = await deposit_views.awaited(work, before=before, flag=flag, limit=limit)
        flags = await deposit_views.flags_of(work, remittance_ids=[row.id for row in rows])
    items = [
        AwaitedView(
            remittance_id=ids.text(ids.REMITTANCE, row.id),
            file_id=ids.text(ids.FILE, row.file_id),
            set_ordinal=row.set_ordinal,
            payer_id=row.payer_id,
            trace_number=row.trace_number,
            payment_date=row.payment_date,
            payment_cents=row.payment_cents,
            payment_method=row.payment_method,
            expects=expects(row.payment_method, row.payment_cents).value,
            flags=[_flag(each) for each in flags.get(row.id, [])],
        )
        for row in rows
    ]
    return Page(items=items, next=paging.encode((items[-1].remittance_id,)) if len(items) == limit else None)


@router.get("/v1/deposits/{deposit_id}")
async def get_deposit(deposit_id: str, parts: Parts, caller: Annotated[Caller, requires("ledger:read")]) -> DepositView:
    """Return a deposit with the remittances that it may belong to; what the bank wrote stays sealed."""
    wanted = path_id(ids.DEPOSIT, deposit_id)
    async with parts.transactions.begin(org_id=caller.org_id, actor=caller.actor) as work:
        row = await deposit_views.one(work, wanted)
        if row is None:
            raise NotFound(ids.DEPOSIT)
        matches = await deposit_views.matched_with(work, [wanted])
        flags = await deposit_views.flags_of(work, deposit_ids=[wanted])
        past_matches, acts = await deposit_views.history(work, wanted)
        credit = Credit(row.id, row.posted_on, row.cents, row.trace_number, row.trace_payer_id)
        likely = await deposits.candidates(work, credit) if row.state == "open" else []
        held = await deposits.held_with_trace(work, row.trace_number) if row.state == "open" else []
    return DepositView(
        **_summary(row, matches, flags),
        trace_payer_id=row.trace_payer_id,
        suggestions=[
            DepositSuggestionView(
                remittance_id=ids.text(ids.REMITTANCE, each.awaited.remittance_id),
                file_id=ids.text(ids.FILE, each.awaited.file_id),
                payer_id=each.awaited.payer_id,
                trace_number=each.awaited.trace_number,
                payment_date=each.awaited.payment_date,
                payment_cents=each.awaited.payment_cents,
                score=each.score,
                reasons=list(each.reasons),
            )
            for each in suggest(credit, likely, window=parts.terms.window)
        ],
        held=[
            HeldRemittanceView(
                remittance_id=ids.text(ids.REMITTANCE, each.id),
                file_id=ids.text(ids.FILE, each.file_id),
                state=each.state,
                payment_cents=each.payment_cents,
            )
            for each in held
        ],
        history=_history(past_matches, acts),
    )


@router.get("/v1/deposits/{deposit_id}/words")
async def reveal_words(
    deposit_id: str, parts: Parts, caller: Annotated[Caller, requires("remittance:read")]
) -> DepositWords:
    """Return what the bank wrote of a deposit: account, references and text; who saw it is recorded."""
    wanted = path_id(ids.DEPOSIT, deposit_id)
    async with parts.transactions.begin(org_id=caller.org_id, actor=caller.actor) as work:
        row = await deposit_views.sealed(work, wanted)
        if row is None:
            raise NotFound(ids.DEPOSIT)
        words = await deposits.words_of(work, row)
        await audit.record(
            work,
            action="deposit.opened",
            object=ids.text(ids.DEPOSIT, wanted),
            fields=("account", "references", "text"),
        )
    return DepositWords(account=words.account, references=list(words.references), text=words.text)


@router.post("/v1/deposits/{deposit_id}/match", status_code=204)
async def match(
    deposit_id: str,
    body: DepositMatchBody,
    parts: Parts,
    caller: Annotated[Caller, requires("adjustment:write")],
) -> Response:
    """Match an open deposit with remittances whose payments add up to it, whatever trace number and day say."""
    wanted = path_id(ids.DEPOSIT, deposit_id)
    remittance_ids = [path_id(ids.REMITTANCE, each) for each in body.remittance_ids]
    async with parts.transactions.begin(org_id=caller.org_id, actor=caller.actor) as work:
        await match_deposit_by_hand(work, wanted, remittance_ids, reason=body.reason)
    return Response(status_code=204)


@router.post("/v1/deposits/{deposit_id}/unmatch", status_code=204)
async def unmatch(
    deposit_id: str, body: ReasonBody, parts: Parts, caller: Annotated[Caller, requires("adjustment:write")]
) -> Response:
    """Take a deposit and its remittances apart; both wait again, and what the match posted is posted back."""
    wanted = path_id(ids.DEPOSIT, deposit_id)
    async with parts.transactions.begin(org_id=caller.org_id, actor=caller.actor) as work:
        await unmatch_deposit(work, wanted, reason=body.reason)
    return Response(status_code=204)


@router.post("/v1/deposits/{deposit_id}/set-aside", status_code=204)
async def set_aside(
    deposit_id: str, body: ReasonBody, parts: Parts, caller: Annotated[Caller, requires("adjustment:write")]
) -> Response:
    """Say that a deposit is no payment of a remittance; nobody misses a remittance for it any more."""
    wanted = path_id(ids.DEPOSIT, deposit_id)
    async with parts.transactions.begin(org_id=caller.org_id, actor=caller.actor) as work:
        await set_deposit_aside(work, wanted, reason=body.reason)
    return Response(status_code=204)


@router.post("/v1/deposits/{deposit_id}/bring-back", status_code=204)
async def bring_back(
    deposit_id: str, body: ReasonBody, parts: Parts, caller: Annotated[Caller, requires("adjustment:write")]
) -> Response:
    """Let a deposit that was set aside wait for its remittance again."""
    wanted = path_id(ids.DEPOSIT, deposit_id)
    async with parts.transactions.begin(org_id=caller.org_id, actor=caller.actor) as work:
        await bring_deposit_back(work, wanted, reason=body.reason)
    return Response(status_code=204)


def _summary(
    row: Row[Any], matches: Mapping[UUID, Sequence[Row[Any]]], flags: Mapping[UUID, Sequence[Row[Any]]]
) -> dict[str, Any]:
    return {
        "id": ids.text(ids.DEPOSIT, row.id),
        "bank_file_id": ids.text(ids.FILE, row.bank_file_id),
        "line": row.line,
        "byte_start": row.byte_start,
        "byte_end": row.byte_end,
        "kind": row.kind,
        "type_code": row.type_code,
        "posted_on": row.posted_on,
        "cents": row.cents,
        "trace_number": row.trace_number,
        "state": row.state,
        "match": _match(matches.get(row.id, [])),
        "flags": [_flag(each) for each in flags.get(row.id, [])],
        "received_at": row.received_at,
    }


def _match(rows: Sequence[Row[Any]]) -> DepositMatchView | None:
    if not rows:
        return None
    first = rows[0]
    return DepositMatchView(
        id=ids.text(ids.DEPOSIT_MATCH, first.id),
        how=first.how,
        matched_by=first.matched_by,
        matched_at=first.matched_at,
        reason=first.reason,
        remittances=[
            MatchedRemittanceView(
                remittance_id=ids.text(ids.REMITTANCE, row.remittance_id),
                file_id=ids.text(ids.FILE, row.file_id),
                cents=row.cents,
            )
            for row in rows
        ],
    )


def _flag(row: Row[Any]) -> FlagView:
    return FlagView(
        kind=row.kind,
        deposit_id=None if row.deposit_id is None else ids.text(ids.DEPOSIT, row.deposit_id),
        remittance_id=None if row.remittance_id is None else ids.text(ids.REMITTANCE, row.remittance_id),
        reasons=list(row.reasons),
        raised_at=row.raised_at,
    )


def _history(matches: Sequence[Row[Any]], acts: Sequence[Row[Any]]) -> list[DepositActView]:
    told = [DepositActView(act=row.act, actor=row.actor, at=row.at, reason=row.reason) for row in acts]
    for row in matches:
        told.append(DepositActView(act="matched", actor=row.matched_by, at=row.matched_at, reason=row.reason))
        if row.unmatched_at is not None:
            told.append(
                DepositActView(act="unmatched", actor=row.unmatched_by, at=row.unmatched_at, reason=row.unmatch_reason)
            )
    return sorted(told, key=lambda each: each.at)
