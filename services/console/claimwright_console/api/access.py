"""The access authority's API: organizations, people, API keys. `claimwright access …` calls it with an admin's session.

An admin acts within the own organization. Only the operator, who belongs to the deployment itself, makes organizations
and may name another one.
"""

from datetime import datetime
from typing import Annotated, ClassVar, Final, Literal
from uuid import UUID

from fastapi import Query
from pydantic import Field

from claimwright import ids
from claimwright.events.envelope import PLATFORM
from claimwright.http.models import Answer, Body
from claimwright.http.parts import Parts
from claimwright.http.problems import path_id
from claimwright.http.routes import Router
from claimwright.refusals import Refusal
from claimwright.security.permissions import PARTNER_SCOPES, Role
from claimwright_console.persistence import access_record, people
from claimwright_console.usecases.bootstrap import link_url
from claimwright_console.usecases.create_organization import create_organization
from claimwright_console.usecases.create_person import PersonUnknown, create_person, withdraw_person
from claimwright_console.usecases.issue_api_key import OrganizationUnknown, issue_api_key, revoke_api_key
from claimwright_console.usecases.sign_in import issue_link
from claimwright_console.visiting.parts import Console
from claimwright_console.visiting.visitors import Visitor, may

router: Final = Router(prefix="/v1/access", tags=["access"])

Reader = Annotated[Visitor, may("access:read")]
Writer = Annotated[Visitor, may("access:write")]
Organization = Annotated[
    str | None,
    Query(max_length=40, description="Another organization than the own; for the deployment's operator alone."),
]


class OperatorNeeded(Refusal):
    """An act on the deployment or on another organization, by somebody who belongs to one organization."""

    code: ClassVar[str] = "operator_needed"
    fix: ClassVar[str | None] = "Sign in by the operator's link, which the console's bootstrap prints."


class NewOrganization(Body):
    """An organization to create: test or live for good. A partner has one of each."""

    name: Annotated[str, Field(min_length=2, max_length=120)]
    kind: Literal["test", "live"]


class OrganizationView(Answer):
    """One organization."""

    org_id: str
    name: str
    kind: str


class CreatedOrganization(OrganizationView):
    """A new organization with the one-time link of its first admin, good for fifteen minutes."""

    sign_in: str


class NewPerson(Body):
    """A person to create. Name and e-mail are kept sealed."""

    role: Role
    name: Annotated[str, Field(min_length=1, max_length=200)]
    email: Annotated[str | None, Field(max_length=254)] = None


class PersonView(Answer):
    """One person by id and role; names stay sealed."""

    person_id: str
    role: Role
    created_at: datetime
    withdrawn_at: datetime | None


class CreatedPerson(Answer):
    """A new person, or one who needs a new link: it works once, for fifteen minutes."""

    person_id: str
    sign_in: str


class NewApiKey(Body):
    """What an API key may do, and until when."""

    scopes: Annotated[list[str], Field(min_length=1, max_length=20)] = Field(
        default_factory=lambda: sorted(PARTNER_SCOPES)
    )
    expires_at: datetime | None = None


class ApiKeyView(Answer):
    """One API key, without what only its holder knows."""

    key_id: str
    scopes: list[str]
    expires_at: datetime | None
    revoked_at: datetime | None


class IssuedApiKey(Answer):
    """A new key. `key` is shown here and never again."""

    key_id: str
    key: str
    scopes: list[str]


@router.get("/organizations")
async def list_organizations(parts: Parts, visitor: Reader) -> list[OrganizationView]:
    """List the organizations that the caller may act on."""
    async with parts.transactions.begin(org_id=visitor.org_id, actor=visitor.actor) as work:
        known = await access_record.organizations(work.connection)
    mine = [one for one in known if visitor.org_id in {PLATFORM, one.org_id}]
    return [
        OrganizationView(org_id=ids.text(ids.ORGANIZATION, one.org_id), name=one.name, kind=one.kind) for one in mine
    ]


@router.post("/organizations", status_code=201)
async def add_organization(
    body: NewOrganization, parts: Parts, visitor: Writer, console: Console
) -> CreatedOrganization:
    """Create an organization with its data keys and a first admin."""
    _require_operator(visitor)
    org_id = ids.new()
    async with parts.transactions.begin(org_id=org_id, actor=visitor.actor) as work:
        await create_organization(work, name=body.name, kind=body.kind, encryption_keys=console.encryption_keys)
    # A second transaction, since a seal needs data keys that have been committed.
    async with parts.transactions.begin(org_id=org_id, actor=visitor.actor) as work:
        admin = await create_person(work, role=Role.ADMIN, name="First admin", email=None)
        link = await issue_link(work, admin)
    return CreatedOrganization(
        org_id=ids.text(ids.ORGANIZATION, org_id),
        name=body.name,
        kind=body.kind,
        sign_in=link_url(console.base_url, link),
    )


@router.get("/people")
async def list_people(parts: Parts, visitor: Reader, org_id: Organization = None) -> list[PersonView]:
    """List the people of an organization by id and role."""
    async with parts.transactions.begin(org_id=_acted_on(visitor, org_id), actor=visitor.actor) as work:
        found = await people.listed(work)
    return [
        PersonView(
            person_id=ids.text(ids.PERSON, one.id),
            role=one.role,
            created_at=one.created_at,
            withdrawn_at=one.withdrawn_at,
        )
        for one in found
    ]


@router.post("/people", status_code=201)
async def add_person(
    body: NewPerson, parts: Parts, visitor: Writer, console: Console, org_id: Organization = None
) -> CreatedPerson:
    """Create a person of an organization, with a one-time sign-in link."""
    async with parts.transactions.begin(org_id=_acted_on(visitor, org_id), actor=visitor.actor) as work:
        if await access_record.organization(work.connection, work.org_id) is None:
            raise OrganizationUnknown
        person_id = await create_person(work, role=body.role, name=body.name, email=body.email)
        link = await issue_link(work, person_id)
    return CreatedPerson(person_id=ids.text(ids.PERSON, person_id), sign_in=link_url(console.base_url, link))


@router.post("/people/{person_id}/sign-in-link", status_code=201)
async def renew_link(
    person_id: str, parts: Parts, visitor: Writer, console: Console, org_id: Organization = None
) -> CreatedPerson:
    """Issue a fresh one-time link of a person."""
    row_id = path_id(ids.PERSON, person_id)
    async with parts.transactions.begin(org_id=_acted_on(visitor, org_id), actor=visitor.actor) as work:
        if await people.role_of(work, row_id) is None:
            raise PersonUnknown(person_id)
        link = await issue_link(work, row_id)
    return CreatedPerson(person_id=person_id, sign_in=link_url(console.base_url, link))


@router.post("/people/{person_id}/withdraw", status_code=204)
async def remove_person(person_id: str, parts: Parts, visitor: Writer, org_id: Organization = None) -> None:
    """Withdraw a person: their sessions end now."""
    async with parts.transactions.begin(org_id=_acted_on(visitor, org_id), actor=visitor.actor) as work:
        await withdraw_person(work, path_id(ids.PERSON, person_id))


@router.get("/keys")
async def list_keys(parts: Parts, visitor: Reader, org_id: Organization = None) -> list[ApiKeyView]:
    """List the API keys of an organization."""
    async with parts.transactions.begin(org_id=_acted_on(visitor, org_id), actor=visitor.actor) as work:
        found = await access_record.api_keys(work)
    return [
        ApiKeyView(key_id=one.key_id, scopes=list(one.scopes), expires_at=one.expires_at, revoked_at=one.revoked_at)
        for one in found
    ]


@router.post("/keys", status_code=201)
async def add_key(body: NewApiKey, parts: Parts, visitor: Writer, org_id: Organization = None) -> IssuedApiKey:
    """Issue an API key of an organization; its text is in this answer alone."""
    async with parts.transactions.begin(org_id=_acted_on(visitor, org_id), actor=visitor.actor) as work:
        key = await issue_api_key(work, scopes=body.scopes, expires_at=body.expires_at)
    return IssuedApiKey(key_id=key.key_id, key=key.text, scopes=sorted(body.scopes))


@router.post("/keys/{key_id}/revoke", status_code=204)
async def remove_key(key_id: str, parts: Parts, visitor: Writer, org_id: Organization = None) -> None:
    """Revoke an API key, everywhere within two seconds."""
    async with parts.transactions.begin(org_id=_acted_on(visitor, org_id), actor=visitor.actor) as work:
        await revoke_api_key(work, key_id)


def _acted_on(visitor: Visitor, named: str | None) -> UUID:
    """Return the organization that an act is on.

    Errors: OperatorNeeded for another one than the own; NotFound for a text that is no organization's id.
    """
    if named is None:
        return visitor.org_id
    org_id = path_id(ids.ORGANIZATION, named)
    if org_id != visitor.org_id:
        _require_operator(visitor)
    return org_id


def _require_operator(visitor: Visitor) -> None:
    if visitor.org_id != PLATFORM:
        raise OperatorNeeded
