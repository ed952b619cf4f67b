"""Suspense: money without a home, one remit claim with all that people may do about it, and provider-level items."""

import re
from collections.abc import Mapping
from typing import Annotated, Final

from fastapi import Form, Request
from fastapi.responses import HTMLResponse, Response
from starlette.datastructures import FormData

from claimwright import ids
from claimwright.http import paging
from claimwright.http.problems import path_id
from claimwright.http.routes import Router
from claimwright_console.gateways.owners import OwnerDidNotAct
from claimwright_console.gateways.payments import Payments
from claimwright_console.gateways.payments_answers import (
    FollowUpPage,
    ProviderLevelPage,
    RemitClaimDetail,
    SuspensePage,
)
from claimwright_console.pages.payments.asking import (
    NOTHING_YET,
    Id,
    Notice,
    Reason,
    address,
    is_id,
    missing,
    payments_of,
    says,
    show,
    tried,
)
from claimwright_console.visiting.parts import Console, ConsoleParts
from claimwright_console.visiting.visitors import Visitor, may

router = Router(tags=["pages"])

_HOW: Final[Mapping[str, str]] = {
    "correction": "It corrects what was answered before",
    "additional": "It counts beside what was posted",
    "reverses": "It takes back a payment",
    "nothing": "It brought no money and counts as nothing",
}
ClaimChosen = Annotated[str, Form(max_length=60)]
_CLAIM: Final = re.compile("clm_[0-9a-z]{26}")


@router.get("/payments/suspense", response_class=HTMLResponse, include_in_schema=False)
async def listed(
    request: Request, visitor: Annotated[Visitor, may("ledger:read")], console: Console, after: paging.After = None
) -> Response:
    """Show the money that waits for a home, the latest first, with the claims that may be meant."""
    return await _show_list(request, visitor, console, after=after)


@router.post("/payments/suspense/{remit_claim_id}/match", response_class=HTMLResponse, include_in_schema=False)
async def match(
    request: Request,
    *,
    visitor: Annotated[Visitor, may("adjustment:write")],
    console: Console,
    remit_claim_id: str,
    claim: ClaimChosen,
    reason: Reason,
) -> Response:
    """Give waiting money to a claim."""
    path_id(ids.REMIT_CLAIM, remit_claim_id)
    notice = await _to_claim(payments_of(console, visitor), remit_claim_id, "match", claim, reason)
    if notice.refused:
        return await _show_one(request, visitor, console, remit_claim_id, notice=notice)
    return await _show_list(request, visitor, console, notice=notice)


@router.post("/payments/suspense/{remit_claim_id}/propose", response_class=HTMLResponse, include_in_schema=False)
async def propose(
    request: Request,
    *,
    visitor: Annotated[Visitor, may("adjustment:write")],
    console: Console,
    remit_claim_id: str,
    claim: ClaimChosen,
    reason: Reason,
) -> Response:
    """Propose that a remit claim which does not add up counts for a claim."""
    path_id(ids.REMIT_CLAIM, remit_claim_id)
    notice = await _to_claim(payments_of(console, visitor), remit_claim_id, "propose", claim, reason)
    return await _show_one(request, visitor, console, remit_claim_id, notice=notice)


@router.post("/payments/suspense/{remit_claim_id}/approve", response_class=HTMLResponse, include_in_schema=False)
async def approve(
    request: Request,
    *,
    visitor: Annotated[Visitor, may("adjustment:approve")],
    console: Console,
    remit_claim_id: str,
    proposed: ClaimChosen,
    reason: Reason,
) -> Response:
    """Approve what another person proposed about a remit claim that does not add up, as the page showed it."""
    path = f"/v1/suspense/{remit_claim_id}/approve"
    return await _act(
        request,
        visitor,
        console,
        remit_claim_id,
        path=path,
        body={"proposed_claim_id": proposed, "reason": reason},
        permission="adjustment:approve",
        done="Approved: it is posted to its claim as it stands.",
    )


@router.post("/payments/suspense/{remit_claim_id}/resolve", response_class=HTMLResponse, include_in_schema=False)
async def resolve(
    request: Request,
    *,
    visitor: Annotated[Visitor, may("adjustment:write")],
    console: Console,
    remit_claim_id: str,
    how: Annotated[str, Form(max_length=20)],
    original: Annotated[str, Form(max_length=40)] = "",
    reason: Reason,
) -> Response:
    """Say how waiting money counts whose claim is known."""
    return await _act(
        request,
        visitor,
        console,
        remit_claim_id,
        path=f"/v1/suspense/{remit_claim_id}/resolve",
        body={"as": how, "original_id": original if how == "reverses" and original else None, "reason": reason},
        done="Done: it counts as you said.",
    )


@router.post("/payments/suspense/{remit_claim_id}/split", response_class=HTMLResponse, include_in_schema=False)
async def split(
    request: Request,
    *,
    visitor: Annotated[Visitor, may("adjustment:write")],
    console: Console,
    remit_claim_id: str,
    reason: Reason,
) -> Response:
    """Split a waiting remit claim: each line says into which part it goes."""
    parts: dict[str, list[int]] = {}
    for ordinal, part in _of_lines(await request.form(), "part_"):
        parts.setdefault(part, []).append(ordinal)
    return await _act(
        request,
        visitor,
        console,
        remit_claim_id,
        path=f"/v1/suspense/{remit_claim_id}/split",
        body={"parts": [parts[name] for name in sorted(parts)], "reason": reason},
        done="Split: each part waits in suspense for its claim.",
    )


@router.post("/payments/suspense/{remit_claim_id}/outside", response_class=HTMLResponse, include_in_schema=False)
async def outside(
    request: Request,
    *,
    visitor: Annotated[Visitor, may("adjustment:approve")],
    console: Console,
    remit_claim_id: str,
    reason: Reason,
) -> Response:
    """Book waiting money at provider level: what it is about was never in these books."""
    return await _act(
        request,
        visitor,
        console,
        remit_claim_id,
        path=f"/v1/suspense/{remit_claim_id}/book-outside",
        body={"reason": reason},
        permission="adjustment:approve",
        done="Booked at provider level.",
    )


@router.get("/payments/remit-claims/{remit_claim_id}", response_class=HTMLResponse, include_in_schema=False)
async def one(
    request: Request, visitor: Annotated[Visitor, may("ledger:read")], console: Console, remit_claim_id: str
) -> Response:
    """Show a remit claim: what the payer said beside what was billed, and what may be done."""
    return await _show_one(request, visitor, console, remit_claim_id)


@router.post("/payments/remit-claims/{remit_claim_id}/unmatch", response_class=HTMLResponse, include_in_schema=False)
async def unmatch(
    request: Request,
    *,
    visitor: Annotated[Visitor, may("adjustment:write")],
    console: Console,
    remit_claim_id: str,
    reason: Reason,
) -> Response:
    """Take a remit claim off its claim."""
    return await _act(
        request,
        visitor,
        console,
        remit_claim_id,
        path=f"/v1/remit-claims/{remit_claim_id}/unmatch",
        body={"reason": reason},
        done="Taken off its claim: its money waits in suspense.",
    )


@router.post("/payments/remit-claims/{remit_claim_id}/lines", response_class=HTMLResponse, include_in_schema=False)
async def say_lines(
    request: Request,
    *,
    visitor: Annotated[Visitor, may("adjustment:write")],
    console: Console,
    remit_claim_id: str,
    reason: Reason,
) -> Response:
    """Say which billed line each line answers."""
    lines = [
        {"ordinal": ordinal, "line": int(line) if line.isdecimal() else None}
        for ordinal, line in _of_lines(await request.form(), "line_")
    ]
    return await _act(
        request,
        visitor,
        console,
        remit_claim_id,
        path=f"/v1/remit-claims/{remit_claim_id}/lines",
        body={"lines": lines, "reason": reason},
        done="The lines are matched as you said.",
    )


@router.post("/payments/acts/{act_id}/undo", response_class=HTMLResponse, include_in_schema=False)
async def undo(
    request: Request,
    *,
    visitor: Annotated[Visitor, may("adjustment:write")],
    console: Console,
    act_id: str,
    remit_claim: Id,
    reason: Reason,
) -> Response:
    """Undo an act upon which nothing was built."""
    path_id(ids.ACT, act_id)
    return await _act(
        request,
        visitor,
        console,
        remit_claim,
        path=f"/v1/acts/{act_id}/undo",
        body={"reason": reason},
        done="Undone: new postings bring back what stood before.",
    )


@router.post("/payments/acts/{act_id}/undo-outside", response_class=HTMLResponse, include_in_schema=False)
async def undo_outside(
    request: Request,
    *,
    visitor: Annotated[Visitor, may("adjustment:approve")],
    console: Console,
    act_id: str,
    remit_claim: Id,
    reason: Reason,
) -> Response:
    """Undo that money was booked at provider level."""
    path_id(ids.ACT, act_id)
    return await _act(
        request,
        visitor,
        console,
        remit_claim,
        path=f"/v1/acts/{act_id}/undo-outside",
        body={"reason": reason},
        permission="adjustment:approve",
        done="Undone: its money waits in suspense again.",
    )


@router.get("/payments/provider-items", response_class=HTMLResponse, include_in_schema=False)
async def provider_items(
    request: Request, visitor: Annotated[Visitor, may("ledger:read")], console: Console, after: paging.After = None
) -> Response:
    """Show what stands at provider level, with what is still open of it."""
    found, problem = None, None
    try:
        found = await payments_of(console, visitor).page("/v1/provider-items", ProviderLevelPage, after=after)
    except OwnerDidNotAct as refusal:
        problem = says(refusal)
    return show(
        request,
        "provider_items.html",
        visitor=visitor,
        section="provider-items",
        found=found,
        problem=problem,
        older=address("/payments/provider-items", after=found.next) if found and found.next else None,
        newest="/payments/provider-items",
        is_first=after is None,
    )


@router.get("/payments/waiting", response_class=HTMLResponse, include_in_schema=False)
async def waiting(
    request: Request, visitor: Annotated[Visitor, may("ledger:read")], console: Console, after: paging.After = None
) -> Response:
    """Show what is waited for by the clock: corrections, forwarded payers, takebacks."""
    found, problem = None, None
    try:
        found = await payments_of(console, visitor).page("/v1/follow-ups", FollowUpPage, after=after)
    except OwnerDidNotAct as refusal:
        problem = says(refusal)
    return show(
        request,
        "waiting.html",
        visitor=visitor,
        section="waiting",
        found=found,
        problem=problem,
        older=address("/payments/waiting", after=found.next) if found and found.next else None,
        newest="/payments/waiting",
        is_first=after is None,
    )


async def _to_claim(payments: Payments, remit_claim_id: str, act: str, chosen: str, reason: str) -> Notice:
    """Match or propose; a claim may be given by its id or by the address of its page."""
    found = _CLAIM.search(chosen)
    if found is None or not is_id(ids.CLAIM, found[0]):
        return Notice(refused="Give the claim's id: it begins with clm_ and stands at the top of the claim's page.")
    return await tried(
        payments.act(f"/v1/suspense/{remit_claim_id}/{act}", {"claim_id": found[0], "reason": reason}),
        done="Matched: it is posted to the claim."
        if act == "match"
        else "Proposed. Nothing is posted yet: another person has to approve it.",
    )


async def _act(
    request: Request,
    visitor: Visitor,
    console: ConsoleParts,
    remit_claim_id: str,
    *,
    path: str,
    body: Mapping[str, object],
    done: str,
    permission: str = "adjustment:write",
) -> Response:
    path_id(ids.REMIT_CLAIM, remit_claim_id)
    notice = await tried(payments_of(console, visitor).act(path, body, permission=permission), done=done)
    return await _show_one(request, visitor, console, remit_claim_id, notice=notice)


async def _show_list(
    request: Request,
    visitor: Visitor,
    console: ConsoleParts,
    *,
    after: str | None = None,
    notice: Notice = NOTHING_YET,
) -> Response:
    found, problem = None, None
    try:
        found = await payments_of(console, visitor).page("/v1/suspense", SuspensePage, after=after)
    except OwnerDidNotAct as refusal:
        problem = says(refusal)
    return show(
        request,
        "suspense.html",
        visitor=visitor,
        section="suspense",
        notice=notice,
        found=found,
        problem=problem,
        older=address("/payments/suspense", after=found.next) if found and found.next else None,
        newest="/payments/suspense",
        is_first=after is None,
    )


async def _show_one(
    request: Request,
    visitor: Visitor,
    console: ConsoleParts,
    remit_claim_id: str,
    *,
    notice: Notice = NOTHING_YET,
) -> Response:
    path_id(ids.REMIT_CLAIM, remit_claim_id)
    claim, problem = None, None
    try:
        claim = await payments_of(console, visitor).read(f"/v1/remit-claims/{remit_claim_id}", RemitClaimDetail)
    except OwnerDidNotAct as refusal:
        missing(refusal, ids.REMIT_CLAIM)
        problem = says(refusal)
    return show(
        request,
        "remit_claim.html",
        visitor=visitor,
        section="suspense" if claim and claim.is_waiting else "files",
        notice=notice,
        claim=claim,
        problem=problem,
        how=_HOW,
    )


def _of_lines(form: FormData, name: str) -> list[tuple[int, str]]:
    """Return what a form says of each line, by the line's place."""
    return [
        (int(key.removeprefix(name)), value)
        for key, value in form.items()
        if key.startswith(name) and key.removeprefix(name).isdecimal() and isinstance(value, str)
    ]
