"""Person tokens: one act, one service, one minute.

Seen to fail: with the comparison of `act` left out, a token was taken for another act; with that of the life left out,
a token made for an hour was taken.
"""

import base64
import json
from collections.abc import Awaitable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from claimwright import clock, ids
from claimwright.security import tokens
from claimwright.security.tokens import PersonToken, PublicKey, Signer, TokenRefused

SIGNER = Signer.generate()
ORGANIZATION = UUID(int=3)
PATH = "/v1/artifacts/art_1"


def a_token(**changes: Any) -> str:
    asked: dict[str, Any] = {
        "person": ids.text(ids.PERSON, UUID(int=7)),
        "org_id": ORGANIZATION,
        "service": "submission",
        "permission": "artifact:read",
        "method": "GET",
        "path": PATH,
    }
    return tokens.issue(SIGNER, **(asked | changes))


async def known(kid: str) -> PublicKey | None:
    published = SIGNER.published()
    return published if published.kid == kid else None


def verify(text: str, *, later: float = 0, **changes: str) -> Awaitable[PersonToken]:
    asked = {"service": "submission", "method": "GET", "path": PATH} | changes
    return tokens.verify(text, key_named=known, now=clock.now() + timedelta(seconds=later), **asked)


async def test_a_token_says_who_where_and_what() -> None:
    said = await verify(a_token())

    assert (said.person, said.org_id, said.permission) == (
        ids.text(ids.PERSON, UUID(int=7)),
        ORGANIZATION,
        "artifact:read",
    )


@pytest.mark.parametrize(
    "change",
    [{"service": "remittance"}, {"method": "POST"}, {"path": "/v1/artifacts/art_2"}],
    ids=str,
)
async def test_a_token_is_for_one_act_of_one_service(change: dict[str, str]) -> None:
    with pytest.raises(TokenRefused):
        await verify(a_token(), **change)


async def test_a_token_is_gone_after_a_minute_and_the_clocks_skew() -> None:
    text = a_token()

    await verify(text, later=59)
    with pytest.raises(TokenRefused):
        await verify(text, later=66)


async def test_a_token_from_the_future_is_refused() -> None:
    with pytest.raises(TokenRefused):
        await verify(a_token(), later=-7)


async def test_a_token_made_to_live_longer_is_refused() -> None:
    claims = json.loads(_decoded(a_token().split(".")[1]))
    claims["exp"] = claims["iat"] + 3600

    with pytest.raises(TokenRefused):
        await verify(SIGNER.sign(claims))


async def test_a_token_of_another_key_is_refused() -> None:
    stranger = Signer.generate()
    text = tokens.issue(
        stranger,
        person="per_x",
        org_id=ORGANIZATION,
        service="submission",
        permission="artifact:read",
        method="GET",
        path=PATH,
    )

    with pytest.raises(TokenRefused):
        await verify(text)


async def test_a_token_that_names_our_key_and_another_algorithm_is_refused() -> None:
    _, claims, signature = a_token().split(".")
    header = {"alg": "none", "kid": SIGNER.published().kid}

    for forged in (f"{_encoded(header)}.{claims}.", f"{_encoded(header)}.{claims}.{signature}"):
        with pytest.raises(TokenRefused):
            await verify(forged)


async def test_changed_claims_are_refused() -> None:
    header, claims, signature = a_token().split(".")
    changed = json.loads(_decoded(claims)) | {"permission": "access:write"}

    with pytest.raises(TokenRefused):
        await verify(f"{header}.{_encoded(changed)}.{signature}")


@pytest.mark.parametrize("text", ["", "x", "a.b.c", "é.é.é"])
async def test_what_is_no_token_is_refused(text: str) -> None:
    with pytest.raises(TokenRefused):
        await verify(text)


def test_a_signer_survives_its_file() -> None:
    assert Signer.load(SIGNER.pem()).published() == SIGNER.published()


def test_only_public_parts_are_published() -> None:
    assert set(SIGNER.published().__dataclass_fields__) == {"kid", "x", "y"}


def _encoded(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def _decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
