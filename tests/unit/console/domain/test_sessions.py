"""How long a session counts, and what a token is."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from claimwright_console.domain.sessions import ABSOLUTE, IDLE, Session, SignInLink, new_token, parse_token

ORGANIZATION = UUID("01936f00-0000-7000-8000-000000000001")
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
PERSON = UUID(int=7)


def test_a_token_comes_back_as_it_was_given() -> None:
    token = new_token(ORGANIZATION)

    assert parse_token(token.text) == token


@pytest.mark.parametrize(
    "text", ["", ".", "abc", f"{'x' * 32}.{'y' * 43}", f"{'0' * 32}.short", f"{'0' * 32}.{'y' * 99}"]
)
def test_what_is_no_token_is_none(text: str) -> None:
    assert parse_token(text) is None


def test_two_tokens_differ_and_their_hash_tells_nothing_of_them() -> None:
    one, other = new_token(ORGANIZATION), new_token(ORGANIZATION)

    assert one.secret != other.secret
    assert len(one.secret) == 43
    assert one.secret not in one.sha256


@pytest.mark.parametrize(
    ("started", "seen", "ended", "is_alive"),
    [
        (timedelta(0), timedelta(0), None, True),
        (IDLE, IDLE - timedelta(seconds=1), None, True),
        (IDLE, IDLE, None, False),
        (ABSOLUTE - timedelta(seconds=1), timedelta(0), None, True),
        (ABSOLUTE, timedelta(0), None, False),
        (timedelta(0), timedelta(0), NOON, False),
    ],
)
def test_a_session_lives_until_it_is_idle_old_or_ended(
    started: timedelta, seen: timedelta, ended: datetime | None, is_alive: bool
) -> None:
    session = Session(PERSON, NOON - started, NOON - seen, ended)

    assert session.is_alive(NOON) is is_alive


@pytest.mark.parametrize(
    ("expires", "used", "is_good"),
    [(timedelta(seconds=1), None, True), (timedelta(0), None, False), (timedelta(seconds=1), NOON, False)],
)
def test_a_link_is_good_unused_and_in_time(expires: timedelta, used: datetime | None, is_good: bool) -> None:
    assert SignInLink(PERSON, NOON + expires, used).is_good(NOON) is is_good
