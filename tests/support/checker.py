"""An independent look at what a stack did: plain SQL as the database's superuser, none of the services' code.

What it returns are sentences about what is wrong; an empty list is a clean stack.
"""

import asyncio
import time
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import asyncpg

from tests.support.stack import TestStack

_MISSING_FOR = 20.0
SERVICES = ("intake", "coding", "submission", "remittance")
READERS = {
    "coding": ("intake",),
    "submission": ("coding",),
    "remittance": ("submission",),
    "console": SERVICES,
}
"""Whose events each service takes in; an event that leaves no row in the inbox could be handled twice unseen."""

WAY = (
    "encounter.received.v1",
    "coding.started.v1",
    "claim.coded.v1",
    "claim.queued.v1",
    "submission.sent.v1",
    "ack.set_accepted.v1",
    "ack.clearinghouse_accepted.v1",
    "ack.payer_accepted.v1",
    "remit.matched.v1",
    "claim.adjudicated.v1",
)
"""What a claim of one payer goes through until it is adjudicated, each exactly once."""


class End(StrEnum):
    """How a claim should end; the value is the event that only this end has."""

    PAID = "claim.closed.v1"
    PARTIAL = "patient_balance.released.v1"
    DENIED = "denial.opened.v1"


@dataclass(frozen=True, slots=True)
class Wrong:
    """One thing that is wrong, in a sentence.

    `is_doubled` tells that something took effect twice, or that its second effect was caught half way: a hole in the
    versions, a parked event. What has not happened yet is not doubled, however slow the machine is.
    """

    sentence: str
    is_doubled: bool = True


async def events_by_claim(stack: TestStack, claim_ids: Sequence[str]) -> dict[str, Counter[str]]:
    """Return how many events of each type every claim has in the outboxes."""
    found: dict[str, Counter[str]] = defaultdict(Counter)
    connection = await stack.connect("postgres")
    try:
        for service in SERVICES:
            rows = await connection.fetch(
                f"select key, type, count(*) as times from {service}.outbox where key = any($1) group by key, type",
                list(claim_ids),
            )
            for row in rows:
                found[row["key"]][row["type"]] = row["times"]
    finally:
        await connection.close()
    return found


async def what_is_wrong(stack: TestStack, ends: Mapping[str, End]) -> list[Wrong]:
    """Return what is wrong with claims that should have come to these ends, and with the ledger as a whole.

    A payment may overtake its acknowledgments, which other parts carry: what is missing is given time to come.
    """
    until = time.monotonic() + _MISSING_FOR
    while True:
        wrong = not_once(await events_by_claim(stack, list(ends)), ends)
        if not wrong or any(each.is_doubled for each in wrong) or time.monotonic() > until:
            break
        await asyncio.sleep(0.2)
    connection = await stack.connect("postgres")
    try:
        wrong += await _versions(connection)
        wrong += await _ledger(connection)
        wrong += await _numbers(connection)
        wrong += await _parked(connection)
        wrong += await _without_a_trace(connection, list(ends))
    finally:
        await connection.close()
    return wrong


def not_once(events: Mapping[str, Counter[str]], ends: Mapping[str, End]) -> list[Wrong]:
    """Return what a claim's way and end have not exactly once, and which other end it came to."""
    wrong: list[Wrong] = []
    for claim_id, end in ends.items():
        times = events.get(claim_id, Counter())
        for type_name in (*WAY, *End):
            expected = int(type_name == end or type_name in WAY)
            if times[type_name] != expected:
                sentence = f"{claim_id} ({end.name}): {type_name} {times[type_name]} times"
                wrong.append(Wrong(sentence, is_doubled=times[type_name] > 1))
    return wrong


async def _without_a_trace(connection: "asyncpg.Connection[Any]", claim_ids: Sequence[str]) -> list[Wrong]:
    """Each event of these claims stands once in the inbox of everyone who reads it, after seconds at most."""
    missing: list[Wrong] = []
    for _ in range(100):
        missing = []
        for reader, owners in READERS.items():
            for owner in owners:
                rows = await connection.fetch(
                    f"""
                    select o.key, o.type from {owner}.outbox as o where o.key = any($1) and
                    (select count(*) from {reader}.inbox as i where i.event_id = o.event_id) <> 1
                    """,
                    list(claim_ids),
                )
                missing += [
                    Wrong(f"{reader} has no trace of {row['type']} of {row['key']}", is_doubled=False) for row in rows
                ]
        if not missing:
            break
        await asyncio.sleep(0.1)
    return missing


async def _versions(connection: "asyncpg.Connection[Any]") -> list[Wrong]:
    """Each key's events are counted from 1 without a hole."""
    wrong: list[Wrong] = []
    for service in (*SERVICES, "console"):
        rows = await connection.fetch(
            f"""
            select topic, key, count(*) as events, count(distinct version) as versions, max(version) as highest
            from {service}.outbox group by topic, key
            having count(*) <> max(version) or count(distinct version) <> count(*)
            """
        )
        wrong += [
            Wrong(f"{row['key']} in {row['topic']}: {row['events']} events up to {row['highest']}") for row in rows
        ]
    return wrong


async def _ledger(connection: "asyncpg.Connection[Any]") -> list[Wrong]:
    """Postings sum to zero, and nothing was posted twice for one cause."""
    unbalanced = await connection.fetch(
        "select posting_id, sum(cents) as cents from remittance.ledger_entry group by posting_id having sum(cents) <> 0"
    )
    doubled = await connection.fetch(
        "select cause_id from remittance.posting group by org_id, cause_kind, cause_id having count(*) > 1"
    )
    empty = await connection.fetchval("select count(*) from remittance.ledger_entry") == 0
    wrong = [Wrong(f"posting {row['posting_id']} is {row['cents']} cents out", is_doubled=False) for row in unbalanced]
    wrong += [Wrong(f"cause {row['cause_id']} is posted twice") for row in doubled]
    return [*wrong, Wrong("the ledger is empty", is_doubled=False)] if empty else wrong


async def _numbers(connection: "asyncpg.Connection[Any]") -> list[Wrong]:
    """No interchange number was given to two files, and no submission has two attempts under way."""
    twice = await connection.fetch(
        "select sender, interchange_number from submission.artifact group by sender, receiver, usage_indicator, "
        "interchange_number having count(*) > 1"
    )
    live = await connection.fetch(
        "select submission_id from submission.attempt where is_live group by submission_id having count(*) > 1"
    )
    wrong = [Wrong(f"interchange {row['interchange_number']} was given twice") for row in twice]
    return wrong + [Wrong(f"submission {row['submission_id']} has two attempts under way") for row in live]


async def _parked(connection: "asyncpg.Connection[Any]") -> list[Wrong]:
    wrong: list[Wrong] = []
    for service in (*SERVICES, "console"):
        rows = await connection.fetch(f"select consumer, key, type, reason from {service}.parked")
        wrong += [Wrong(f"{row['consumer']} parked {row['type']} of {row['key']}: {row['reason']}") for row in rows]
    return wrong
