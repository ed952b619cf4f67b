"""The pipeline: is it flowing, and where not? Live over server-sent events."""

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated, Final

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response, StreamingResponse

from claimwright.http.permissions import public
from claimwright.http.routes import Router
from claimwright_console.pages.rendering import PLACES, page, render
from claimwright_console.visiting.parts import Console, ConsoleParts
from claimwright_console.visiting.visitors import Visitor, may, visitor_of

router = Router(tags=["pages"])

EVERY_SECONDS: Final = 2.0
"""How often a board is looked at again; what has not changed is not sent."""
RECHECK_SECONDS: Final = 60.0
"""How long a stream may go on without a look at its session, when nothing changes."""


@router.get(
    "/",
    response_class=HTMLResponse,
    include_in_schema=False,
    dependencies=[public("only sends the browser on: to the first page of its role, or to the door")],
)
async def home(request: Request) -> Response:
    """Go to the first page that the visitor's role has."""
    visitor = await visitor_of(request)
    if visitor is None:
        return RedirectResponse("/sign-in", status_code=303)
    return RedirectResponse(
        next((place.href for place in PLACES if visitor.may(place.permission)), "/sign-in"), status_code=303
    )


@router.get("/pipeline", response_class=HTMLResponse, include_in_schema=False)
async def pipeline(request: Request, visitor: Annotated[Visitor, may("claim:read")], console: Console) -> Response:
    """Show the board."""
    board = await console.boards.of(visitor.org_id)
    return page(request, "pipeline.html", visitor=visitor, here="Pipeline", board=board)


@router.get("/pipeline/live", response_class=StreamingResponse, include_in_schema=False)
async def live(request: Request, visitor: Annotated[Visitor, may("claim:read")], console: Console) -> Response:
    """Send the board again and again for as long as the session lives."""
    return StreamingResponse(
        boards(request, visitor, console),
        media_type="text/event-stream",
        headers={"cache-control": "no-store", "x-accel-buffering": "no"},
    )


async def boards(request: Request, visitor: Visitor, console: ConsoleParts) -> AsyncIterator[str]:
    """Yield a board whenever it differs from the last one sent, and an end when the session has ended.

    Looking at a live board is no act of a person: it does not keep the session alive.
    """
    sent, checked = "", 0.0
    ticks = asyncio.get_running_loop().time
    while not await request.is_disconnected():
        board = await console.boards.of(visitor.org_id)
        text = render("board.html", {"board": board, "visitor": visitor, "now": board.now})
        if text != sent or ticks() - checked >= RECHECK_SECONDS:
            if await visitor_of(request, is_act=False) is None:
                yield "event: signed-out\ndata: the session has ended\n\n"
                return
            checked = ticks()
        if text != sent:
            sent = text
            yield "".join(f"data: {line}\n" for line in text.splitlines() if line.strip()) + "\n"
        await asyncio.sleep(EVERY_SECONDS)
