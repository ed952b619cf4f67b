"""Sign in by a one-time link, and sign out."""

from typing import Annotated

from fastapi import Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from claimwright.http.parts import Parts
from claimwright.http.permissions import public
from claimwright.http.routes import Router
from claimwright_console.domain.sessions import parse_token
from claimwright_console.pages.rendering import page
from claimwright_console.usecases.sign_in import LinkNotGood, sign_in, sign_out
from claimwright_console.visiting.visitors import drop_session, require_own_origin, set_session, token_of

router = Router(tags=["pages"])


@router.get(
    "/sign-in",
    response_class=HTMLResponse,
    include_in_schema=False,
    dependencies=[public("whoever comes here is not signed in yet")],
)
async def door(request: Request, ended: bool = False) -> Response:
    """Show the door; the link's secret stands in the fragment, so it has not reached the server yet."""
    return page(request, "sign_in.html", visitor=None, refused=False, ended=ended)


@router.post(
    "/sign-in",
    response_class=HTMLResponse,
    include_in_schema=False,
    dependencies=[public("the one-time secret in the form is what proves the person")],
)
async def come_in(request: Request, parts: Parts, token: Annotated[str, Form(max_length=200)]) -> Response:
    """Use up a link and start a session.

    A link is used by this, never by opening its address: what scans links in mail must not use them up.
    """
    require_own_origin(request)
    given = parse_token(token)
    if given is None:
        return page(request, "sign_in.html", visitor=None, refused=True, ended=False, status=403)
    try:
        async with parts.transactions.begin(org_id=given.org_id, actor="console") as work:
            session = await sign_in(work, given)
    except LinkNotGood:
        return page(request, "sign_in.html", visitor=None, refused=True, ended=False, status=403)
    answer = RedirectResponse("/", status_code=303)
    set_session(request, answer, session)
    return answer


@router.post(
    "/sign-out",
    response_class=HTMLResponse,
    include_in_schema=False,
    dependencies=[public("ends the session that the cookie names, and nothing else")],
)
async def go_out(request: Request, parts: Parts) -> Response:
    """End the session on the server and in the browser."""
    require_own_origin(request)
    token = token_of(request)
    if token is not None:
        async with parts.transactions.begin(org_id=token.org_id, actor="console") as work:
            await sign_out(work, token)
    answer = RedirectResponse("/sign-in?ended=true", status_code=303)
    drop_session(request, answer)
    return answer
