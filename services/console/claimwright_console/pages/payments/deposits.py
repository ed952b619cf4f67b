"""Deposits: what the bank credited, what it belongs to, and what is missing on either side."""

from typing import Annotated, Final

from fastapi import Form, Query, Request
from fastapi.responses import HTMLResponse, Response

from claimwright import ids
from claimwright.http import paging
from claimwright.http.problems import NotFound, path_id
from claimwright.http.routes import Router
from claimwright_console.domain.payment_words import DEPOSIT_FLAG, DEPOSIT_KIND, DEPOSIT_STATE
from claimwright_console.gateways.deposit_answers import AwaitedPage, DepositDetail, DepositPage, DepositWords
from claimwright_console.gateways.owners import OwnerDidNotAct
from claimwright_console.pages.payments.asking import (
    NOTHING_YET,
    Notice,
    Reason,
    address,
    missing,
    payments_of,
    says,
    show,
    tried,
)
from claimwright_console.visiting.parts import Console, ConsoleParts
from claimwright_console.visiting.visitors import Visitor, may

router = Router(tags=["pages"])

_DONE: Final = {
    "unmatch": "Taken apart: both wait again.",
    "set-aside": "Set aside: nobody misses a remittance for it any more.",
    "bring-back": "Brought back: it waits for its remittance again.",
}
_MOST_REMITTANCES: Final = 100


@router.get("/payments/deposits", response_class=HTMLResponse, include_in_schema=False)
async def listed(
    request: Request,
    *,
    visitor: Annotated[Visitor, may("ledger:read")],
    console: Console,
    state: Annotated[str, Query(max_length=20)] = "open",
    kind: Annotated[str, Query(max_length=20)] = "",
    flag: Annotated[str, Query(max_length=20)] = "",
    after: paging.After = None,
) -> Response:
    """Show lines of banks' files; without a choice, those that nothing matches."""
    chosen = {
        "state": state if state in DEPOSIT_STATE else "",
        "kind": kind if kind in DEPOSIT_KIND else "",
        "flag": flag if flag in DEPOSIT_FLAG else "",
    }
    found, problem = None, None
    try:
        found = await payments_of(console, visitor).page("/v1/deposits", DepositPage, chosen, after=after)
    except OwnerDidNotAct as refusal:
        problem = says(refusal)
    kept = {**chosen, "state": chosen["state"] or "all"}
    return show(
        request,
        "deposits.html",
        visitor=visitor,
        section="deposits",
        found=found,
        problem=problem,
        chosen=chosen,
        older=address("/payments/deposits", **kept, after=found.next) if found and found.next else None,
        newest=address("/payments/deposits", **kept),
        is_first=after is None,
    )


@router.get("/payments/deposits/awaited", response_class=HTMLResponse, include_in_schema=False)
async def awaited(
    request: Request,
    *,
    visitor: Annotated[Visitor, may("ledger:read")],
    console: Console,
    late: bool = False,
    after: paging.After = None,
) -> Response:
    """Show posted remittances whose money the bank has not shown."""
    flag = "remit_without_eft" if late else None
    found, problem = None, None
    try:
        found = await payments_of(console, visitor).page(
            "/v1/deposits/awaited", AwaitedPage, {"flag": flag}, after=after
        )
    except OwnerDidNotAct as refusal:
        problem = says(refusal)
    kept = {"late": "true" if late else None}
    return show(
        request,
        "awaited.html",
        visitor=visitor,
        section="deposits",
        found=found,
        problem=problem,
        late=late,
        older=address("/payments/deposits/awaited", **kept, after=found.next) if found and found.next else None,
        newest=address("/payments/deposits/awaited", **kept),
        is_first=after is None,
    )


@router.get("/payments/deposits/{deposit_id}", response_class=HTMLResponse, include_in_schema=False)
async def one(
    request: Request, visitor: Annotated[Visitor, may("ledger:read")], console: Console, deposit_id: str
) -> Response:
    """Show a deposit and what it may belong to; what the bank wrote stays sealed."""
    return await _show_one(request, visitor, console, deposit_id)


@router.post("/payments/deposits/{deposit_id}/reveal", response_class=HTMLResponse, include_in_schema=False)
async def reveal(
    request: Request, visitor: Annotated[Visitor, may("remittance:read")], console: Console, deposit_id: str
) -> Response:
    """Have the owner open what the bank wrote, for this look; its trail says so."""
    path_id(ids.DEPOSIT, deposit_id)
    words, notice = None, NOTHING_YET
    try:
        words = await payments_of(console, visitor).read(
            f"/v1/deposits/{deposit_id}/words", DepositWords, permission="remittance:read"
        )
    except OwnerDidNotAct as refusal:
        missing(refusal, ids.DEPOSIT)
        notice = Notice(refused=says(refusal))
    return await _show_one(request, visitor, console, deposit_id, notice=notice, words=words)


@router.post("/payments/deposits/{deposit_id}/match", response_class=HTMLResponse, include_in_schema=False)
async def match(
    request: Request,
    *,
    visitor: Annotated[Visitor, may("adjustment:write")],
    console: Console,
    deposit_id: str,
    remittance: Annotated[list[str] | None, Form(max_length=_MOST_REMITTANCES)] = None,
    others: Annotated[str, Form(max_length=4000)] = "",
    reason: Reason,
) -> Response:
    """Match a deposit with the remittances that a person chose or named."""
    path_id(ids.DEPOSIT, deposit_id)
    chosen = list(dict.fromkeys([*(remittance or []), *others.replace(",", " ").split()]))
    if not chosen:
        notice = Notice(refused="Choose at least one remittance, or give its id.")
    else:
        notice = await tried(
            payments_of(console, visitor).act(
                f"/v1/deposits/{deposit_id}/match", {"remittance_ids": chosen, "reason": reason}
            ),
            done="Matched: the bank's money and the remittance are one.",
        )
    return await _show_one(request, visitor, console, deposit_id, notice=notice)


@router.post("/payments/deposits/{deposit_id}/{act}", response_class=HTMLResponse, include_in_schema=False)
async def act_on(
    request: Request,
    *,
    visitor: Annotated[Visitor, may("adjustment:write")],
    console: Console,
    deposit_id: str,
    act: str,
    reason: Reason,
) -> Response:
    """Take a deposit's match apart, set it aside, or bring it back."""
    path_id(ids.DEPOSIT, deposit_id)
    if act not in _DONE:
        raise NotFound("act")
    notice = await tried(
        payments_of(console, visitor).act(f"/v1/deposits/{deposit_id}/{act}", {"reason": reason}), done=_DONE[act]
    )
    return await _show_one(request, visitor, console, deposit_id, notice=notice)


async def _show_one(
    request: Request,
    visitor: Visitor,
    console: ConsoleParts,
    deposit_id: str,
    *,
    notice: Notice = NOTHING_YET,
    words: DepositWords | None = None,
) -> Response:
    path_id(ids.DEPOSIT, deposit_id)
    deposit, problem = None, None
    try:
        deposit = await payments_of(console, visitor).read(f"/v1/deposits/{deposit_id}", DepositDetail)
    except OwnerDidNotAct as refusal:
        missing(refusal, ids.DEPOSIT)
        problem = says(refusal)
    return show(
        request,
        "deposit.html",
        visitor=visitor,
        section="deposits",
        notice=notice,
        deposit=deposit,
        problem=problem,
        bank_wrote=words,
    )
