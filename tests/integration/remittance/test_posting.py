"""A file of remittances becomes balanced entries, once, whatever comes first and whatever comes twice."""

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import cast
from uuid import UUID

import pytest
from opentelemetry.trace import SpanContext

from claimwright import ids
from claimwright.database.engine import watching_commits
from claimwright.messaging.work import Work
from claimwright.security.access import Access, Organization
from claimwright.telemetry import tracing
from claimwright_remittance import worker
from tests.support.files_835 import ClaimSaid, LineSaid, SetSaid, file_835
from tests.support.remittance import RemittanceBench
from tests.support.tables import run


async def test_a_payment_is_posted_and_the_same_file_changes_nothing(bench: RemittanceBench) -> None:
    await run(
        """
        day  file  does                                       expect
        1          bill A 100.00                              A insurance 100.00, working
        5    F     pay A 60.00 CO-45 25.00 PR-2 15.00         A paid 60.00, patient 15.00, PAID_FULL, released 15.00
        5    F     again                                      nothing changes, file duplicate
        6    G     again-enveloped                            nothing changes, file duplicate
        """,
        bench,
    )


async def test_answers_can_beat_the_question(bench: RemittanceBench) -> None:
    await run(
        """
        day  file  does                                       expect
        5    F     pay A 60.00 CO-45 40.00                    suspense -60.00, holds number_unknown, file posted
        6          bill A 100.00                              A open 0.00, suspense 0.00, closed, nothing held
        """,
        bench,
    )


async def test_a_file_that_does_not_balance_posts_nothing(bench: RemittanceBench) -> None:
    await run(
        """
        day  file  does                           expect
        1          bill A 100.00
        5    F     pay A 60.00 CO-45 40.00
        5    F     total 61.00                    nothing changes, file remit.transaction_out_of_balance -1.00
        """,
        bench,
    )


async def test_a_reversal_and_its_correction_are_told_as_what_they_are(bench: RemittanceBench) -> None:
    await run(
        """
        day  file  does                                      expect
        1          bill A 100.00
        9    F     pay A 80.00 PR-2 20.00                    A released 20.00
        23   G     reverse A
        23   G     put-off A 80.00
        30   H     pay A 60.00 CO-45 40.00 icn 2
        30   H     plb L6 X -1.00                            A closed
        """,
        bench,
    )

    claim_id = ids.text(ids.CLAIM, bench.claims["A"])
    events = await bench.rows("select type from outbox where key = $1 order by seq", claim_id)

    assert [row["type"] for row in events if row["type"] != "remit.matched.v1"] == [
        "claim.adjudicated.v1",
        "patient_balance.released.v1",
        "patient_balance.recalled.v1",
        "claim.reversed.v1",
        "work_item.opened.v1",
        "claim.readjudicated.v1",
        "claim.closed.v1",
        "work_item.auto_closed.v1",
    ]
    items = await bench.rows("select type from outbox where type like 'provider_adjustment%' order by seq")
    assert [row["type"] for row in items] == ["provider_adjustment.opened.v1"] * 2
    (item,) = await bench.rows("select claim_id from provider_item where code = 'WO'")
    assert item["claim_id"] == bench.claims["A"]


async def test_an_unknown_patient_and_an_estimate_are_told(bench: RemittanceBench) -> None:
    await run(
        """
        day  file  does                                           expect
        1          bill A 100.00
        1          bill B 100.00
        9    F     deny A 0.00 CO-31 100.00 as 4                  A NOT_RECOGNISED
        9    G     deny B 0.00 OA-101 75.00 CO-45 25.00 as 25     B insurance 100.00
        """,
        bench,
    )

    told = await bench.rows("select type, payload from outbox where type ~ 'not_recognised|predetermined' order by seq")

    assert [row["type"] for row in told] == ["claim.not_recognised.v1", "claim.predetermined.v1"]
    assert b'"owner":"registration"' in told[0]["payload"]
    assert b'"estimate_cents":7500' in told[1]["payload"]


async def test_the_posting_is_linked_to_the_traces_of_its_claims(
    bench: RemittanceBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    linked: list[str | None] = []

    @contextmanager
    def span(name: str, *, links: Iterable[SpanContext]) -> Iterator[None]:
        linked.extend(tracing.traceparent_of(link) for link in links)
        yield

    monkeypatch.setattr(worker.tracing, "span", span)
    bench.traceparent = "00-" + "1" * 32 + "-" + "2" * 16 + "-01"

    await run(
        """
        day  file  does                                      expect
        1          bill A 100.00
        9    F     pay A 80.00 CO-45 20.00                   A closed
        """,
        bench,
    )

    assert linked == [bench.traceparent]


async def test_a_mended_encounter_changes_what_is_open_by_the_difference(bench: RemittanceBench) -> None:
    await run(
        """
        day  file  does                                      expect
        1          bill A 100.00                             A insurance 100.00
        2          bill A 120.00                             A insurance 120.00
        9    F     pay A 80.00 CO-45 40.00                   A open 0.00, paid 80.00, contractual 40.00, closed
        """,
        bench,
    )


async def test_a_correction_that_came_first_is_told_after_the_reversal_that_frees_it(bench: RemittanceBench) -> None:
    await run(
        """
        day  file  does                                      expect
        1          bill A 100.00
        9    F     pay A 80.00 CO-45 20.00                   A closed
        23   G     pay A 50.00 CO-45 50.00 icn 2             A paid 80.00, suspense -50.00
        24   H     reverse A 80.00 CO-45 20.00
        24   H     plb FB X -80.00                           A paid 50.00, closed
        """,
        bench,
    )

    rows = await bench.rows("select version, outcome from claim_outcome order by version")

    assert [row["outcome"] for row in rows] == ["PAID_FULL", "REVERSED_AWAITING_CORRECTION", "PAID_FULL"]


async def test_what_is_told_of_two_payers_adds_up_whichever_answers_first(bench: RemittanceBench) -> None:
    await run(
        """
        day  file  does                                      expect
        1          bill A 100.00 payers 2
        2          bill A@2
        9    F     pay A@2 15.00 CO-45 85.00                 A paid 15.00, contractual 85.00
        23   G     pay A 60.00 CO-45 20.00 PR-2 20.00        A paid 75.00, contractual 25.00, closed
        """,
        bench,
    )

    rows = await bench.rows("select type, payload from outbox where type like 'claim.%adjudicated.v1' order by seq")
    last_told: dict[int, dict[str, int]] = {}
    for row in rows:
        data = json.loads(row["payload"])["data"]
        last_told[data["payer_order"]] = data

    assert [row["type"] for row in rows][-1] == "claim.readjudicated.v1"
    told = sum(data["paid_cents"] + data["adjusted_cents"] for data in last_told.values())
    assert told + last_told[2]["open_cents"] == 100_00
    versions = await bench.rows("select payer_order, version from claim_outcome")
    assert sorted(tuple(row) for row in versions) == [(1, 1), (2, 1)]


async def test_a_claim_that_a_payer_sent_on_is_told_to_be_with_the_next(bench: RemittanceBench) -> None:
    await run(
        """
        day  file  does                                      expect
        1          bill A 100.00 payers 2
        1          bill B 100.00
        9    F     pay A 80.00 PR-2 20.00 as 19 crossed
        9    F     pay B 80.00 PR-2 20.00 remark MA18        A insurance 20.00
        """,
        bench,
    )

    (told,) = await bench.rows("select key, payload from outbox where type = 'next_payer.forwarded.v1'")

    assert told["key"] == ids.text(ids.CLAIM, bench.claims["A"])
    assert json.loads(told["payload"])["data"]["payer_order"] == 2


async def test_a_small_file_ends_with_the_commit_of_its_last_claims(bench: RemittanceBench) -> None:
    await bench.bill("A1", name="A", payer_order=1, payer_count=1, charges=[100_00])
    taken = await bench.receive(file_835([SetSaid("T1", claims=[ClaimSaid("A1", (LineSaid(100_00),), icn="1")])]))

    with watching_commits() as commits:
        await bench.worker.post_file(bench.org_id, taken.file_id)

    bytes_read, registered, posted_and_ended = 1, 1, 1
    assert len(commits) == bytes_read + registered + posted_and_ended
    (file,) = await bench.rows("select state, finished_at from remittance_file")
    (claims,) = await bench.rows("select posted_at from remittance")
    assert (file["state"], file["finished_at"]) == ("posted", claims["posted_at"])


# Seen to fail while what failed with the file's end beside it was set aside at once.
async def test_an_end_that_fails_beside_the_last_claims_takes_no_posting_back(
    bench: RemittanceBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    await bench.bill("A1", name="A", payer_order=1, payer_count=1, charges=[100_00])
    await bench.receive(file_835([SetSaid("T1", claims=[ClaimSaid("A1", (LineSaid(100_00),), icn="1")])]))

    posting = bench.worker

    async def fails(work: Work, file_id: UUID) -> None:
        raise ValueError("the end")

    monkeypatch.setattr(worker, "finish_file", fails)
    for _ in range(2):
        await posting.act()
        posting._paused.clear()
    (posted,) = await bench.rows("select state, claims_posted from remittance")
    monkeypatch.undo()
    await posting.act()

    assert (posted["state"], posted["claims_posted"]) == ("posted", 1)
    (file,) = await bench.rows("select state from remittance_file")
    assert file["state"] == "posted"


async def test_who_looks_for_files_knows_the_organizations_for_a_while(
    bench: RemittanceBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    access = Access(bench.transactions.database)
    asked = 0

    class Counting:
        async def organizations(self) -> tuple[Organization, ...]:
            nonlocal asked
            asked += 1
            return await access.organizations()

    looking = worker.PostingWorker(bench.transactions, cast("Access", Counting()))
    await looking.act()
    await looking.act()
    assert asked == 1

    monkeypatch.setattr(worker, "ORGANIZATIONS_KNOWN_SECONDS", 0.0)
    await looking.act()
    assert asked == 2
