"""What a person sees and does about payments, asked of the remittance service in that person's name."""

from collections.abc import Mapping
from typing import Final, TypeVar

from pydantic import ValidationError

from claimwright_console.gateways.owners import OwnerDidNotAct, Owners, Person
from claimwright_console.gateways.payments_answers import Told

ToldT = TypeVar("ToldT", bound=Told)
SERVICE: Final = "remittance"
PAGE: Final = 50
"""Rows of a page: what an owner sums for a row it sums for each, so a page is no longer than an eye takes in."""


class Payments:
    """One person's view of the remittance service."""

    def __init__(self, owners: Owners, person: Person) -> None:
        self._owners = owners
        self._person = person

    async def read(
        self,
        path: str,
        answer: type[ToldT],
        params: Mapping[str, str | None] | None = None,
        *,
        permission: str = "ledger:read",
    ) -> ToldT:
        """Return what a path tells; parameters that are None or empty are left out.

        Errors: OwnerDidNotAct, also for an answer of another form.
        """
        given = {name: value for name, value in (params or {}).items() if value}
        told = await self._owners.get(self._person, SERVICE, path, permission=permission, params=given)
        try:
            return answer.model_validate_json(told.content)
        except ValidationError:
            raise OwnerDidNotAct("Remittance answered something that this console can't read.") from None

    async def page(
        self, path: str, answer: type[ToldT], params: Mapping[str, str | None] | None = None, *, after: str | None
    ) -> ToldT:
        """Return a page of a list.

        Errors: OwnerDidNotAct.
        """
        return await self.read(path, answer, {**(params or {}), "after": after, "limit": str(PAGE)})

    async def content(self, path: str) -> bytes:
        """Return a file's bytes as they came; the owner's audit trail says who saw them.

        Errors: OwnerDidNotAct.
        """
        return (await self._owners.get(self._person, SERVICE, path, permission="remittance:read")).content

    async def act(self, path: str, body: Mapping[str, object], *, permission: str = "adjustment:write") -> None:
        """Have the owner act.

        Errors: OwnerDidNotAct.
        """
        await self._owners.post(self._person, SERVICE, path, permission=permission, body=body)
