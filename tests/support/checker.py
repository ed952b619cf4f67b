"""An independent look at what a stack did: plain SQL as the database's superuser, none of the services' code.

What it returns are sentences about what is wrong; an empty list is a clean stack.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import asyncpg

from tests.support.stack import TestStack

SERVICES = ("intake", "coding", "submission", "remittance")
ONCE = (
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
    "claim.closed.v1",
)
"""What a paid claim of one payer goes through, each exactly once."""


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


async def what_is_wrong(stack: TestStack, paid_claim_ids: Sequence[str]) -> list[str]:
    """Return what is wrong with claims that should have been paid, and with the ledger as a whole."""
    wrong = _not_once(await events_by_claim(stack, paid_claim_ids), paid_claim_ids)
    connection = await stack.connect("postgres")
    try:
        wrong += await _versions(connection)
        wrong += await _ledger(connection)
        wrong += await _numbers(connection)
        wrong += await _parked(connection)
    finally:
        await connection.close()
    return wrong


def _not_once(events: Mapping[str, Counter[str]], claim_ids: Sequence[str]) -> list[str]:
    return [
        f"{claim_id}: {type_name} {events.get(claim_id, Counter())[type_name]} times"
        for claim_id in claim_ids
        for type_name in ONCE
        if events.get(claim_id, Counter())[type_name] != 1
    ]


async def _versions(connection: "asyncpg.Connection[Any]") -> list[str]:
    """Each key's events are counted from 1 without a hole."""
    wrong: list[str] = []
    for service in (*SERVICES, "console"):
        rows = await connection.fetch(
            f"""
            select topic, key, count(*) as events, count(distinct version) as versions, max(version) as highest
            from {service}.outbox group by topic, key
            having count(*) <> max(version) or count(distinct version) <> count(*)
            """
        )
        wrong += [f"{row['key']} in {row['topic']}: {row['events']} events up to {row['highest']}" for row in rows]
    return wrong


async def _ledger(connection: "asyncpg.Connection[Any]") -> list[str]:
    """Postings sum to zero, and nothing was posted twice for one cause."""
    unbalanced = await connection.fetch(
        "select posting_id, sum(cents) as cents from remittance.ledger_entry group by posting_id having sum(cents) <> 0"
    )
    doubled = await connection.fetch(
        "select cause_id from remittance.posting group by org_id, cause_kind, cause_id having count(*) > 1"
    )
    empty = await connection.fetchval("select count(*) from remittance.ledger_entry") == 0
    wrong = [f"posting {row['posting_id']} is {row['cents']} cents out" for row in unbalanced]
    wrong += [f"cause {row['cause_id']} is posted twice" for row in doubled]
    return [*wrong, "the ledger is empty"] if empty else wrong


async def _numbers(connection: "asyncpg.Connection[Any]") -> list[str]:
    """No interchange number was given to two files, and no submission has two attempts under way."""
    twice = await connection.fetch(
        "select sender, interchange_number from submission.artifact group by sender, receiver, usage_indicator, "
        "interchange_number having count(*) > 1"
    )
    live = await connection.fetch(
        "select submission_id from submission.attempt where is_live group by submission_id having count(*) > 1"
    )
    wrong = [f"interchange {row['interchange_number']} was given twice" for row in twice]
    return wrong + [f"submission {row['submission_id']} has two attempts under way" for row in live]


async def _parked(connection: "asyncpg.Connection[Any]") -> list[str]:
    wrong: list[str] = []
    for service in (*SERVICES, "console"):
        rows = await connection.fetch(f"select consumer, key, type, reason from {service}.parked")
        wrong += [f"{row['consumer']} parked {row['type']} of {row['key']}: {row['reason']}" for row in rows]
    return wrong
