"""Bring a deployment to where a person can sign in: keys, a test organization, one person a role, a partner's key.

Each step looks whether it was done before, so that a run that was cut off is finished by the next one.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar, Final
from uuid import UUID

from claimwright import ids
from claimwright.events.envelope import PLATFORM, Purpose
from claimwright.messaging.work import Transactions
from claimwright.refusals import Refusal
from claimwright.security.permissions import PARTNER_SCOPES, Role
from claimwright.settings import KeySettings
from claimwright_console.domain.sessions import Token
from claimwright_console.persistence import access_record, people
from claimwright_console.persistence.access_record import OrganizationRow
from claimwright_console.usecases.create_organization import create_organization, make_data_key
from claimwright_console.usecases.create_person import create_person
from claimwright_console.usecases.issue_api_key import issue_api_key
from claimwright_console.usecases.publish_signing_key import load_signer, publish_signing_key
from claimwright_console.usecases.sign_in import issue_link

ACTOR: Final = "bootstrap"
FIRST_ORGANIZATION: Final = "Maple Street Clinic (test)"


class NotBootstrapped(Refusal):
    """A deployment that has no organization yet."""

    code: ClassVar[str] = "not_bootstrapped"
    fix: ClassVar[str | None] = "Run `claimwright-console bootstrap` first."


@dataclass(frozen=True, slots=True)
class Handover:
    """What a deployment hands over to whoever started it: the first organization and its partner's key."""

    org_id: UUID
    organization: str
    api_key: str = field(repr=False)

    def as_json(self) -> str:
        """Return the handover as it lies in its file."""
        return json.dumps(
            {
                "org_id": ids.text(ids.ORGANIZATION, self.org_id),
                "organization": self.organization,
                "api_key": self.api_key,
            }
        )


@dataclass(frozen=True, slots=True)
class Link:
    """A fresh sign-in link and what its person works as; the operator administers the deployment itself."""

    role: str
    person: str
    token: Token


async def bootstrap(transactions: Transactions, *, encryption_keys: KeySettings, needs_key: bool) -> Handover | None:
    """Make what is not there yet; with `needs_key`, or for a new organization, issue a partner's key and return it."""
    await _provide_platform_keys(transactions, encryption_keys)
    organization, is_new = await _provide_organization(transactions, encryption_keys)
    await _provide_staff(transactions, organization.org_id, roles=tuple(Role))
    await _provide_staff(transactions, PLATFORM, roles=(Role.ADMIN,))
    if not (is_new or needs_key):
        return None
    async with transactions.begin(org_id=organization.org_id, actor=ACTOR) as work:
        key = await issue_api_key(work, scopes=PARTNER_SCOPES)
    return Handover(organization.org_id, organization.name, key.text)


async def issue_links(transactions: Transactions, *, operator_only: bool) -> list[Link]:
    """Issue fresh one-time links: one a role of the first organization, and the operator's."""
    links = [] if operator_only else await _links_of(transactions, await _first_organization(transactions))
    return [*links, *await _links_of(transactions, PLATFORM)]


async def _provide_platform_keys(transactions: Transactions, encryption_keys: KeySettings) -> None:
    async with transactions.begin(org_id=PLATFORM, actor=ACTOR) as work:
        if await access_record.newest_data_key_version(work, Purpose.IDENTITY.value) == 0:
            await make_data_key(work, purpose=Purpose.IDENTITY, version=1, encryption_keys=encryption_keys)
    async with transactions.begin(org_id=PLATFORM, actor=ACTOR) as work:
        if await load_signer(work) is None:
            await publish_signing_key(work)


async def _provide_organization(
    transactions: Transactions, encryption_keys: KeySettings
) -> tuple[OrganizationRow, bool]:
    known = await _organizations(transactions)
    if known:
        return known[0], False
    org_id = ids.new()
    async with transactions.begin(org_id=org_id, actor=ACTOR) as work:
        await create_organization(work, name=FIRST_ORGANIZATION, kind="test", encryption_keys=encryption_keys)
    return OrganizationRow(org_id, "test", FIRST_ORGANIZATION), True


async def _provide_staff(transactions: Transactions, org_id: UUID, *, roles: tuple[Role, ...]) -> None:
    async with transactions.begin(org_id=org_id, actor=ACTOR) as work:
        there = {row.role for row in await people.listed(work) if row.withdrawn_at is None}
        for role in roles:
            if role not in there:
                await create_person(work, role=role, name=f"First {role.value}", email=None)


async def _links_of(transactions: Transactions, org_id: UUID) -> list[Link]:
    async with transactions.begin(org_id=org_id, actor=ACTOR) as work:
        eldest: dict[Role, UUID] = {}
        for row in await people.listed(work):
            if row.withdrawn_at is None:
                eldest.setdefault(row.role, row.id)
        return [
            Link(
                role="operator" if org_id == PLATFORM else role.value,
                person=ids.text(ids.PERSON, person_id),
                token=await issue_link(work, person_id),
            )
            for role, person_id in sorted(eldest.items(), key=lambda one: tuple(Role).index(one[0]))
        ]


async def _first_organization(transactions: Transactions) -> UUID:
    known = await _organizations(transactions)
    if not known:
        raise NotBootstrapped
    return known[0].org_id


async def _organizations(transactions: Transactions) -> Sequence[OrganizationRow]:
    async with transactions.begin(org_id=PLATFORM, actor=ACTOR) as work:
        return await access_record.organizations(work.connection)


def write_secret(path: Path, text: str) -> None:
    """Write a file that only its owner can read, whole or not at all."""
    half = path.with_name(f"{path.name}.new")
    half.unlink(missing_ok=True)
    half.touch(mode=0o600)
    half.write_text(f"{text}\n")
    half.replace(path)


def link_url(base_url: str, token: Token) -> str:
    """Return a sign-in link. The secret stands in the fragment, which no server and no log ever sees."""
    return f"{base_url}/sign-in#{token.text}"
