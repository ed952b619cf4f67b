"""Who looks at a page: the session in the cookie, its person, role and organization; and what guards each page."""

from dataclasses import dataclass
from typing import Any, ClassVar, Final
from uuid import UUID

from fastapi import Depends, Request, Response

from claimwright import ids
from claimwright.http.parts import parts_of
from claimwright.http.permissions import Guard, NotAuthenticated, PermissionMissing
from claimwright.refusals import Refusal
from claimwright.security import permissions
from claimwright.security.caller import Caller
from claimwright.security.permissions import Role
from claimwright_console.domain.sessions import ABSOLUTE, Token, parse_token
from claimwright_console.usecases.sign_in import recognise
from claimwright_console.visiting.parts import console_of

COOKIE: Final = "sid"
SECURE_COOKIE: Final = "__Host-sid"
_SAFE: Final = frozenset({"GET", "HEAD"})


class SignInNeeded(NotAuthenticated):
    """A page without a live session; the browser is sent to the sign-in page."""


class ForeignOrigin(Refusal):
    """A request that changes something and did not come from one of our own pages."""

    code: ClassVar[str] = "foreign_origin"
    fix: ClassVar[str | None] = "Do it from the console itself."


@dataclass(frozen=True, slots=True)
class Visitor(Caller):
    """A signed-in person; `token` is the session's."""

    person_id: UUID
    role: Role
    organization: str
    token: Token


class SignedIn(Guard):
    """The guard of a page: a live session whose role holds the permission, and for an act an origin of our own."""

    def __init__(self, permission: str) -> None:
        self.permission: str = permissions.known(permission)

    async def __call__(self, request: Request) -> Visitor:
        """Return the visitor that the page has let in."""
        visitor = request.state.caller
        if not isinstance(visitor, Visitor):
            raise TypeError("the page was not made by claimwright.http.routes.Router")
        return visitor

    async def admit(self, request: Request) -> None:
        """Recognise the session and remember its person with the request.

        Errors: SignInNeeded, ForeignOrigin, PermissionMissing.
        """
        if request.method not in _SAFE:
            require_own_origin(request)
        visitor = await visitor_of(request)
        if visitor is None:
            raise SignInNeeded("no live session")
        if not visitor.may(self.permission):
            raise PermissionMissing(self.permission)
        request.state.caller = visitor


def may(permission: str) -> Any:
    """Return the dependency that lets in a signed-in person who holds a permission."""
    return Depends(SignedIn(permission))


async def visitor_of(request: Request, *, is_act: bool = True) -> Visitor | None:
    """Return who has the live session of a request, or None; what is no act of the person keeps no session alive."""
    token = token_of(request)
    if token is None:
        return None
    parts = parts_of(request)
    async with parts.transactions.begin(org_id=token.org_id, actor="console") as work:
        found = await recognise(work, token, is_act=is_act)
    if found is None:
        return None
    organization = await parts.access.organization(token.org_id)
    return Visitor(
        org_id=token.org_id,
        actor=ids.text(ids.PERSON, found.person_id),
        kind="person",
        permissions=permissions.ROLES[found.role],
        is_test=organization is not None and organization.is_test,
        person_id=found.person_id,
        role=found.role,
        organization="The deployment" if organization is None else organization.name,
        token=token,
    )


def require_own_origin(request: Request) -> None:
    """Refuse what another site's page had a browser send.

    A browser says by `Sec-Fetch-Site` where a request comes from; one that does not say so has to name the origin.
    Errors: ForeignOrigin.
    """
    site = request.headers.get("sec-fetch-site")
    own = console_of(request).base_url
    if site == "same-origin" or (site is None and request.headers.get("origin") == own):
        return
    raise ForeignOrigin("the request came from elsewhere")


def token_of(request: Request) -> Token | None:
    """Return the session token of a request's cookie."""
    name = SECURE_COOKIE if _is_secure(request) else COOKIE
    return parse_token(request.cookies.get(name, ""))


def set_session(request: Request, answer: Response, token: Token) -> None:
    """Give the browser a session: no script reads the cookie, and no other site's request carries it."""
    secure = _is_secure(request)
    answer.set_cookie(
        SECURE_COOKIE if secure else COOKIE,
        token.text,
        max_age=int(ABSOLUTE.total_seconds()),
        path="/",
        secure=secure,
        httponly=True,
        samesite="strict",
    )


def drop_session(request: Request, answer: Response) -> None:
    """Have the browser forget its session."""
    secure = _is_secure(request)
    name = SECURE_COOKIE if secure else COOKIE
    answer.delete_cookie(name, path="/", secure=secure, httponly=True, samesite="strict")


def _is_secure(request: Request) -> bool:
    return console_of(request).base_url.startswith("https:")
