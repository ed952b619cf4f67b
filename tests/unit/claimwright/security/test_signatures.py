"""Callbacks both ways: signed as Standard Webhooks says, good for five minutes.

Seen to fail: with the body left out of the signed text, a changed body was taken; with `WINDOW_SECONDS` at an hour, an
old callback was.
"""

from datetime import UTC, datetime, timedelta
from typing import Final

import pytest
from standardwebhooks import Webhook

from claimwright.security import signatures
from claimwright.security.signatures import SignatureRefused

SECRET: Final = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"
NOW: Final = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
BODY: Final = b"ISA*00*          *00*          *ZZ*SANDBOX~"


def signed(body: bytes = BODY, now: datetime = NOW) -> dict[str, str]:
    return signatures.sign(secret=SECRET, message_id="msg_1", now=now, body=body)


def test_our_signature_is_the_one_of_the_reference_package() -> None:
    theirs = Webhook(SECRET).sign(msg_id="msg_1", timestamp=NOW, data=BODY.decode())

    assert signed()["webhook-signature"] == theirs


def test_a_callback_that_the_reference_package_signed_is_taken() -> None:
    headers = {
        "webhook-id": "msg_1",
        "webhook-timestamp": str(int(NOW.timestamp())),
        "webhook-signature": Webhook(SECRET).sign(msg_id="msg_1", timestamp=NOW, data=BODY.decode()),
    }

    assert signatures.verify(secret=SECRET, headers=headers, body=BODY, now=NOW).message_id == "msg_1"


@pytest.mark.parametrize("seconds", [-300, 0, 300])
def test_five_minutes_either_way_are_taken(seconds: int) -> None:
    signatures.verify(secret=SECRET, headers=signed(), body=BODY, now=NOW + timedelta(seconds=seconds))


@pytest.mark.parametrize("seconds", [-301, 301])
def test_a_callback_from_outside_the_window_is_refused(seconds: int) -> None:
    with pytest.raises(SignatureRefused):
        signatures.verify(secret=SECRET, headers=signed(), body=BODY, now=NOW + timedelta(seconds=seconds))


@pytest.mark.parametrize(
    "change",
    [
        {"webhook-id": "msg_2"},
        {"webhook-timestamp": str(int(NOW.timestamp()) + 1)},
        {"webhook-timestamp": "soon"},
        {"webhook-signature": ""},
        {"webhook-signature": "v1,AAAA"},
        {"webhook-signature": "v1a,AAAA"},
        {"webhook-id": ""},
    ],
    ids=str,
)
def test_a_changed_header_is_refused(change: dict[str, str]) -> None:
    with pytest.raises(SignatureRefused):
        signatures.verify(secret=SECRET, headers=signed() | change, body=BODY, now=NOW)


def test_a_changed_body_is_refused() -> None:
    with pytest.raises(SignatureRefused):
        signatures.verify(secret=SECRET, headers=signed(), body=BODY + b"~", now=NOW)


def test_another_routes_secret_is_refused() -> None:
    with pytest.raises(SignatureRefused):
        signatures.verify(secret="whsec_" + "A" * 32, headers=signed(), body=BODY, now=NOW)


def test_one_good_signature_among_several_is_enough_while_a_secret_is_changed() -> None:
    headers = signed()
    headers["webhook-signature"] = f"v1,AAAA {headers['webhook-signature']}"

    assert signatures.verify(secret=SECRET, headers=headers, body=BODY, now=NOW)
