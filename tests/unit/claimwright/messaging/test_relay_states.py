"""The relay's own code between a model PostgreSQL and a model Kafka, with anything happening at any await.

Writers begin, draw numbers, commit and roll back in any order; acknowledgements are lost, records arrive twice or late,
two relays overlap, servers and processes die. The negative controls take one protection away each.
"""

import random
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from claimwright import failpoints
from claimwright.messaging.carrying import Carrier
from claimwright.messaging.prefix import Fence, Prefix
from claimwright.messaging.prefix_reader import PrefixReader
from tests.support.model_outbox import KEYS, Lost, ModelKafka, ModelOutbox, ModelPostgres, ModelProducer, Transaction
from tests.support.stepped import Process, end_all

RELAYS = 2
TRIES = settings(
    max_examples=30, stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True
)
ACTS = ("writes something else", "publishes a", "publishes b", "publishes c", "commits", "commits", "rolls back")


async def session(outbox: ModelOutbox, producer: ModelProducer, process: Process) -> None:
    """Carry from the kept cursor until something breaks, as `Relay` does between two connections."""
    if not outbox.is_the_relay():
        return
    try:
        carrier = Carrier(outbox, producer, service="test", cursor=await outbox.kept_cursor())
        while True:
            if not await carrier.carry(3):
                await process.pause()
    except Lost:
        return
    finally:
        outbox.close()


class RelayMachine(RuleBasedStateMachine):
    """Three writers, two relays of which one at a time holds the lock, and a broker."""

    @initialize()
    def begin_empty(self) -> None:
        self.postgres = ModelPostgres()
        self.kafka = ModelKafka()
        self.writers: list[Transaction | None] = [None, None, None]
        self.relays = [Process() for _ in range(RELAYS)]

    @rule(who=st.integers(0, 2), act=st.sampled_from(ACTS))
    def a_writer_acts(self, who: int, act: str) -> None:
        transaction = self.writers[who]
        if transaction is None:
            transaction = self.writers[who] = self.postgres.begin()
        match act.split():
            case ["writes", *_]:
                transaction.xid = transaction.xid or self.postgres.draw_xid()
            case ["publishes", key]:
                self.postgres.publish(transaction, key)
            case _:
                self.postgres.end(transaction, commits=act == "commits")
                self.writers[who] = None

    @rule(who=st.integers(0, RELAYS - 1), steps=st.integers(1, 6))
    def a_relay_goes_on(self, who: int, steps: int) -> None:
        relay = self.relays[who]
        if not relay.is_alive:
            relay.begin(session(ModelOutbox(self.postgres, relay), ModelProducer(self.kafka, relay), relay))
        for _ in range(steps):
            relay.step()

    @rule(which=st.integers(0, 20), partition=st.integers(0, 1), twice=st.booleans(), records=st.integers(1, 4))
    def records_arrive(self, which: int, partition: int, twice: bool, records: int) -> None:
        """Of any producer, also of one that was given up long ago."""
        if self.kafka.producers:
            for _ in range(records):
                self.kafka.producers[-1 - which % len(self.kafka.producers)].arrive(partition, twice=twice)

    @rule()
    def an_acknowledgement_is_lost(self) -> None:
        if self.kafka.producers:
            self.kafka.producers[-1].fail()

    @rule(partition=st.integers(0, 1))
    def the_broker_refuses(self, partition: int) -> None:
        if self.kafka.producers:
            self.kafka.producers[-1].refuse(partition)

    @rule()
    def the_connection_of_the_relay_ends(self) -> None:
        """The other may begin at once, while this one still has sends under way."""
        self.postgres.relay = None

    @rule(who=st.integers(0, RELAYS - 1))
    def a_relay_is_killed(self, who: int) -> None:
        self.relays[who].kill()
        self.postgres.relay = None

    @rule(rarely=st.integers(0, 9))
    def postgresql_crashes(self, rarely: int) -> None:
        if rarely == 0:
            self.postgres.crash()
            self.writers = [None, None, None]

    @invariant()
    def no_committed_event_is_behind_the_cursor_and_not_in_the_log(self) -> None:
        for seq, (key, version) in self.postgres.committed.items():
            assert seq > self.postgres.cursor or version in self.kafka.versions_of(key)

    @invariant()
    def each_key_comes_in_the_order_of_its_versions(self) -> None:
        for key in KEYS:
            versions = self.kafka.versions_of(key)
            assert versions == list(range(1, len(versions) + 1))

    def teardown(self) -> None:
        """Whatever happened, in calm weather all that was committed arrives."""
        for transaction in [*self.postgres.running]:
            self.postgres.end(transaction, commits=True)
        self.the_connection_of_the_relay_ends()
        for relay in self.relays:
            relay.kill()
        for _ in range(12 * len(self.postgres.committed) + 20):
            self.a_relay_goes_on(0, steps=1)
            for partition in (0, 1):
                self.kafka.producers[-1].arrive(partition, twice=False)
        self.no_committed_event_is_behind_the_cursor_and_not_in_the_log()
        self.each_key_comes_in_the_order_of_its_versions()
        assert {key: len(self.kafka.versions_of(key)) for key in KEYS} == self.postgres.versions
        self.relays[0].kill()


class TestRelay(RelayMachine.TestCase):
    settings = TRIES


@pytest.fixture(autouse=True)
def nothing_is_left() -> Iterator[None]:
    """Arm nothing after a test, and leave no process half-way."""
    yield
    failpoints.arm("")
    end_all()


def play_at_random(seed: int) -> None:
    """Play one run of the machine without Hypothesis, whose runs take too long to wait for rare races."""
    chance = random.Random(seed)
    machine = RelayMachine()
    machine.begin_empty()
    for _ in range(60):
        match chance.choices(("write", "carry", "arrive", "fail"), (45, 30, 20, 5))[0]:
            case "write":
                machine.a_writer_acts(chance.randrange(3), chance.choice(ACTS))
            case "carry":
                machine.a_relay_goes_on(chance.randrange(RELAYS), steps=chance.randint(1, 6))
            case "arrive":
                which = 0 if chance.random() < 0.7 else chance.randrange(20)
                machine.records_arrive(which, chance.randrange(2), twice=chance.random() < 0.1, records=3)
            case _:
                fail_at_random(machine, chance)
        machine.no_committed_event_is_behind_the_cursor_and_not_in_the_log()
        machine.each_key_comes_in_the_order_of_its_versions()
    machine.teardown()


def fail_at_random(machine: RelayMachine, chance: random.Random) -> None:
    match chance.randrange(5):
        case 0:
            machine.an_acknowledgement_is_lost()
        case 1:
            machine.the_broker_refuses(chance.randrange(2))
        case 2:
            machine.the_connection_of_the_relay_ends()
        case 3:
            machine.a_relay_is_killed(chance.randrange(RELAYS))
        case _:
            machine.postgresql_crashes(rarely=0)


def play_many(runs: int) -> None:
    for seed in range(runs):
        play_at_random(seed)


def is_found() -> None:
    """Let the machine look for what is wrong; it has to find something."""
    with pytest.raises(AssertionError):
        play_many(2000)


def test_the_relay_is_right_in_hundreds_of_random_runs() -> None:
    play_many(600)


@pytest.mark.parametrize("switch", [failpoints.FENCE_OFF, failpoints.CURSOR_FIRST])
def test_the_machine_finds_what_goes_wrong_without(switch: str) -> None:
    failpoints.arm(f"{switch}:0")

    is_found()


class _WithoutWaitingForTheFence(Prefix):
    def observe(self, oldest_running_xid: int) -> Prefix:
        return super().observe(1 << 62)


class _CrossingOneTooEarly(Prefix):
    def observe(self, oldest_running_xid: int) -> Prefix:
        return super().observe(oldest_running_xid + 3)


@pytest.mark.parametrize("wrong", [_WithoutWaitingForTheFence, _CrossingOneTooEarly])
def test_the_machine_finds_a_fence_that_is_wrong(wrong: type[Prefix], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("claimwright.messaging.prefix_reader.Prefix", wrong)

    is_found()


class Play(RelayMachine):
    """A case that somebody met, played by hand."""

    def __init__(self) -> None:
        super().__init__()
        self.begin_empty()

    def writes(self, who: int, *acts: str) -> None:
        for act in acts:
            self.a_writer_acts(who, act)

    def carries(self, steps: int = 30, *, who: int = 0) -> None:
        """Let a relay and the broker work in calm weather."""
        for _ in range(steps):
            self.a_relay_goes_on(who, steps=1)
            for partition in (0, 1):
                self.kafka.producers[-1].arrive(partition, twice=False)
        self.no_committed_event_is_behind_the_cursor_and_not_in_the_log()
        self.each_key_comes_in_the_order_of_its_versions()


def test_an_event_of_a_transaction_with_an_early_number_comes_after_the_one_it_follows() -> None:
    play = Play()
    play.writes(0, "writes something else")  # an early transaction number, as an inbox row draws it
    play.writes(1, "publishes a", "commits")
    play.writes(2, "publishes b")
    play.carries()
    assert play.kafka.versions_of("a") == [1]  # a transaction that only runs stops nobody

    play.writes(0, "publishes a", "commits")
    play.carries()
    assert play.kafka.versions_of("a") == [1]  # number 2, of b, may still come

    play.writes(2, "commits")
    play.carries()
    assert (play.kafka.versions_of("a"), play.kafka.versions_of("b")) == ([1, 2], [1])


def test_a_hole_that_a_rollback_left_is_crossed_once_it_is_proved_dead() -> None:
    play = Play()
    play.writes(0, "publishes a")
    play.writes(1, "publishes b", "commits")
    play.carries()
    assert play.kafka.versions_of("b") == []

    play.writes(0, "rolls back")
    play.carries()
    assert play.kafka.versions_of("b") == [1]


def test_a_jump_of_the_sequence_after_a_crash_is_a_hole_like_any_other() -> None:
    play = Play()
    play.writes(0, "publishes a", "commits")
    play.carries()
    play.postgres.crash()
    play.writers = [None, None, None]
    play.writes(1, "publishes a", "commits")

    play.carries(60)

    assert play.kafka.versions_of("a") == [1, 2]


def test_a_refused_record_is_sent_again_though_a_later_one_was_taken() -> None:
    play = Play()
    play.writes(0, "publishes a", "publishes c", "commits")
    play.a_relay_goes_on(0, steps=5)
    play.the_broker_refuses(0)
    play.records_arrive(0, partition=1, twice=False, records=1)
    assert play.kafka.versions_of("c") == [1]

    play.carries()

    assert play.kafka.versions_of("a") == [1]


def test_records_of_a_relay_that_was_replaced_come_late_and_change_no_order() -> None:
    play = Play()
    play.writes(0, "publishes a", "publishes a", "publishes a", "commits")
    play.a_relay_goes_on(0, steps=5)
    late = play.kafka.producers[-1]
    play.the_connection_of_the_relay_ends()
    play.carries(who=1)

    for _ in range(3):
        late.arrive(0, twice=False)

    assert play.kafka.partitions[0] == [("a", 1), ("a", 2), ("a", 3)] * 2
    play.carries(who=1)


async def read_with_the_numbers_swapped(self: PrefixReader, limit: int) -> object:
    """Read as `PrefixReader.read`, but draw the fence's transaction number before its last sequence number."""
    if self._prefix.fence is not None:
        self._prefix = self._prefix.observe(await self._rows.oldest_running_xid())
    rows = await self._rows.behind(self._prefix.cursor, limit)
    final = self._prefix.count_final([row["seq"] for row in rows])
    if final < len(rows) and self._prefix.fence is None:
        xid = await self._rows.draw_xid()
        self._prefix = self._prefix.raise_fence(Fence(last_seq=await self._rows.last_drawn_seq(), xid=xid))
    return rows[:final]


def play_with_a_writer_between_any_two_steps() -> None:
    """Let a hole stop the relay, and after some of its steps another writer leave a hole behind it."""
    for steps in range(1, 12):
        play = Play()
        play.writes(0, "publishes a")
        play.writes(1, "publishes b", "commits")
        play.a_relay_goes_on(0, steps=steps)
        play.writes(2, "publishes c")
        play.writes(1, "publishes b", "commits")
        play.a_relay_goes_on(0, steps=1)
        play.writes(0, "rolls back")
        play.carries()
        play.writes(2, "commits")
        play.teardown()


def test_the_last_number_of_the_sequence_is_read_before_the_newer_transaction_number(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    play_with_a_writer_between_any_two_steps()

    monkeypatch.setattr(PrefixReader, "read", read_with_the_numbers_swapped)

    with pytest.raises(AssertionError):
        play_with_a_writer_between_any_two_steps()
