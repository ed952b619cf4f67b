"""The services that own what the console shows: each act of a person is the owner's, in that person's name.

Every call carries a token of a minute at most that names person, organization, permission and the one act.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote
from uuid import UUID

import httpx2

from claimwright.security import tokens
from claimwright.security.tokens import Signer

_TIMEOUT: Final = httpx2.Timeout(5.0, connect=1.0)


class OwnerDidNotAct(Exception):
    """An owner that gave no answer, or answered no; `says` is fit for a person and holds ids and codes only.

    `status` and `code` are the owner's, None where it gave no answer.
    """

    def __init__(self, says: str, *, status: int | None = None, code: str | None = None) -> None:
        super().__init__(says)
        self.says = says
        self.status = status
        self.code = code


@dataclass(frozen=True, slots=True)
class Person:
    """In whose name the console asks."""

    id: str
    org_id: UUID


class Owners:
    """Calls the owners' APIs."""

    def __init__(self, addresses: Mapping[str, str], *, client: httpx2.AsyncClient | None = None) -> None:
        self._addresses = addresses
        self._client = client or httpx2.AsyncClient(timeout=_TIMEOUT)
        self.signer: Signer | None = None

    @property
    def services(self) -> tuple[str, ...]:
        """The services that can be asked, in the order of a claim's way."""
        return tuple(self._addresses)

    def address_of(self, service: str) -> str:
        """Return where a service listens."""
        return self._addresses[service]

    @property
    def client(self) -> httpx2.AsyncClient:
        """The client that all calls share."""
        return self._client

    async def close(self) -> None:
        """Close all connections."""
        await self._client.aclose()

    async def get(
        self,
        person: Person,
        service: str,
        path: str,
        *,
        permission: str,
        params: Mapping[str, str] | None = None,
    ) -> httpx2.Response:
        """Read something of an owner. Parameters stand in the address, so they are ids, codes and cursors only.

        Errors: OwnerDidNotAct.
        """
        return await self._ask(person, service, "GET", path, permission=permission, params=params)

    async def post(
        self, person: Person, service: str, path: str, *, permission: str, body: Mapping[str, object] | None = None
    ) -> httpx2.Response:
        """Have an owner act.

        Errors: OwnerDidNotAct.
        """
        return await self._ask(person, service, "POST", path, permission=permission, body=body)

    async def _ask(
        self,
        person: Person,
        service: str,
        method: str,
        path: str,
        *,
        permission: str,
        body: Mapping[str, object] | None = None,
        params: Mapping[str, str] | None = None,
    ) -> httpx2.Response:
        if self.signer is None:
            raise OwnerDidNotAct("The console has no signing key yet; run its bootstrap.")
        token = tokens.issue(
            self.signer,
            person=person.id,
            org_id=person.org_id,
            service=service,
            permission=permission,
            method=method,
            path=path,
        )
        try:
            answer = await self._client.request(
                method,
                f"{self._addresses[service]}{quote(path)}",
                headers={"authorization": f"Bearer {token}"},
                json=body,
                params=params or None,
            )
        except httpx2.HTTPError as error:
            raise OwnerDidNotAct(f"{service.capitalize()} gives no answer.") from error
        if answer.status_code >= 400:
            raise _refusal(service, answer)
        return answer


def _refusal(service: str, answer: httpx2.Response) -> OwnerDidNotAct:
    """Return why an owner did not act, in its own code; other texts of foreign origin are not passed on."""
    try:
        given = answer.json().get("code")
    except (ValueError, AttributeError):
        given = None
    code = given if isinstance(given, str) else None
    says = f"{service.capitalize()} answered {answer.status_code} ({code or 'no code'})."
    return OwnerDidNotAct(says, status=answer.status_code, code=code)
