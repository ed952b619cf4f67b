"""Traces of a local run."""

from typing import Annotated, Final

from fastapi import Path, Request
from fastapi.responses import HTMLResponse, Response

from claimwright.http.parts import Parts
from claimwright.http.routes import Router
from claimwright_console.domain.traces import bars, outline
from claimwright_console.gateways.traces import MOST_TRACES
from claimwright_console.pages.rendering import page
from claimwright_console.persistence import events
from claimwright_console.visiting.parts import Console
from claimwright_console.visiting.visitors import Visitor, may

router = Router(tags=["pages"])

_SHOWN: Final = 100


@router.get("/traces", response_class=HTMLResponse, include_in_schema=False)
async def listed(request: Request, visitor: Annotated[Visitor, may("event:read")], console: Console) -> Response:
    """Show the newest traces."""
    traces = [] if console.traces is None else console.traces.newest(_SHOWN)
    return page(
        request,
        "traces.html",
        visitor=visitor,
        here="Traces",
        traces=traces,
        is_on=console.traces is not None,
        most=MOST_TRACES,
    )


@router.get("/traces/{trace_id}", response_class=HTMLResponse, include_in_schema=False)
async def one(
    request: Request,
    parts: Parts,
    visitor: Annotated[Visitor, may("event:read")],
    console: Console,
    trace_id: Annotated[str, Path(pattern="^[0-9a-f]{32}$")],
) -> Response:
    """Show the spans of a trace as bars, and the claims that it wrote about."""
    spans = () if console.traces is None else console.traces.spans_of(trace_id)
    async with parts.transactions.begin(org_id=visitor.org_id, actor=visitor.actor) as work:
        claims = await events.claims_of_trace(work, trace_id)
    return page(
        request,
        "trace.html",
        visitor=visitor,
        here="Traces",
        trace_id=trace_id,
        trace=outline(spans) if spans else None,
        bars=bars(spans),
        claims=claims,
    )
