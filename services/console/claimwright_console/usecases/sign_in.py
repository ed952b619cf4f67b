"""Sign-in links, sessions and their end."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from claimwright import ids
from claimwright.messaging.work import Work
from claimwright.refusals import Refusal
from claimwright.security import audit
from claimwright.security.permissions import Role
from claimwright_console.domain.sessions import LINK_LIFE, Session, Token, new_token
from claimwright_console.persistence import people, sessions

MOST_SESSIONS = 3
"""How many sessions one person may have at once; the oldest ends when a further one starts."""


class LinkNotGood(Refusal):
    """A sign-in link that is unknown, used or too old; which of these it is stays untold."""

    code: ClassVar[str] = "link_not_good"
    fix: ClassVar[str | None] = "Ask for a new link; each works once, for fifteen minutes."


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Whose session it is and what it says."""

    person_id: UUID
    role: Role
    session: Session


async def issue_link(work: Work, person_id: UUID) -> Token:
    """Return a fresh one-time link of a person; earlier ones that nobody used count no more."""
    token = new_token(work.org_id)
    await sessions.drop_links(work, person_id)
    await sessions.insert_link(work, token, person_id=person_id, expires_at=work.now + LINK_LIFE)
    await audit.record(work, action="sign_in_link.issued", object=ids.text(ids.PERSON, person_id))
    return token


async def sign_in(work: Work, given: Token) -> Token:
    """Use up a link and start a session, whose new token is returned.

    Errors: LinkNotGood.
    """
    link = await sessions.take_link(work, given)
    if link is None or not link.is_good(work.now) or await people.role_of(work, link.person_id) is None:
        raise LinkNotGood
    await sessions.end_all_but_newest(work, link.person_id, keep=MOST_SESSIONS - 1)
    token = new_token(work.org_id)
    await sessions.insert(work, token, link.person_id)
    await audit.record(work, action="session.started", object=ids.text(ids.PERSON, link.person_id))
    return token


async def recognise(work: Work, given: Token, *, is_act: bool = True) -> SignedIn | None:
    """Return whose live session a token is, and for an act note that it was seen; None for any that does not count."""
    session = await sessions.load(work, given)
    if session is None or not session.is_alive(work.now):
        return None
    role = await people.role_of(work, session.person_id)
    if role is None:
        return None
    if is_act and session.is_worth_touching(work.now):
        await sessions.touch(work, given)
    return SignedIn(session.person_id, role, session)


async def sign_out(work: Work, given: Token) -> None:
    """End a session on the server, whatever the browser keeps."""
    session = await sessions.load(work, given)
    if session is not None and session.ended_at is None:
        await sessions.end(work, given)
        await audit.record(work, action="session.ended", object=ids.text(ids.PERSON, session.person_id))
