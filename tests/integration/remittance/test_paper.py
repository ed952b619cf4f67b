"""A paper explanation of benefits is entered by hand, tested, posted and walked back like a file."""

import json

import pytest

from claimwright import ids
from claimwright_remittance.usecases.accept_difference import PostedSince, approve_acceptance, propose_acceptance
from tests.support.files_835 import ClaimSaid, LineSaid, SetSaid, file_835
from tests.support.remittance import RemittanceBench
from tests.support.remittance_api import Api
from tests.support.tables import Play


def an_entry(number: str, **changes: object) -> dict[str, object]:
    line = {
        "procedure_code": "99213",
        "charge_cents": 100_00,
        "paid_cents": 60_00,
        "service_date": "2026-03-02",
        "adjustments": [
            {"group": "CO", "reason": "45", "cents": 25_00},
            {"group": "PR", "reason": "2", "cents": 15_00},
        ],
    }
    claim = {"patient_control_number": number, "charge_cents": 100_00, "paid_cents": 60_00, "lines": [line]}
    return {
        "payer_id": "PAYER1",
        "check_number": "CHECK1",
        "payment_date": "2026-03-02",
        "payment_cents": 60_00,
        "claims": [claim],
        **changes,
    }


@pytest.fixture
async def number(bench: RemittanceBench) -> str:
    number = Play(bench).number("A", 1)
    await bench.bill(number, name="A", payer_order=1, payer_count=1, charges=[100_00])
    return number


async def enter(api: Api, entry: dict[str, object]) -> dict[str, object]:
    answer = await api.post("/v1/paper-eobs", entry, "remittance:write")
    assert answer.status_code in {200, 202}, answer.text
    while await api.bench.worker.act():
        pass
    return dict(answer.json())


def the_835(number: str, *, trace: str = "CHECK1") -> bytes:
    line = LineSaid(60_00, (("CO-45", 25_00), ("PR-2", 15_00)))
    return file_835([SetSaid(trace, claims=[ClaimSaid(number, (line,), icn="I")])])


async def test_an_entry_posts_and_leads_back_to_the_rows_of_its_document(
    api: Api, bench: RemittanceBench, number: str
) -> None:
    answer = await enter(api, an_entry(number))

    file = (await api.get(f"/v1/files/{answer['id']}")).json()
    raw = await api.get(f"/v1/files/{answer['id']}/raw", "remittance:read")
    assert (answer["differences"], file["state"], file["kind"]) == ([], "posted", "paper")
    assert file["remittances"][0]["expects_deposit"]
    assert raw.headers["content-type"] == "application/x-ndjson"
    ledger = (await api.get(f"/v1/claims/{ids.text(ids.CLAIM, bench.claims['A'])}/ledger")).json()
    assert (ledger["paid_cents"], ledger["adjusted_cents"], ledger["patient_cents"]) == (60_00, 25_00, 15_00)
    (contractual,) = [each for each in ledger["postings"][1]["entries"] if each["account"] == "adjustment.contractual"]
    assert contractual["file_id"] == answer["id"]
    row = json.loads(raw.content[contractual["byte_start"] : contractual["byte_end"]])
    assert row == {"adjustment": "CO-45", "cents": 25_00}
    assert await bench.faults() == []
    (audit,) = await bench.rows("select action from audit where action ~ 'entered'")
    assert audit["action"] == "remittance_file.entered"


async def test_the_same_entry_again_changes_nothing(api: Api, bench: RemittanceBench, number: str) -> None:
    first = await enter(api, an_entry(number))
    before = await bench.see()

    again = await enter(api, an_entry(number))

    assert again == first | {"is_new": False}
    assert (await bench.see()).claims == before.claims


async def test_an_entry_that_does_not_add_up_is_held_and_posts_when_it_is_mended(
    api: Api, bench: RemittanceBench, number: str
) -> None:
    wrong = await enter(api, an_entry(number, payment_cents=61_00))
    held = (await api.get(f"/v1/files/{wrong['id']}")).json()

    assert [each["code"] for each in wrong["differences"]] == ["remit.transaction_out_of_balance"]  # type: ignore[attr-defined]
    assert (held["state"], held["remittances"][0]["state"]) == ("quarantined", "held")
    assert (await bench.see()).states["A"] == ("open", 0)
    await enter(api, an_entry(number))
    assert (await bench.see()).states["A"] == ("released", 15_00)


@pytest.mark.parametrize("paper_first", [True, False])
async def test_the_same_check_on_paper_and_as_an_835_posts_once(
    api: Api, bench: RemittanceBench, number: str, *, paper_first: bool
) -> None:
    """Seen to fail by the payment's whole key alone: paper has no TRN03, and the check was in the books twice."""
    if paper_first:
        await enter(api, an_entry(number))
        await bench.send(the_835(number))
    else:
        await bench.send(the_835(number))
        await enter(api, an_entry(number, payment_date="2026-03-04", payer_id="P-1"))

    states = await bench.rows("select state from remittance order by id")
    assert [row["state"] for row in states] == ["posted", "clash"]
    (paid,) = await bench.rows("select sum(cents)::bigint as cents from ledger_entry where account = 'payments'")
    assert paid["cents"] == 60_00
    (clash,) = (await api.get("/v1/remittances?state=clash")).json()["items"]
    seen = (await api.get(f"/v1/remittances/{clash['id']}/comparison", "remittance:read")).json()
    assert seen["first"]["remittance_id"] == clash["first_remittance_id"]
    await bench.send(the_835(number, trace="CHECK2"))
    assert [row["state"] for row in await bench.rows("select state from remittance order by id")][2] == "posted"


async def test_what_was_set_aside_half_way_counts_as_posted(api: Api, bench: RemittanceBench, number: str) -> None:
    """Seen to fail while a held twin stopped nothing: its claims that had posted were posted a second time."""
    await bench.send(the_835(number))
    root = await bench.root()
    await root.execute("update remittance set state = 'held'")
    await root.close()

    await enter(api, an_entry(number))

    states = await bench.rows("select state from remittance order by id")
    assert [row["state"] for row in states] == ["held", "clash"]


async def accept(bench: RemittanceBench, state: str) -> None:
    """Let two people accept the one transaction that is in a state."""
    (row,) = await bench.rows("select id, file_id from remittance where state = $1", state)
    async with bench.transactions.begin(org_id=bench.org_id, actor="one") as work:
        await propose_acceptance(work, row["id"], reason="seen")
    async with bench.transactions.begin(org_id=bench.org_id, actor="two") as work:
        await approve_acceptance(work, row["id"], reason="seen")
    await bench.worker.post_file(bench.org_id, row["file_id"])


@pytest.mark.parametrize("paper_first", [True, False])
async def test_what_was_posted_the_other_way_since_it_was_held_is_not_accepted_as_well(
    api: Api, bench: RemittanceBench, number: str, *, paper_first: bool
) -> None:
    """Seen to fail by the payment's whole key alone: 60.00 stood in the books twice."""
    line = LineSaid(60_00, (("CO-45", 25_00), ("PR-2", 15_00)), charge=101_00)
    if paper_first:
        entry = an_entry(number)
        entry["claims"] = [{**each, "charge_cents": 101_00} for each in entry["claims"]]  # type: ignore[attr-defined]
        await enter(api, entry)
        await bench.send(the_835(number))
    else:
        await bench.send(file_835([SetSaid("CHECK1", claims=[ClaimSaid(number, (line,), icn="I")])]))
        await enter(api, an_entry(number, payment_date="2026-03-04", payer_id="P-1"))
    states = await bench.rows("select state from remittance order by id")
    assert [row["state"] for row in states] == ["held", "posted"]

    with pytest.raises(PostedSince):
        await accept(bench, "held")

    (paid,) = await bench.rows("select sum(cents)::bigint as cents from ledger_entry where account = 'payments'")
    assert paid["cents"] == 60_00


async def test_what_clashes_with_paper_alone_two_people_may_post_as_well(
    api: Api, bench: RemittanceBench, number: str
) -> None:
    """They saw its twin, so that it is no reason to refuse them."""
    await enter(api, an_entry(number))
    await bench.send(the_835(number))

    await accept(bench, "clash")

    states = await bench.rows("select state from remittance order by id")
    assert [row["state"] for row in states] == ["posted", "posted"]
    assert await bench.faults() == []


async def test_a_number_that_is_not_ours_stands_in_the_document_alone(api: Api, bench: RemittanceBench) -> None:
    answer = await enter(api, an_entry("078-05-1120"))

    (waiting,) = (await api.get("/v1/suspense")).json()["items"]

    assert (waiting["patient_control_number"], waiting["file_id"]) == ("078-05-1120", answer["id"])
    (kept,) = await bench.rows("select patient_control_number, content::text from remit_claim")
    assert (kept["patient_control_number"], "1120" in kept["content"]) == (None, False)


NO_ENTRIES: list[dict[str, object]] = [
    {"payment_cents": -1},
    {"payment_cents": "60.00"},
    {"check_number": ""},
    {"check_number": "A\nB"},
    {"claims": [{"patient_control_number": "A"}]},
    {"patient": "Doe"},
]


async def test_what_is_no_entry_is_refused_with_findings(api: Api) -> None:
    for changes in NO_ENTRIES:
        answer = await api.post("/v1/paper-eobs", an_entry("A", **changes), "remittance:write")

        assert answer.status_code == 422, changes
        assert answer.json()["findings"], changes


async def test_bytes_of_an_entry_that_come_as_a_file_are_no_entry(
    api: Api, bench: RemittanceBench, number: str
) -> None:
    content = b'{"paper_eob":1,"payer_id":"P","check_number":"C","payment_date":"2026-03-02","payment_cents":1}\n'

    await bench.send(content)

    assert (await bench.see()).file_state == "quarantined"
