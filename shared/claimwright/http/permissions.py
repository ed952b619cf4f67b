"""Each route says who may call it: `requires("encounter:write")`, or `public("why")`. One without does not start.

The caller is known before the body is read: `routes.Router` asks the guard first.
"""

from abc import ABC, abstractmethod
from typing import Any, ClassVar, Final

from fastapi import Depends, Request
from fastapi.openapi.models import HTTPBearer as HTTPBearerModel
from fastapi.security.base import SecurityBase

from claimwright import clock
from claimwright.http.parts import AppParts, parts_of
from claimwright.refusals import Refusal
from claimwright.security import apikeys, permissions, tokens
from claimwright.security.caller import Caller

_BEARER: Final = "bearer "
_LONGEST: Final = 4096


class NotAuthenticated(Refusal):
    """A call without credentials, or with ones that prove nobody. The words do not say which, nor why."""

    code: ClassVar[str] = "not_authenticated"
    fix: ClassVar[str | None] = (
        "Send `Authorization: Bearer <API key>`; see whether the key is whole and not withdrawn."
    )


class PermissionMissing(Refusal):
    """A proved caller that lacks the permission of this route."""

    code: ClassVar[str] = "permission_missing"
    fix: ClassVar[str | None] = "Ask whoever gave you the key or role for this permission."

    def __init__(self, permission: str) -> None:
        super().__init__(f"this needs the permission {permission}")


class Guard(ABC):
    """What stands before a route; each route has exactly one. The console has one of its own, for its sessions."""

    permission: str | None = None
    why: str | None = None

    @abstractmethod
    async def admit(self, request: Request) -> None:
        """Let the request in, before its body is read. Errors: a refusal."""


class Requires(SecurityBase, Guard):
    """The guard of a route that needs one permission; as a dependency it gives the `Caller`."""

    def __init__(self, permission: str) -> None:
        self.permission: str = permissions.known(permission)
        self.model = HTTPBearerModel(description="An API key of a partner, or a person's token from the console.")
        self.scheme_name = "bearer"

    async def __call__(self, request: Request) -> Caller:
        """Return the caller that the route has let in."""
        caller = request.state.caller
        if not isinstance(caller, Caller):
            raise TypeError("the route was not made by claimwright.http.routes.Router")
        return caller

    async def admit(self, request: Request) -> None:
        """Prove who calls and that they may, and remember it with the request.

        Errors: NotAuthenticated, PermissionMissing.
        """
        caller = await _caller_of(request)
        if not caller.may(self.permission):
            raise PermissionMissing(self.permission)
        request.state.caller = caller


class Public(Guard):
    """The mark of a route that anybody may call, with the reason."""

    def __init__(self, why: str) -> None:
        self.why: str = why

    async def __call__(self) -> None:
        """Give nothing: nobody is known."""

    async def admit(self, request: Request) -> None:
        """Let everybody in."""


def requires(permission: str) -> Any:
    """Return the dependency that lets in who holds a permission: `caller: Annotated[Caller, requires("…")]`.

    Errors: UnknownPermission when the module is imported, for a permission that the catalog does not have.
    """
    return Depends(Requires(permission))


def public(why: str) -> Any:
    """Return the dependency of an open route: `dependencies=[public("the signature is checked first")]`."""
    return Depends(Public(why))


async def _caller_of(request: Request) -> Caller:
    """Return who calls.

    Errors: NotAuthenticated.
    """
    header = request.headers.get("authorization", "")
    if not header.lower().startswith(_BEARER) or len(header) > _LONGEST:
        raise NotAuthenticated("the call carries no credentials that count")
    text = header[len(_BEARER) :].strip()
    parts = parts_of(request)
    caller = await (_partner(parts, text) if text.startswith("cw_") else _person(parts, text, request))
    if caller is None:
        raise NotAuthenticated("the call carries no credentials that count")
    return caller


async def _partner(parts: AppParts, text: str) -> Caller | None:
    presented = apikeys.read(text)
    known = None if presented is None else await parts.access.api_key(presented.key_id)
    if presented is None or known is None:
        return None
    organization = await parts.access.organization(known.org_id)
    if (
        not apikeys.matches(presented, known.sha256)
        or not known.counts(clock.now())
        or organization is None
        or organization.is_test is not presented.is_test
    ):
        return None
    return Caller(
        org_id=known.org_id,
        actor=f"key:{known.key_id}",
        kind="partner",
        permissions=known.scopes & permissions.PARTNER_SCOPES,
        is_test=organization.is_test,
    )


async def _person(parts: AppParts, text: str, request: Request) -> Caller | None:
    try:
        token = await tokens.verify(
            text,
            key_named=parts.access.signing_key,
            service=parts.service,
            method=request.method,
            path=request.scope["path"],
            now=clock.now(),
        )
    except tokens.TokenRefused:
        return None
    organization = await parts.access.organization(token.org_id)
    if organization is None:
        return None
    return Caller(
        org_id=token.org_id,
        actor=token.person,
        kind="person",
        permissions=frozenset({token.permission}) & permissions.CATALOG.keys(),
        is_test=organization.is_test,
    )
