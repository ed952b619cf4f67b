"""The relay's decision core against a model of PostgreSQL with its real rules of snapshots and sequences."""

import random
from collections.abc import Generator
from dataclasses import dataclass, field, replace

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
)

from claimwright.messaging.prefix import Fence, Prefix

TRIES = settings(
    max_examples=50, stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True
)
KEYS = ("a", "b")
ACTS = ("writes something else", "publishes a", "publishes b", "commits", "rolls back")


@dataclass
class Transaction:
    """One running transaction: its number once it has written, its rows, the keys it has locked."""

    xid: int | None = None
    rows: list[tuple[int, str, int]] = field(default_factory=list)
    locks: set[str] = field(default_factory=set)


class Database:
    """Numbers for transactions are given at the first write; numbers of a sequence are never given back."""

    def __init__(self) -> None:
        self.next_xid = 100
        self.next_seq = 1
        self.running: list[Transaction] = []
        self.committed: dict[int, tuple[str, int]] = {}
        self.versions = dict.fromkeys(KEYS, 0)

    def draw_xid(self) -> int:
        self.next_xid += 1
        return self.next_xid - 1

    def xmin(self) -> int:
        return min((one.xid for one in self.running if one.xid is not None), default=self.next_xid)

    def publish(self, transaction: Transaction, key: str) -> None:
        if transaction.xid is None:
            transaction.xid = self.draw_xid()
        if key not in transaction.locks:
            if any(key in other.locks for other in self.running):
                return  # it would wait for the key's lock
            transaction.locks.add(key)
        version = self.versions[key] + sum(row[1] == key for row in transaction.rows) + 1
        transaction.rows.append((self.next_seq, key, version))
        self.next_seq += 1

    def end(self, transaction: Transaction, *, commits: bool) -> None:
        self.running.remove(transaction)
        if commits:
            for seq, key, version in transaction.rows:
                self.committed[seq] = (key, version)
                self.versions[key] = version


class RelayMachine(RuleBasedStateMachine):
    """Three writers write, publish, commit and roll back in any order, between any two statements of the relay."""

    first: Prefix = Prefix(cursor=0)

    @initialize()
    def begin_empty(self) -> None:
        self.database = Database()
        self.writers: list[Transaction | None] = [None, None, None]
        self.taken: list[int] = []
        self.restart(cursor=0)

    @rule(who=st.integers(0, 2), act=st.sampled_from(ACTS))
    def a_writer_acts(self, who: int, act: str) -> None:
        transaction = self.writers[who]
        if transaction is None:
            transaction = self.writers[who] = Transaction()
            self.database.running.append(transaction)
        match act.split():
            case ["writes", *_]:
                transaction.xid = transaction.xid or self.database.draw_xid()
            case ["publishes", key]:
                self.database.publish(transaction, key)
            case _:
                self.database.end(transaction, commits=act == "commits")
                self.writers[who] = None

    @rule(limit=st.integers(1, 5), luck=st.integers(0, 19))
    def the_relay_runs_its_next_statement(self, limit: int, luck: int) -> None:
        if luck == 13:
            self.restart(cursor=self.prefix.cursor)
            return
        try:
            self.statements.send(limit)
        except StopIteration:
            raise AssertionError("the relay ended") from None

    def restart(self, *, cursor: int) -> None:
        """Begin a session: only the cursor is left."""
        self.prefix = replace(self.first, cursor=cursor)
        self.statements = self.relay()
        next(self.statements)

    def relay(self) -> Generator[None, int, None]:
        """Do what `PrefixReader.read` does, one statement at a time; each `yield` lets the writers in."""
        while True:
            if self.prefix.fence is not None:
                yield
                self.prefix = self.prefix.observe(self.database.xmin())
            limit = yield
            seqs = sorted(seq for seq in self.database.committed if seq > self.prefix.cursor)[:limit]
            final = self.prefix.count_final(seqs)
            self.taken += seqs[:final]
            if final:
                self.prefix = self.prefix.advance(seqs[final - 1])
            if final < len(seqs) and self.prefix.fence is None:
                yield
                last_seq = self.database.next_seq - 1
                yield
                self.prefix = self.prefix.raise_fence(Fence(last_seq=last_seq, xid=self.database.draw_xid()))

    @invariant()
    def nothing_committed_is_behind_the_cursor_and_not_taken(self) -> None:
        behind = {seq for seq in self.database.committed if seq <= self.prefix.cursor}
        assert behind <= set(self.taken)

    @invariant()
    def each_key_is_taken_in_the_order_of_its_versions(self) -> None:
        for key in KEYS:
            versions = [self.database.committed[seq][1] for seq in self.taken if self.database.committed[seq][0] == key]
            assert versions == list(range(1, len(versions) + 1))

    def teardown(self) -> None:
        """Whatever happened, once all transactions have ended the relay takes all that was committed."""
        while self.database.running:
            self.database.end(self.database.running[0], commits=True)
        for _ in range(4 * len(self.database.committed) + 10):
            self.statements.send(5)
        assert sorted(self.taken) == sorted(self.database.committed)


class TestRelay(RelayMachine.TestCase):
    settings = TRIES


class _ByNumberAlone(Prefix):
    def count_final(self, seqs: object) -> int:
        return len(list(seqs))  # type: ignore[call-overload]


class _WithoutWaitingForTheFence(Prefix):
    def observe(self, oldest_running_xid: int) -> Prefix:
        return self if self.fence is None else replace(self, safe=self.fence.last_seq, fence=None)


class _CrossingOneTooEarly(Prefix):
    def observe(self, oldest_running_xid: int) -> Prefix:
        return super().observe(oldest_running_xid + 3)


def play(first: Prefix, seed: int) -> None:
    """Play one random run of the machine without Hypothesis, which is too slow to wait for rare races."""
    chance = random.Random(seed)
    machine = RelayMachine()
    machine.first = first
    machine.begin_empty()
    for _ in range(40):
        if chance.random() < 0.6:
            machine.a_writer_acts(who=chance.randrange(3), act=chance.choice(ACTS))
        else:
            machine.the_relay_runs_its_next_statement(limit=chance.randint(1, 5), luck=chance.randrange(20))
        machine.nothing_committed_is_behind_the_cursor_and_not_taken()
        machine.each_key_is_taken_in_the_order_of_its_versions()
    machine.teardown()


def play_many(first: Prefix) -> None:
    for seed in range(4000):
        play(first, seed)


def test_the_relay_is_right_in_thousands_of_random_runs() -> None:
    play_many(Prefix(cursor=0))


@pytest.mark.parametrize("wrong", [_ByNumberAlone, _WithoutWaitingForTheFence, _CrossingOneTooEarly])
def test_the_model_catches_a_reader_that_is_wrong(wrong: type[Prefix]) -> None:
    with pytest.raises(AssertionError):
        play_many(wrong(cursor=0))


def test_a_row_that_follows_its_forerunner_needs_no_fence() -> None:
    prefix = Prefix(cursor=4)

    assert prefix.count_final([5, 6, 7]) == 3


def test_a_hole_stops_the_reader() -> None:
    prefix = Prefix(cursor=4)

    assert prefix.count_final([5, 7, 8]) == 1


def test_a_hole_is_crossed_up_to_what_the_fence_has_proved() -> None:
    fenced = Prefix(cursor=5).raise_fence(Fence(last_seq=8, xid=900))

    assert fenced.observe(900).count_final([7, 8, 10]) == 0  # the fence's own transaction number may still be running
    assert fenced.observe(901).count_final([7, 8, 10]) == 2


def test_the_cursor_never_goes_back() -> None:
    with pytest.raises(ValueError, match="forward"):
        Prefix(cursor=9).advance(8)
