"""The port of clearinghouses: the fake in memory and HTTPS keep the same promises."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from claimwright.clearinghouse.https import HttpsClearinghouse
from claimwright.clearinghouse.port import (
    Accepted,
    Clearinghouse,
    MailboxEntry,
    NotSeen,
    Outgoing,
    Refused,
    Seen,
    Unknown,
    Unreached,
)
from claimwright.clearinghouse.routes import Route
from claimwright.refusals import Transient
from deploy.certificates import make_sandbox_certificate
from tests.support.builders_submission import a_route
from tests.support.fake_clearinghouse import Behavior, ClearinghouseServer, FakeClearinghouse, FarEnd

DATA = b"ISA*00*          *00*          *ZZ*US             *ZZ*THEM           ~"
FILE = Outgoing.of(name="000000001.edi", data=DATA)


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("certificates")
    make_sandbox_certificate(folder)
    return folder


@pytest.fixture
async def server(certificates: Path) -> AsyncIterator[ClearinghouseServer]:
    server = ClearinghouseServer(
        FarEnd(), certificate=certificates / "sandbox.pem", key=certificates / "sandbox-key.pem"
    )
    await server.start()
    yield server
    await server.stop()


def route_to(server: ClearinghouseServer, certificates: Path, **changes: Any) -> Route:
    return a_route(base_url=f"https://127.0.0.1:{server.port}", ca_file=str(certificates / "ca.pem"), **changes)


@pytest.fixture(params=["in memory", "over HTTPS"])
async def both(
    request: pytest.FixtureRequest, server: ClearinghouseServer, certificates: Path
) -> AsyncIterator[tuple[Clearinghouse, FarEnd]]:
    if request.param == "in memory":
        fake = FakeClearinghouse()
        yield fake, fake.far_end
        return
    real = HttpsClearinghouse(route_to(server, certificates), seconds=1)
    yield real, server.far_end
    await real.close()


async def test_a_file_is_accepted_and_known_the_second_time(both: tuple[Clearinghouse, FarEnd]) -> None:
    clearinghouse, far_end = both

    first = await clearinghouse.send(FILE)
    second = await clearinghouse.send(FILE)

    assert first == Accepted(FILE.sha256[:8], was_known=False)
    assert second == Accepted(FILE.sha256[:8], was_known=True)
    assert far_end.taken[FILE.sha256] == DATA


@pytest.mark.parametrize(
    ("behavior", "result"),
    [
        (Behavior.REFUSES, Refused("not_x12")),
        (Behavior.CLOSES_ITS_DOOR, Unreached("credentials_refused")),
        (Behavior.ANSWERS_NONSENSE, Unknown("answer_names_another_file")),
        (Behavior.BREAKS_DOWN, Unknown("http_500")),
        # Seen to fail while every 4xx was a refusal: a 409 may well mean that the file is there.
        (Behavior.SEES_A_CONFLICT, Unknown("http_409")),
    ],
)
async def test_what_is_no_acceptance_is_told_apart(
    both: tuple[Clearinghouse, FarEnd], behavior: Behavior, result: object
) -> None:
    clearinghouse, far_end = both
    far_end.behave(behavior)

    assert await clearinghouse.send(FILE) == result


# Seen to fail for HTTPS by answering Unreached for every transport error, as one would who looks at its class alone.
@pytest.mark.parametrize("behavior", [Behavior.DIES_AFTER_TAKING, Behavior.HANGS_AFTER_TAKING])
async def test_bytes_that_left_without_an_answer_are_unknown_and_found_by_asking(
    both: tuple[Clearinghouse, FarEnd], behavior: Behavior
) -> None:
    clearinghouse, far_end = both
    far_end.behave(behavior)

    sent = await clearinghouse.send(FILE)
    asked = await clearinghouse.ask(FILE.sha256)

    assert isinstance(sent, Unknown)
    assert asked == Seen(FILE.sha256[:8])


async def test_bytes_that_left_and_did_not_arrive_are_unknown_until_absence_is_proved(
    both: tuple[Clearinghouse, FarEnd],
) -> None:
    clearinghouse, far_end = both
    far_end.behave(Behavior.DIES_BEFORE_TAKING)

    sent = await clearinghouse.send(FILE)
    asked = await clearinghouse.ask(FILE.sha256)

    assert isinstance(sent, Unknown)
    assert asked == NotSeen()


@pytest.mark.parametrize("behavior", [Behavior.DIES_BEFORE_TAKING, Behavior.BREAKS_DOWN, Behavior.ANSWERS_NONSENSE])
async def test_a_question_without_a_clear_answer_proves_nothing(
    both: tuple[Clearinghouse, FarEnd], behavior: Behavior
) -> None:
    clearinghouse, far_end = both
    far_end.behave(behavior)

    assert isinstance(await clearinghouse.ask(FILE.sha256), Unknown)


async def test_the_mailbox_gives_files_of_a_kind_in_order_behind_a_cursor(
    both: tuple[Clearinghouse, FarEnd],
) -> None:
    clearinghouse, far_end = both
    first, _, third = far_end.put("FA", b"one"), far_end.put("HP", b"two"), far_end.put("FA", b"three")

    whole = await clearinghouse.listed("FA", after=None)
    rest = await clearinghouse.listed("FA", after=first.cursor)
    end = await clearinghouse.listed("FA", after=third.cursor)

    assert list(whole) == [first, third]
    assert list(rest) == [third]
    assert list(end) == []
    assert await clearinghouse.fetch(third) == b"three"


@pytest.mark.parametrize("behavior", [Behavior.DIES_BEFORE_TAKING, Behavior.BREAKS_DOWN, Behavior.ANSWERS_NONSENSE])
async def test_a_mailbox_that_fails_is_tried_again_later(
    both: tuple[Clearinghouse, FarEnd], behavior: Behavior
) -> None:
    clearinghouse, far_end = both
    far_end.behave(behavior)

    with pytest.raises(Transient):
        await clearinghouse.listed("FA", after=None)


async def test_a_refused_connection_leaves_no_byte(server: ClearinghouseServer, certificates: Path) -> None:
    clearinghouse = HttpsClearinghouse(route_to(server, certificates), seconds=1)
    await server.stop()

    refused = await clearinghouse.send(FILE)
    await server.start()
    again = await clearinghouse.send(FILE)

    assert isinstance(refused, Unreached)
    assert isinstance(again, Accepted)
    assert server.far_end.arrivals == [FILE.sha256]


async def test_nothing_is_sent_to_a_server_of_another_authority(
    server: ClearinghouseServer, certificates: Path, tmp_path: Path
) -> None:
    # With `verify=False` in the client this file arrives: seen.
    make_sandbox_certificate(tmp_path)
    clearinghouse = HttpsClearinghouse(route_to(server, tmp_path), seconds=1)

    assert isinstance(await clearinghouse.send(FILE), Unreached)
    assert server.far_end.arrivals == []


async def test_a_server_that_answers_drop_by_drop_ends_in_doubt_and_not_never(
    server: ClearinghouseServer, certificates: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Without the bound on the whole exchange this takes two minutes: each drop comes well within its own time limit.
    await server.stop()
    monkeypatch.setattr(server, "_serve", _drip)
    await server.start()
    clearinghouse = HttpsClearinghouse(route_to(server, certificates), seconds=1)

    async with asyncio.timeout(5):
        assert await clearinghouse.send(FILE) == Unknown("timeout")


async def test_a_mailbox_file_that_is_cut_short_is_not_taken(server: ClearinghouseServer, certificates: Path) -> None:
    clearinghouse = HttpsClearinghouse(route_to(server, certificates), seconds=1)
    entry = server.far_end.put("FA", b"whole")
    damaged = MailboxEntry(id=entry.id, kind="FA", sha256=hashlib.sha256(b"other").hexdigest(), cursor=entry.cursor)

    with pytest.raises(Transient):
        await clearinghouse.fetch(damaged)


async def test_a_missing_page_of_somebody_in_between_proves_no_absence(
    server: ClearinghouseServer, certificates: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "_well", lambda *_: (404, "text/html", b"<p>no such page</p>"))
    clearinghouse = HttpsClearinghouse(route_to(server, certificates), seconds=1)

    assert await clearinghouse.ask(FILE.sha256) == Unknown("http_404")


async def _drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"\r\n\r\n")
    try:
        for letter in b"HTTP/1.1 202 Accepted\r\n" + b"x-slow: 1\r\n" * 50:
            writer.write(bytes([letter]))
            await writer.drain()
            await asyncio.sleep(0.2)
    except ConnectionError:
        pass
    finally:
        writer.close()
