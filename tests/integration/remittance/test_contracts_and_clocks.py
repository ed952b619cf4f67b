"""Contract terms over HTTP, payments that differ from them, and what is told when a day has come."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
import pytest_asyncio

from claimwright import clock, ids
from claimwright_remittance.domain.contracts.csv_terms import COLUMNS
from claimwright_remittance.follow_up_worker import FollowUpWorker
from claimwright_remittance.persistence import files
from claimwright_remittance.usecases.take_off_claim import take_off_claim
from claimwright_remittance.usecases.tell_overdue import tell_overdue
from claimwright_remittance.usecases.undo_act import undo_act
from tests.support.remittance import RemittanceBench, a_bench
from tests.support.remittance_api import Api
from tests.support.stack import TestStack
from tests.support.tables import run

TERMS = {
    "payer_id": "PAYER1",
    "valid_from": "2026-01-01",
    "codes": [{"code": "99213", "cents": 80_00}],
    "tolerance": {"cents": 50},
}
WHY = {"reason": "seen with the payer"}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shared(remittance_template: TestStack) -> AsyncIterator[RemittanceBench]:
    """One database for the tests that need no API."""
    async with a_bench(remittance_template) as made:
        yield made


def an_organization(shared: RemittanceBench) -> RemittanceBench:
    return RemittanceBench(shared.stack, shared.name, shared.transactions, org_id=ids.new())


async def told(bench: RemittanceBench, *types: str) -> list[tuple[str, dict[str, object]]]:
    rows = await bench.rows(
        "select type, payload from outbox where org_id = $1 and type = any($2) order by seq",
        bench.org_id,
        [f"{each}.v1" for each in types],
    )
    return [(row["type"].removesuffix(".v1"), json.loads(row["payload"])["data"]) for row in rows]


async def test_a_payment_under_its_contract_is_a_case_that_cites_the_terms(api: Api, bench: RemittanceBench) -> None:
    old = await api.post("/v1/contract-terms", TERMS | {"codes": [{"code": "99213", "cents": 70_00}]}, "contract:write")
    new = await api.post("/v1/contract-terms", TERMS, "contract:write")
    await run(
        """
        day  file  does                                      expect
        1          bill A 100.00
        1          bill B 100.00
        9    F     pay A 75.00 CO-45 25.00                   A closed
        9    G     pay B 95.00 CO-45 5.00                    B closed
        """,
        bench,
    )
    cases = (await api.get("/v1/variances?state=open")).json()["items"]

    assert [old.json()["version"], new.json()["version"]] == [1, 2]
    assert [(each["kind"], each["line"], each["difference_cents"], each["basis"]) for each in cases] == [
        ("overpaid", 1, -15_00, "code"), ("underpaid", 1, 5_00, "code"),
    ]  # fmt: skip
    assert {(each["terms_id"], each["terms_version"]) for each in cases} == {(new.json()["id"], 2)}
    suspected = await told(bench, "underpayment.suspected", "overpayment.identified")
    assert [(name, data["terms_version"], data["difference_cents"]) for name, data in suspected] == [
        ("underpayment.suspected", 2, 5_00), ("overpayment.identified", 2, -15_00),
    ]  # fmt: skip

    await run(
        """
        day  file  does                                      expect
        23   H     trace LATER
        23   H     reverse A 75.00 CO-45 25.00
        23   H     pay A 80.00 CO-45 20.00 icn 2             A paid 80.00
        """,
        bench,
    )
    path = f"/v1/variances/{cases[0]['id']}/resolve"
    answers = [await api.post(path, {"resolution": "returned", **WHY}) for _ in "12"]

    assert [answer.status_code for answer in answers] == [204, 409]
    ended = await told(bench, "underpayment.resolved", "overpayment.resolved")
    assert [(name, data["resolution"]) for name, data in ended] == [
        ("underpayment.resolved", "decided_otherwise"), ("overpayment.resolved", "returned"),
    ]  # fmt: skip
    assert (await api.get("/v1/variances?state=open")).json()["items"] == []
    assert await bench.faults() == []


async def test_a_case_that_a_person_closed_stays_closed_until_the_payer_decides_otherwise(
    api: Api, bench: RemittanceBench
) -> None:
    await api.post("/v1/contract-terms", TERMS, "contract:write")
    await run(
        """
        day  file  does                                      expect
        1          bill A 100.00 payers 2
        9    F     pay A 70.00 CO-45 30.00
        """,
        bench,
    )
    (case,) = (await api.get("/v1/variances")).json()["items"]
    await api.post(f"/v1/variances/{case['id']}/resolve", {"resolution": "accepted", **WHY})

    await run(
        "day  file  does                        expect\n12         bill A 100.00 payers 2\n"
        "30   G     pay A@2 0.00 OA-23 100.00   A paid 70.00",
        bench,
    )

    assert [each["state"] for each in (await api.get("/v1/variances")).json()["items"]] == ["resolved"]


async def test_a_case_that_ended_by_itself_comes_back_with_the_decision(api: Api, bench: RemittanceBench) -> None:
    """Seen to fail while any case of the same difference counted as told: the underpayment was open nowhere."""
    await api.post("/v1/contract-terms", TERMS, "contract:write")
    await run(
        """
        day  file  does                                      expect
        1          bill A 100.00
        9    F     pay A 70.00 CO-45 30.00                   A closed
        """,
        bench,
    )
    (paid,) = await bench.rows("select id from remit_claim")

    async def take_off_and_undo() -> list[dict[str, object]]:
        async with bench.transactions.begin(org_id=bench.org_id, actor="per_1") as work:
            act_id = await take_off_claim(work, paid["id"], reason="seen with the payer")
        assert (await api.get("/v1/variances?state=open")).json()["items"] == []
        async with bench.transactions.begin(org_id=bench.org_id, actor="per_1") as work:
            await undo_act(work, act_id, reason="seen with the payer")
        return list((await api.get("/v1/variances?state=open")).json()["items"])

    await take_off_and_undo()
    (case,) = await take_off_and_undo()
    answer = await api.post(f"/v1/variances/{case['id']}/resolve", {"resolution": "accepted", **WHY})

    assert (case["difference_cents"], answer.status_code) == (10_00, 204)
    assert await take_off_and_undo() == []
    events = await told(bench, "underpayment.suspected", "underpayment.resolved")
    assert [data.get("resolution") for _, data in events] == [
        None, "decided_otherwise", None, "decided_otherwise", None, "accepted",
    ]  # fmt: skip


async def test_terms_are_loaded_as_json_or_csv_and_refused_with_all_findings(api: Api) -> None:
    csv = ",".join(COLUMNS) + "\nPAYER9,2026-01-01,,charge_percent,,,,60\n"
    headers = api.as_person("contract:write", "POST", "/v1/contract-terms/csv")

    loaded = await api.client.post("/v1/contract-terms/csv", content=csv.encode(), headers=headers)
    bad_csv = await api.client.post(
        "/v1/contract-terms/csv",
        content=csv.replace("60", "x").encode(),
        headers=api.as_person("contract:write", "POST", "/v1/contract-terms/csv"),
    )
    bad = [
        await api.post("/v1/contract-terms", body, "contract:write")
        for body in (
            TERMS | {"codes": [], "valid_to": "2025-01-01"},
            TERMS | {"percent_of_charge": "-1"},
            TERMS | {"codes": [{"code": "99213", "cents": "80"}]},
        )
    ]
    forbidden = await api.post("/v1/contract-terms", TERMS, "adjustment:write")

    assert loaded.status_code == 201
    shown = (await api.get(f"/v1/contract-terms/{loaded.json()['id']}")).json()
    assert (shown["payer_id"], shown["version"], shown["charge_percent"]) == ("PAYER9", 1, 60_00)
    assert [finding["code"] for finding in bad_csv.json()["findings"]] == ["terms.csv_percent"]
    assert bad_csv.json()["findings"][0]["pointer"] == "/2/percent"
    assert [answer.status_code for answer in bad] == [422, 422, 422]
    assert [finding["code"] for finding in bad[0].json()["findings"]] == ["terms.days_turned", "terms.nothing_priced"]
    assert forbidden.status_code == 403
    assert len((await api.get("/v1/contract-terms")).json()["items"]) == 1


@pytest.mark.asyncio(loop_scope="module")
async def test_27_a_corrected_insured_is_a_proposal_that_leads_to_the_bytes(shared: RemittanceBench) -> None:
    bench = an_organization(shared)
    await run(
        """
        day  file  does                                      expect
        1          bill A 100.00
        9    F     pay A 80.00 CO-45 20.00 insured           A closed
        9    F     again                                     nothing changes
        """,
        bench,
    )

    ((_, proposed),) = await told(bench, "coverage.change_proposed")
    async with bench.transactions.begin(org_id=bench.org_id, actor="test") as work:
        content = await files.content_of(work, ids.parse(ids.FILE, str(proposed["file_id"])))
    assert content is not None
    named = content[int(str(proposed["byte_start"])) : int(str(proposed["byte_end"]))]
    assert named.startswith(b"CLP*")
    assert b"NM1*74*1*ROE" in named
    assert "ROE" not in json.dumps(proposed)


@pytest.mark.asyncio(loop_scope="module")
async def test_a_correction_that_does_not_come_is_told_once_a_week_until_it_does(
    shared: RemittanceBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench = an_organization(shared)
    await run(
        """
        day  file  does                                      expect
        1          bill A 100.00
        9    F     pay A 80.00 PR-2 20.00
        23   G     reverse A
        23   G     put-off A 80.00                           A REVERSED_AWAITING_CORRECTION
        """,
        bench,
    )
    begun = clock.now()

    async def told_after(days: int) -> list[str]:
        monkeypatch.setattr(clock, "now", lambda: begun + timedelta(days=days))
        async with bench.transactions.begin(org_id=bench.org_id, actor="worker:follow-ups") as work:
            await tell_overdue(work)
        return [name for name, _ in await told(bench, "work_item.overdue", "provider_adjustment.overdue")]

    assert await told_after(29) == []
    assert await told_after(31) == ["work_item.overdue"]
    assert await told_after(37) == ["work_item.overdue"]
    assert await told_after(39) == ["work_item.overdue"] * 2
    assert await told_after(61) == ["work_item.overdue"] * 3 + ["provider_adjustment.overdue"]
    ((_, opened),) = await told(bench, "work_item.opened")
    assert (opened["kind"], opened["owner"], opened["payer_order"]) == ("correction", "posting", 1)

    await run(
        """
        day  file  does                                      expect
        30   H     trace LATER
        30   H     pay A 60.00 PR-2 40.00 icn 2
        30   H     plb WO ICN-A 80.00
        30   H     plb L6 X -80.00                           A PAID_FULL, released 40.00, takeback 0.00
        """,
        bench,
    )

    assert len(await told_after(200)) == 4
    assert len(await told(bench, "work_item.auto_closed")) == 1
    assert await bench.rows("select from follow_up where org_id = $1 and closed_at is null", bench.org_id) == []


async def test_of_two_who_look_at_once_one_tells(bench: RemittanceBench, monkeypatch: pytest.MonkeyPatch) -> None:
    await run(
        """
        day  file  does                                      expect
        1          bill A 100.00
        9    F     pay A 80.00 PR-2 20.00
        23   G     reverse A
        23   G     put-off A 80.00                           A working
        """,
        bench,
    )
    begun = clock.now()
    monkeypatch.setattr(clock, "now", lambda: begun + timedelta(days=90))
    workers = [FollowUpWorker(bench.transactions, bench.worker._access) for _ in range(4)]

    await asyncio.gather(*(worker.act() for worker in workers))

    assert len(await told(bench, "work_item.overdue", "provider_adjustment.overdue")) == 2


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("comes_first", [False, True])
async def test_a_forwarded_payer_that_is_silent_is_asked_about(
    shared: RemittanceBench, monkeypatch: pytest.MonkeyPatch, comes_first: bool
) -> None:
    bench = an_organization(shared)
    notice = "9    F     pay A 80.00 PR-2 20.00 as 19 crossed\n"
    answer = "20   G     payer OTHER\n20   G     pay A 20.00 OA-23 80.00 as 2 icn 9\n"
    rows = "day  file  does                                      expect\n1          bill A 100.00 payers 2\n"
    begun = clock.now()

    await run(rows + (answer if comes_first else notice), bench)
    monkeypatch.setattr(clock, "now", lambda: begun + timedelta(days=31))
    async with bench.transactions.begin(org_id=bench.org_id, actor="worker:follow-ups") as work:
        await tell_overdue(work)
    await run(rows + (notice if comes_first else answer).replace("TRACE1", "TRACE2"), bench)

    names = [name for name, _ in await told(bench, "work_item.opened", "work_item.overdue", "work_item.auto_closed")]
    assert names == ([] if comes_first else ["work_item.opened", "work_item.overdue", "work_item.auto_closed"])


async def test_the_worker_looks_at_every_organization_and_the_list_shows_what_is_waited_for(
    api: Api, bench: RemittanceBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    await run(
        """
        day  file  does                                      expect
        1          bill A 100.00
        9    F     pay A 80.00 PR-2 20.00
        23   G     reverse A
        23   G     put-off A 80.00                           A working
        """,
        bench,
    )
    waits = (await api.get("/v1/follow-ups")).json()["items"]
    begun = clock.now()
    monkeypatch.setattr(clock, "now", lambda: begun + timedelta(days=90))

    assert await FollowUpWorker(bench.transactions, bench.worker._access).act() is False

    assert {(each["kind"], each["owner"]) for each in waits} == {("correction", "posting"), ("takeback", "posting")}
    assert len(await told(bench, "work_item.overdue", "provider_adjustment.overdue")) == 2
