"""An event of an earlier version is read as the newest: its data, its sealed part, its place in a claim's fold.

A test's own event proves it, since no event of ours has a second version yet. Seen to fail: with `read_event` asking
for the model of the old name the event was passed over; with the new name as the place of the seal it did not open;
with `ClaimEvent` kept under the new name its data was changed twice.
"""

import asyncio
import base64
import json
from datetime import UTC, datetime
from typing import Any, ClassVar, cast

import pytest

from claimwright import ids
from claimwright.events import catalog, upcasting
from claimwright.events.envelope import EventData, Part, Purpose
from claimwright.events.lifecycle import ClaimEvent, in_order
from claimwright.events.upcasting import Upcaster
from claimwright.messaging.envelope import Record, headers_of, read_envelope, read_event, wire_headers
from claimwright.messaging.outbox import Outbox
from claimwright.messaging.work import Work
from claimwright.refusals import Poison
from claimwright.security.sealing import PartPlace

ORG, EVENT = ids.new(), ids.new()


class Carrier(Part):
    """Who carried it, in two fields since version 3."""

    PURPOSE: ClassVar[Purpose] = Purpose.IDENTITY

    first: str
    last: str


class WeighedAgain(EventData):
    """The newest version: grams became milligrams in version 2, and a scale was named in version 3."""

    TYPE: ClassVar[str] = "test.weighed.v3"
    TOPIC: ClassVar[str] = "claimwright.intake"
    KEY: ClassVar[str] = "thing"
    PARTS: ClassVar[tuple[type[Part], ...]] = (Carrier,)

    thing: str
    milligrams: int
    scale: str


def named(plain: Any) -> dict[str, str]:
    first, _, last = plain["name"].partition(" ")
    return {"first": first, "last": last}


CHAIN = (
    Upcaster(
        old="test.weighed.v1",
        new="test.weighed.v2",
        data=lambda data: {"thing": data["thing"], "milligrams": data["grams"] * 1000},
    ),
    Upcaster(
        old="test.weighed.v2",
        new="test.weighed.v3",
        data=lambda data: {**data, "scale": "unknown"},
        parts={Purpose.IDENTITY: named},
    ),
)


@pytest.fixture(autouse=True)
def a_third_version(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(catalog.MODEL_NAMED, WeighedAgain.TYPE, WeighedAgain)
    for upcaster in CHAIN:
        monkeypatch.setitem(upcasting.UPCASTERS, upcaster.old, upcaster)


class SealOfPlace:
    """Seals that open at the same place only, as ours do, without keys."""

    async def seal(self, plain: bytes, place: Any) -> bytes:
        return repr(place).encode() + b"\0" + plain

    async def open(self, sealed: bytes, place: Any) -> bytes:
        said, _, plain = sealed.partition(b"\0")
        if said != repr(place).encode():
            raise Poison("seal_moved")
        return plain


async def a_record_of(version: int, data: dict[str, Any], part: dict[str, str]) -> Record:
    headers = headers_of(
        WeighedAgain(thing="thing-1", milligrams=1, scale="s"),
        source="intake", event_id=EVENT, org_id=ORG, version=4, occurred_at=datetime(2026, 3, 1, tzinfo=UTC),
        causation_id=None, correlation_id=EVENT, traceparent=None,
    )  # fmt: skip
    wire_name = f"test.weighed.v{version}"
    place = PartPlace(purpose=Purpose.IDENTITY, type=wire_name, event_id=EVENT, org_id=ORG, record_key="thing-1")
    sealed = base64.b64encode(await SealOfPlace().seal(json.dumps(part).encode(), place)).decode()
    value = json.dumps({"data": data, "sealed": {"identity": sealed}}).encode()
    return Record("claimwright.intake", 0, 0, b"thing-1", value, wire_headers(headers | {"ce_type": wire_name}))


FIRST = ({"thing": "thing-1", "grams": 3}, {"name": "Ada Example"})
SECOND = ({"thing": "thing-1", "milligrams": 3000}, {"name": "Ada Example"})
THIRD = ({"thing": "thing-1", "milligrams": 3000, "scale": "north"}, {"first": "Ada", "last": "Example"})


@pytest.mark.parametrize(("version", "value"), [(1, FIRST), (2, SECOND), (3, THIRD)])
async def test_every_version_is_read_as_the_newest(version: int, value: tuple[dict[str, Any], dict[str, str]]) -> None:
    data, part = value
    received = read_event(read_envelope(await a_record_of(version, data, part)))

    assert received is not None
    assert received.data == WeighedAgain(thing="thing-1", milligrams=3000, scale="north" if version == 3 else "unknown")
    assert (received.type, received.published_type) == ("test.weighed.v3", f"test.weighed.v{version}")
    assert received.published_data == data

    work = Work(
        cast("Any", None), org_id=ORG, actor="test", cause=received, service="coding",
        outbox=Outbox("coding", SealOfPlace()),
    )  # fmt: skip
    assert await work.open(received, Carrier) == Carrier(first="Ada", last="Example")


async def test_an_old_version_that_holds_less_than_it_should_is_poison() -> None:
    record = await a_record_of(1, {"thing": "thing-1"}, {})

    with pytest.raises(Poison, match="event_data_unreadable"):
        read_event(read_envelope(record))


def test_what_is_kept_for_the_fold_stays_as_it_was_published_and_is_folded_as_the_newest() -> None:
    received = read_event(read_envelope(asyncio.run(a_record_of(1, *FIRST))))
    assert received is not None

    kept = ClaimEvent.of(received)
    (folded,) = in_order([kept])

    assert (kept.type, kept.data) == ("test.weighed.v1", FIRST[0])
    assert (folded.type, folded.data["milligrams"]) == ("test.weighed.v3", 3000)
