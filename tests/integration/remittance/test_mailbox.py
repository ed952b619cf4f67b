"""What no callback brought is fetched from the mailbox, once, whichever of the two comes first."""

import asyncio
from base64 import b64encode

import pytest
from pydantic import SecretStr

from claimwright.clearinghouse.routes import Route
from claimwright.refusals import Transient
from claimwright_remittance.usecases.fetch_mailbox import fetch_mailbox
from claimwright_remittance.usecases.receive_file import receive_callback
from tests.support.backbone import ORG_A
from tests.support.fake_clearinghouse import Behavior, FakeClearinghouse
from tests.support.files_835 import SetSaid, file_835
from tests.support.remittance import RemittanceBench

SECRET = SecretStr("whsec_" + b64encode(bytes(24)).decode())
ROUTE = Route(
    id="rte_sandbox",
    org_id=ORG_A,
    name="sandbox",
    kind="sandbox",
    base_url="https://127.0.0.1:1",
    submitter_id="CLAIMWRIGHT",
    receiver_id="SANDBOX",
    username="u",
    password=SecretStr("p"),
    submission_callback_secret=SECRET,
    remittance_callback_secret=SECRET,
)


def a_file(at: int) -> bytes:
    return file_835([SetSaid(f"T{at}", provider_items=[("L6", "X", -1_00)])], control=at)


async def look(bench: RemittanceBench, clearinghouse: FakeClearinghouse) -> bool:
    return await fetch_mailbox(bench.transactions, ROUTE, clearinghouse)


async def call_back(bench: RemittanceBench, content: bytes, message_id: str) -> None:
    async with bench.transactions.begin(org_id=ORG_A, actor=ROUTE.id) as work:
        await receive_callback(work, content, route_id=ROUTE.id, message_id=message_id)


async def test_a_file_that_no_callback_brought_is_fetched_and_posted_once(bench: RemittanceBench) -> None:
    """Seen to fail before remittance read mailboxes: a lost callback was a lost payment."""
    clearinghouse = FakeClearinghouse()
    clearinghouse.far_end.put("HP", a_file(1))
    clearinghouse.far_end.put("FA", b"submission's own")

    assert await look(bench, clearinghouse)
    assert not await look(bench, clearinghouse)
    assert await bench.worker.act()
    await call_back(bench, a_file(1), "late")

    (file,) = await bench.rows("select state, source from remittance_file")
    assert tuple(file) == ("posted", ROUTE.id)


async def test_a_file_that_a_callback_brought_is_not_fetched_again(bench: RemittanceBench) -> None:
    clearinghouse = FakeClearinghouse()
    await call_back(bench, a_file(1), "first")
    clearinghouse.far_end.put("HP", a_file(1))
    clearinghouse.far_end.behave(Behavior.TAKES, Behavior.IS_AWAY)  # a fetch would fail

    assert await look(bench, clearinghouse)

    assert len(await bench.rows("select from remittance_file")) == 1
    (cursor,) = await bench.rows("select cursor from mailbox_cursor")
    assert cursor["cursor"] == "000001"


async def test_a_mailbox_that_breaks_off_is_read_on_behind_the_last_file_that_was_kept(bench: RemittanceBench) -> None:
    clearinghouse = FakeClearinghouse()
    for at in (1, 2):
        clearinghouse.far_end.put("HP", a_file(at))
    clearinghouse.far_end.behave(Behavior.TAKES, Behavior.TAKES, Behavior.IS_AWAY)

    with pytest.raises(Transient):
        await look(bench, clearinghouse)
    assert len(await bench.rows("select from remittance_file")) == 1

    assert await look(bench, clearinghouse)
    assert len(await bench.rows("select from remittance_file")) == 2


async def test_two_who_look_into_a_mailbox_at_once_take_each_file_once(bench: RemittanceBench) -> None:
    clearinghouse = FakeClearinghouse()
    for at in (1, 2, 3):
        clearinghouse.far_end.put("HP", a_file(at))

    await asyncio.gather(*(look(bench, clearinghouse) for _ in range(4)))
    while await look(bench, clearinghouse):
        pass
    assert not await look(bench, clearinghouse)

    assert len(await bench.rows("select from remittance_file")) == 3
    (cursor,) = await bench.rows("select cursor from mailbox_cursor")
    assert cursor["cursor"] == "000003"
    assert await bench.rows("select from outbox where type = 'remit.file_duplicate.v1'") == []
