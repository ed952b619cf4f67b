"""The port of clearinghouses against the sandbox, which knows nothing of us: the same promises over real HTTPS."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from hashlib import sha256

import pytest
from pydantic import SecretStr

from claimwright import x12
from claimwright.clearinghouse.https import HttpsClearinghouse
from claimwright.clearinghouse.port import NotSeen, Outgoing, Refused, Seen, Unreached
from claimwright.clearinghouse.routes import Route, load_routes
from deploy.stack.routes import routes_file
from tests.support.journey import Journey, a_visit


@dataclass(frozen=True)
class Traffic:
    """A claim that went the whole way, the file that carried it, and the clearinghouse of its route."""

    claim_id: str
    sent_sha256: str
    route: Route
    clearinghouse: HttpsClearinghouse


@pytest.fixture
async def traffic(journey: Journey) -> AsyncIterator[Traffic]:
    claim_id = await journey.claim_of(a_visit())
    view = await journey.until_stage(claim_id, "CLOSED", telling={"submission.sent.v1"})
    sent = next(event for event in view["timeline"] if event["type"] == "submission.sent.v1")
    (route,) = load_routes(routes_file(journey.stack.places))
    clearinghouse = HttpsClearinghouse(route, seconds=10)
    yield Traffic(claim_id, sent["data"]["file"]["sha256"], route, clearinghouse)
    await clearinghouse.close()


async def test_what_was_sent_is_seen_and_what_was_not_is_proved_absent(traffic: Traffic) -> None:
    seen = await traffic.clearinghouse.ask(traffic.sent_sha256)
    never = await traffic.clearinghouse.ask(sha256(b"never sent").hexdigest())

    assert isinstance(seen, Seen)
    assert never == NotSeen()


async def test_what_is_no_x12_is_refused_and_a_stranger_is_not_let_in(traffic: Traffic) -> None:
    garbage = Outgoing.of(name="1.edi", data=b"this is no X12")
    stranger = HttpsClearinghouse(traffic.route.model_copy(update={"password": SecretStr("another")}), seconds=10)

    refused = await traffic.clearinghouse.send(garbage)
    not_let_in = await stranger.send(garbage)
    await stranger.close()

    assert isinstance(refused, Refused)
    assert not_let_in == Unreached("credentials_refused")


@pytest.mark.parametrize("kind", ["FA", "HN", "HP"])
async def test_the_mailbox_holds_every_answer_whole_and_ends(traffic: Traffic, kind: str) -> None:
    after, files = None, []
    while page := await traffic.clearinghouse.listed(kind, after=after):
        files += page
        after = page[-1].cursor

    data = await traffic.clearinghouse.fetch(files[-1])

    assert {entry.kind for entry in files} == {kind}
    assert len({entry.id for entry in files}) == len(files)
    assert x12.kinds(x12.read_interchanges(data).values) == {kind}
