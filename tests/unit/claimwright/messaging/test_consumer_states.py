"""The consumer's own code between a model PostgreSQL and a model Kafka, with anything happening at any await.

Two members share two partitions. Records come twice and late, connections break before and after a commit, leases are
lost under a member that works on, members are killed, events are poison or have to wait, and parked keys are retried
meanwhile. The negative controls take one protection away each.
"""

import random
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, ClassVar
from uuid import UUID

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from claimwright import failpoints, ids
from claimwright.events import catalog
from claimwright.events.envelope import EventData, Received, wire_bytes
from claimwright.messaging import handling
from claimwright.messaging.envelope import Record, headers_of, wire_headers
from claimwright.messaging.parking import GAP
from claimwright.messaging.verdicts import Verdict, judge
from claimwright.refusals import Poison, Transient
from tests.support.model_consumers import Member, World, retry_head
from tests.support.stepped import Process, end_all

TRIES = settings(
    max_examples=20, stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True
)
ORG = UUID("01900000-0000-7000-8000-00000000000a")
PARTITION_OF = {"a": 0, "b": 0, "c": 1}
KEYS = tuple(PARTITION_OF)
DOES = ("count", "count", "count", "poison", "transient")


class Counted(EventData):
    """Something to count."""

    TYPE: ClassVar[str] = "test.counted.v1"
    TOPIC: ClassVar[str] = "t"
    KEY: ClassVar[str] = "thing"

    thing: str
    number: int
    does: str


@pytest.fixture(autouse=True)
def known(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let the catalog know the event; after a test arm nothing, and leave no process half-way."""
    monkeypatch.setitem(catalog.MODEL_NAMED, Counted.TYPE, Counted)
    yield
    failpoints.arm("")
    end_all()


def a_record(key: str, version: int, does: str) -> Record:
    data = Counted(thing=key, number=version, does=does)
    event_id = ids.new()
    headers = headers_of(
        data,
        source="test",
        event_id=event_id,
        org_id=ORG,
        version=version,
        occurred_at=datetime(2026, 1, 1, tzinfo=UTC),
        causation_id=None,
        correlation_id=event_id,
        traceparent=None,
    )
    return Record(
        topic="t",
        partition=PARTITION_OF[key],
        position=0,
        key=key.encode(),
        value=wire_bytes(data, {}),
        headers=wire_headers(headers),
    )


class ConsumerMachine(RuleBasedStateMachine):
    """Two members, somebody who retries, and whatever happens to them."""

    @initialize()
    def begin_empty(self) -> None:
        self.world = World()
        self.members = [Member(self.world, {Counted: self.count}) for _ in range(2)]
        self.retrying = Member(self.world, {Counted: self.count})
        self.published: list[Record] = []
        self.versions = dict.fromkeys(KEYS, 0)
        self.is_mended = False

    async def count(self, work: Any, received: Received) -> None:
        data = received.data
        assert isinstance(data, Counted)
        if not self.is_mended:
            match data.does:
                case "poison":
                    raise Poison("test.poison")
                case "transient":
                    raise Transient("test.transient")
        work.effects.append((data.thing, data.number))

    @rule(key=st.sampled_from(KEYS), does=st.sampled_from(DOES))
    def an_event_comes(self, key: str, does: str) -> None:
        self.versions[key] += 1
        record = a_record(key, self.versions[key], does)
        self.published.append(record)
        self.world.log.append(record)

    @rule(which=st.integers(0, 30))
    def an_event_comes_again(self, which: int) -> None:
        if self.published:
            self.world.log.append(self.published[which % len(self.published)])

    @rule(who=st.integers(0, 1), steps=st.integers(1, 12))
    def a_member_goes_on(self, who: int, steps: int) -> None:
        self.members[who].go_on(steps)

    @rule(key=st.sampled_from(KEYS), steps=st.integers(1, 8))
    def a_parked_key_is_tried(self, key: str, steps: int) -> None:
        process: Process = self.retrying.process
        for _ in range(steps):
            if not process.is_alive:
                process.begin(retry_head(self.retrying, self.world.database, ("t", key)))
            process.step()
            assert process.ended_by is None, process.ended_by

    @rule(who=st.integers(0, 1))
    def a_connection_breaks(self, who: int) -> None:
        self.members[who].tables.breaks = True

    @rule(who=st.integers(0, 1))
    def leases_are_lost(self, who: int) -> None:
        """As those of a frozen process are: it wakes up and goes on."""
        leases = self.members[who].leases
        if leases is not None:
            leases.lose()

    @rule(who=st.integers(0, 1))
    def a_member_is_killed(self, who: int) -> None:
        self.members[who].kill()

    @rule()
    def what_was_broken_is_mended(self) -> None:
        self.is_mended = not self.is_mended

    @invariant()
    def each_effect_is_there_once_in_the_order_of_its_key(self) -> None:
        for key in KEYS:
            numbers = [number for one, number in self.world.database.effects if one == key]
            assert numbers == list(range(1, len(numbers) + 1))

    @invariant()
    def what_comes_after_a_parked_event_waits(self) -> None:
        for (_, key), version in self.world.database.parked:
            assert (key, version) not in self.world.database.effects

    @invariant()
    def no_key_has_a_gap(self) -> None:
        assert all(parked.reason != GAP for parked in self.world.database.parked.values())

    def teardown(self) -> None:
        """Whatever happened, in calm weather every effect happens."""
        self.is_mended = True
        for member in (*self.members, self.retrying):
            member.tables.breaks = False
        for turn in range(200 + 60 * len(self.published)):
            for who in (0, 1):
                self.a_member_goes_on(who, steps=2)
            self.a_parked_key_is_tried(KEYS[turn // 12 % 3], steps=2)
            if self.is_done():
                break
        self.each_effect_is_there_once_in_the_order_of_its_key()
        counted = {key: sum(one == key for one, _ in self.world.database.effects) for key in KEYS}
        self.end()
        assert counted == self.versions

    def end(self) -> None:
        for member in (*self.members, self.retrying):
            member.kill()

    def is_done(self) -> bool:
        return len(self.world.database.effects) >= sum(self.versions.values()) and not self.world.database.parked


class TestConsumer(ConsumerMachine.TestCase):
    settings = TRIES


def play_at_random(seed: int) -> None:
    """Play one run of the machine without Hypothesis, whose runs take too long to wait for rare races."""
    chance = random.Random(seed)
    machine = ConsumerMachine()
    machine.begin_empty()
    try:
        act_at_random(machine, chance)
        machine.teardown()
    finally:
        machine.end()


def act_at_random(machine: ConsumerMachine, chance: random.Random) -> None:
    for _ in range(60):
        match chance.choices(("come", "again", "go on", "retry", "fail"), (15, 7, 55, 15, 8))[0]:
            case "come":
                machine.an_event_comes(chance.choice(KEYS), chance.choice(DOES))
            case "again":
                machine.an_event_comes_again(chance.randrange(30))
            case "go on":
                machine.a_member_goes_on(chance.randrange(2), steps=chance.randint(1, 25))
            case "retry":
                machine.a_parked_key_is_tried(chance.choice(KEYS), steps=chance.randint(1, 8))
            case _:
                act = chance.choice(
                    (machine.a_connection_breaks, machine.leases_are_lost, machine.a_member_is_killed, None)
                )
                if act is None:
                    machine.what_was_broken_is_mended()
                else:
                    act(chance.randrange(2))
        machine.each_effect_is_there_once_in_the_order_of_its_key()
        machine.what_comes_after_a_parked_event_waits()
        machine.no_key_has_a_gap()


def play_many(runs: int) -> None:
    for seed in range(runs):
        play_at_random(seed)


def test_the_consumer_is_right_in_a_hundred_random_runs() -> None:
    play_many(100)


@pytest.mark.parametrize("switch", [failpoints.INBOX_OFF, failpoints.OFFSETS_FIRST])
def test_the_machine_finds_what_goes_wrong_without(switch: str) -> None:
    failpoints.arm(f"{switch}:0")

    with pytest.raises(AssertionError):
        play_many(150)


def test_the_machine_finds_a_consumer_that_does_not_queue_behind_a_parked_event(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def judge_alone(version: int, *, seen: int, floor: int, parked_from: int | None) -> Verdict:
        return judge(version, seen=seen, floor=floor, parked_from=None)

    monkeypatch.setattr(handling, "judge", judge_alone)

    with pytest.raises(AssertionError):
        play_many(150)
