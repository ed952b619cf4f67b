"""Nothing moves in a closed day: a late file posts on an open one, and what the close showed stays what was posted."""

import asyncio
from datetime import date, timedelta

import asyncpg
import pytest

from claimwright import clock, ids
from claimwright_remittance.usecases.close_day import close_day
from tests.integration.remittance.test_api import a_file
from tests.integration.remittance.test_deposits import hand_in
from tests.integration.remittance.test_guards import a_service_connection
from tests.support.backbone import ORG_A, ORG_B
from tests.support.bank_files import Said, csv_of
from tests.support.files_835 import ClaimSaid, LineSaid, SetSaid, file_835
from tests.support.remittance import RemittanceBench
from tests.support.remittance_api import Api


async def close(api: Api, day: date, *, permission: str = "day:close") -> tuple[int, dict[str, object]]:
    path = f"/v1/days/{day}/close"
    headers = api.as_person(permission, "POST", path)
    answer = await api.client.post(path, json={"note": "all counted"}, headers=headers)
    return answer.status_code, dict(answer.json())


def a_stranger(trace: str, cents: int) -> bytes:
    return file_835([SetSaid(trace, claims=[ClaimSaid("NOT-OURS", (LineSaid(cents),), icn="I")])])


async def test_closing_shows_what_the_day_moved_and_what_stands_unsolved(api: Api, bench: RemittanceBench) -> None:
    await bench.send(await a_file(bench))
    await bench.send(a_stranger("T2", 7_00))
    await hand_in(api, csv_of([Said(60_00, "T1"), Said(9_00, text="COUNTER")]))
    today = clock.now().date()
    before = (await api.get("/v1/days/open")).json()

    status, closed = await close(api, today)

    assert status == 200
    assert closed["totals"] == before["totals"]
    totals = dict(before["totals"])
    accounts = totals.pop("accounts")
    assert totals == {
        "posting_count": 4,
        "payment_cents": 67_00,
        "posted_cents": 60_00,
        "adjusted_cents": 25_00,
        "suspense_cents": 7_00,
        "provider_level_cents": 0,
        "deposit_cents": 60_00,
        "standing_suspense_cents": 7_00,
        "unmatched_deposit_count": 1,
        "unmatched_deposit_cents": 9_00,
        "awaited_count": 1,
        "awaited_cents": 7_00,
    }
    assert sum(accounts.values()) == 0
    assert (closed["closed_by"], closed["note"]) == ("per_00000000000000000000000007", "all counted")
    assert await close(api, today) == (409, await refusal(api, today))
    assert (await close(api, today + timedelta(days=1)))[0] == 409
    (audit,) = await bench.rows("select action, object, reason from audit where action = 'day.closed'")
    assert tuple(audit) == ("day.closed", today.isoformat(), "all counted")


async def refusal(api: Api, day: date) -> dict[str, object]:
    status, answer = await close(api, day)
    assert (status, answer["code"]) == (409, "day.closed_before")
    return answer


async def test_a_late_file_posts_on_the_next_open_day(api: Api, bench: RemittanceBench) -> None:
    """Seen to fail with postings dated by the moment alone: the database refused them, and the file was set aside."""
    today = clock.now().date()
    await bench.send(await a_file(bench))
    await bench.send(a_stranger("T0", 5_00))
    assert (await close(api, today))[0] == 200

    await bench.send(a_stranger("T2", 7_00))

    days = await bench.rows("select distinct day from posting order by day")
    assert [row["day"] for row in days] == [today, today + timedelta(days=1)]
    assert (await bench.see()).file_state == "posted"
    assert await bench.faults() == []
    opened = (await api.get("/v1/days/open")).json()
    assert opened["last_closed"] == today.isoformat()
    assert opened["day"] == (today + timedelta(days=1)).isoformat()
    assert (opened["totals"]["suspense_cents"], opened["totals"]["posting_count"]) == (7_00, 1)
    assert opened["totals"]["standing_suspense_cents"] == 12_00


async def test_what_is_told_of_a_late_posting_has_the_day_of_the_ledger(api: Api, bench: RemittanceBench) -> None:
    content = await a_file(bench)
    today = clock.now().date()
    assert (await close(api, today))[0] == 200

    await bench.send(content)

    ledger = (await api.get(f"/v1/claims/{ids.text(ids.CLAIM, bench.claims['A'])}/ledger")).json()
    assert [posting["day"] for posting in ledger["postings"]] == [
        today.isoformat(),
        (today + timedelta(days=1)).isoformat(),
    ]


async def test_the_database_takes_no_posting_of_a_closed_day(api: Api, bench: RemittanceBench) -> None:
    today = clock.now().date()
    await close(api, today)
    connection = await a_service_connection(bench)
    posting = "insert into posting values ($1, $2, 'remit_claim', $3, $4, $5)"
    values = (ORG_A, ids.new(), ids.new(), today, clock.now())
    try:
        with pytest.raises(asyncpg.RestrictViolationError, match="closed"):
            await connection.execute(posting, *values)
        root = await bench.root()
        await root.execute("drop trigger day_is_open on posting")
        await root.close()

        await connection.execute(posting, *values)
        await connection.execute(
            "insert into ledger_entry (org_id, posting_id, ordinal, account, cents) "
            "values ($1, $2, 1, 'suspense', -5), ($1, $2, 2, 'payments', 5)",
            ORG_A,
            values[1],
        )
    finally:
        await connection.close()
    assert "closed_day_moved by 10" in await bench.faults()


async def test_a_close_waits_for_who_posts_and_counts_it(bench: RemittanceBench) -> None:
    """Seen to fail without the lock: the close counted nothing, and the posting came into the closed day after it."""
    content = a_stranger("T1", 5_00)
    taken = await bench.receive(content)
    began, go_on = asyncio.Event(), asyncio.Event()

    async def post() -> None:
        async with bench.transactions.begin(org_id=ORG_A, actor="test") as work:
            from claimwright_remittance.persistence import days

            await days.open_day(work)
            began.set()
            await go_on.wait()
            await work.connection.exec_driver_sql(
                "insert into posting values ($1, $2, 'remit_claim', $3, $4, $5)",
                (ORG_A, ids.new(), ids.new(), work.now.date(), work.now),
            )

    async def close_it() -> int:
        async with bench.transactions.begin(org_id=ORG_A, actor="test") as work:
            return (await close_day(work, work.now.date(), note=None)).posting_count

    posting = asyncio.create_task(post())
    await began.wait()
    closing = asyncio.create_task(close_it())
    await asyncio.sleep(0.2)
    assert not closing.done()
    go_on.set()

    await posting
    assert await closing == 1
    assert taken.is_new


async def test_a_close_that_is_the_victim_of_a_deadlock_is_tried_again(api: Api, bench: RemittanceBench) -> None:
    """Seen to fail without the second try: the close was answered 503 once it had waited for another in a circle."""
    today = clock.now().date()
    other = await bench.root()
    await other.execute("set deadlock_timeout = '30s'")  # the close is the one that notices, and gives up
    async with other.transaction():
        await other.execute("lock table closed_day in exclusive mode")
        closing = asyncio.create_task(close(api, today))
        while not await waits_for(bench, "closed_day"):  # noqa: ASYNC110 - another process waits, and tells nobody
            await asyncio.sleep(0.05)

        await other.execute("select pg_advisory_xact_lock(hashtextextended($1, 4))", str(ORG_A))
    await other.close()

    status, answer = await closing
    assert (status, answer["day"]) == (200, today.isoformat())
    assert [row["day"] for row in await bench.rows("select day from closed_day")] == [today]


async def test_two_who_close_one_day_close_it_once(api: Api, bench: RemittanceBench) -> None:
    await bench.send(await a_file(bench))
    today = clock.now().date()

    answers = await asyncio.gather(*(close(api, today) for _ in range(6)), bench.send(a_stranger("T3", 1_00)))

    statuses = sorted(answer[0] for answer in answers if answer is not None)
    assert statuses == [200, 409, 409, 409, 409, 409]
    assert await bench.faults() == []


async def waits_for(bench: RemittanceBench, table: str) -> bool:
    """Return whether somebody waits for a lock of a table."""
    rows = await bench.rows("select from pg_locks where not granted and relation = $1::regclass", f"remittance.{table}")
    return bool(rows)


async def test_days_are_closed_together_listed_and_found(api: Api, bench: RemittanceBench) -> None:
    today = clock.now().date()
    await close(api, today - timedelta(days=3))
    await close(api, today - timedelta(days=1))

    listed = (await api.get("/v1/days?limit=1")).json()
    rest = (await api.get(f"/v1/days?limit=5&after={listed['next']}")).json()
    found = (await api.get(f"/v1/days/{today - timedelta(days=2)}")).json()

    assert [each["day"] for each in (*listed["items"], *rest["items"])] == [
        (today - timedelta(days=1)).isoformat(),
        (today - timedelta(days=3)).isoformat(),
    ]
    assert (found["day"], found["after_day"]) == (
        (today - timedelta(days=1)).isoformat(),
        (today - timedelta(days=3)).isoformat(),
    )
    assert (await api.get(f"/v1/days/{today}")).status_code == 404
    assert (await api.get(f"/v1/days/{today - timedelta(days=2)}", org_id=ORG_B)).status_code == 404
    assert (await close(api, today, permission="adjustment:write"))[0] == 403
