"""Create and withdraw people of an organization."""

from typing import ClassVar
from uuid import UUID

from claimwright import ids
from claimwright.events.envelope import Purpose
from claimwright.messaging.work import Work
from claimwright.refusals import Refusal
from claimwright.security import audit
from claimwright.security.permissions import Role
from claimwright_console.persistence import people, sessions


class PersonUnknown(Refusal):
    """No such person in this organization, or one who was withdrawn."""

    code: ClassVar[str] = "person_unknown"
    fix: ClassVar[str | None] = "List the people of the organization."


async def create_person(work: Work, *, role: Role, name: str, email: str | None) -> UUID:
    """Create a person with one role; name and e-mail are kept sealed."""
    person_id = ids.new()
    sealed_name = await work.seal(Purpose.IDENTITY, name.encode(), table="person", column="name", row=person_id)
    sealed_email = None
    if email is not None:
        sealed_email = await work.seal(Purpose.IDENTITY, email.encode(), table="person", column="email", row=person_id)
    await people.insert(work, person_id=person_id, role=role, name=sealed_name, email=sealed_email)
    await audit.record(work, action="person.created", object=ids.text(ids.PERSON, person_id), fields=("role",))
    return person_id


async def withdraw_person(work: Work, person_id: UUID) -> None:
    """Withdraw a person: no link and no session of theirs counts any more.

    Errors: PersonUnknown.
    """
    if not await people.withdraw(work, person_id):
        raise PersonUnknown(ids.text(ids.PERSON, person_id))
    await sessions.end_all(work, person_id)
    await audit.record(work, action="person.withdrawn", object=ids.text(ids.PERSON, person_id))
