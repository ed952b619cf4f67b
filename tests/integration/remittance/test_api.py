"""Remittance over HTTP: files come in signed or by a person, and everything that was posted can be asked for."""

from base64 import b64encode

import pytest

from claimwright import clock, ids
from claimwright.security import signatures
from claimwright_remittance.domain.ledger.chart import Account
from tests.support.backbone import ORG_A, ORG_B
from tests.support.files_835 import ClaimSaid, LineSaid, SetSaid, file_835
from tests.support.http import bearer
from tests.support.remittance import RemittanceBench
from tests.support.remittance_api import Api
from tests.support.tables import Play, run


async def a_file(bench: RemittanceBench, *, trace: str = "T1") -> bytes:
    number = Play(bench).number("A", 1)
    if "A" not in bench.claims:
        await bench.bill(number, name="A", payer_order=1, payer_count=1, charges=[100_00])
    line = LineSaid(60_00, (("CO-45", 25_00), ("PR-2", 15_00)), control=f"{number}01")
    return file_835([SetSaid(trace, claims=[ClaimSaid(number, (line,), icn="ICN1")])])


async def test_a_signed_callback_is_kept_before_the_answer_and_posted_after(api: Api, bench: RemittanceBench) -> None:
    content = await a_file(bench)

    answer = await api.call_back(content)

    assert answer.status_code == 202
    assert answer.json()["is_new"] is True
    assert api.file_came.is_set()  # seen to fail without `file_came.set()` in the route
    assert await bench.worker.act()
    file = (await api.get(f"/v1/files/{answer.json()['id']}")).json()
    assert file["state"] == "posted"
    assert file["totals"] == {
        "payment_cents": 60_00, "posted_cents": 60_00, "suspense_cents": 0, "provider_level_cents": 0,
    }  # fmt: skip
    (claim,) = file["claims"]
    assert content[claim["byte_start"] : claim["byte_end"]].startswith(b"CLP*")
    assert claim["rung"] == "line_control_number"


async def test_a_callback_that_comes_again_is_the_same_file(api: Api, bench: RemittanceBench) -> None:
    content = await a_file(bench)
    first = await api.call_back(content)

    again = await api.call_back(content)
    other_message = await api.call_back(content, message_id="msg_2")

    assert [again.status_code, other_message.status_code] == [200, 200]
    assert {again.json()["id"], other_message.json()["id"]} == {first.json()["id"]}
    events = await bench.rows("select type from outbox order by seq")
    assert [row["type"] for row in events] == ["remit.file_received.v1", "remit.file_duplicate.v1"]


@pytest.mark.parametrize("path", ["/v1/callbacks/rte_sandbox", "/v1/callbacks/rte_nobody"])
async def test_a_callback_without_a_good_signature_is_refused_and_nothing_is_kept(
    api: Api, bench: RemittanceBench, path: str
) -> None:
    wrong = "whsec_" + b64encode(bytes([1] * 24)).decode()
    signed = signatures.sign(secret=wrong, message_id="m", now=clock.now(), body=b"ISA*")

    answers = [await api.client.post(path, content=b"ISA*", headers=headers) for headers in ({}, signed)]

    assert [answer.status_code for answer in answers] == [401, 401]
    assert {answer.json()["code"] for answer in answers} == {"signature_refused"}
    assert await bench.rows("select from remittance_file") == []


async def test_a_person_hands_a_file_in_and_reads_its_bytes_which_is_recorded(api: Api, bench: RemittanceBench) -> None:
    content = await a_file(bench)

    handed_in = await api.client.post(
        "/v1/files", content=content, headers=api.as_person("remittance:write", "POST", "/v1/files")
    )
    file_id = handed_in.json()["id"]
    assert api.file_came.is_set()
    raw = await api.get(f"/v1/files/{file_id}/raw", "remittance:read")

    assert handed_in.status_code == 202
    assert raw.content == content
    assert raw.headers["cache-control"] == "no-store"
    audit = await bench.rows("select action, object, actor_kind from audit order by at")
    assert [tuple(row) for row in audit] == [
        ("remittance_file.handed_in", file_id, "person"),
        ("remittance_file.opened", file_id, "person"),
    ]


async def test_the_ledger_of_a_claim_adds_up_and_leads_back_to_bytes(api: Api, bench: RemittanceBench) -> None:
    content = await a_file(bench)
    await bench.send(content)

    ledger = (await api.get(f"/v1/claims/{ids.text(ids.CLAIM, bench.claims['A'])}/ledger")).json()

    assert ledger["charge_cents"] == ledger["adjusted_cents"] + ledger["paid_cents"] + ledger["open_cents"] == 100_00
    assert ledger["patient_cents"] == 15_00
    assert [posting["cause_kind"] for posting in ledger["postings"]] == ["billed_claim", "remit_claim"]
    bytes_of = {
        entry["account"]: content[entry["byte_start"] : entry["byte_end"]] for entry in ledger["postings"][1]["entries"]
    }
    assert bytes_of["adjustment.contractual"].startswith(b"CAS*CO*45*25")
    assert bytes_of["payments"].startswith(b"SVC*HC:99213*100*60")
    assert ledger["outcomes"][0]["outcome"] == "PAID_FULL"


async def test_files_and_suspense_are_listed_by_page(api: Api, bench: RemittanceBench) -> None:
    stranger = ClaimSaid("NOT-OURS", (LineSaid(5_00),), icn="I")
    for at in range(3):
        await bench.send(file_835([SetSaid(f"T{at}", claims=[stranger])]))

    first = (await api.get("/v1/files?limit=2")).json()
    rest = (await api.get(f"/v1/files?limit=2&after={first['next']}")).json()
    suspense = (await api.get("/v1/suspense")).json()["items"]
    others = [
        (await api.get(f"/v1/{each}")).json()["items"]
        for each in (
            "files?state=quarantined",
            "files?kind=paper",
            "suspense?held_for=unmatched",
            "suspense?payer_id=P9",
        )
    ]
    counts = (await api.get("/v1/payments/counts")).json()

    assert others == [[], [], [], []]
    assert len((await api.get("/v1/suspense?held_for=number_not_ours&payer_id=PAYER1")).json()["items"]) == 3
    assert counts["files"] == {"posted": 3}
    assert counts["suspense"] == [{"held_for": "number_not_ours", "count": 3, "cents": 15_00}]
    assert len({file["id"] for file in (*first["items"], *rest["items"])}) == 3
    assert rest["next"] is None
    assert {(item["paid_cents"], item["held_for"]) for item in suspense} == {(5_00, "number_not_ours")}


async def test_an_altered_number_suggests_its_claim_and_decides_nothing(api: Api, bench: RemittanceBench) -> None:
    await a_file(bench)
    number = Play(bench).number("A", 1)
    altered = ClaimSaid(number.lower()[:10], (LineSaid(60_00, (("CO-45", 40_00),)),), icn="I")
    await bench.send(file_835([SetSaid("T", claims=[altered])]))

    (waiting,) = (await api.get("/v1/suspense")).json()["items"]

    assert waiting["held_for"] == "number_not_ours"
    assert [(each["patient_control_number"], each["reasons"]) for each in waiting["candidates"]] == [
        (number, ["cut", "charge_equals"])
    ]
    assert (await bench.see()).claims["A"] == {Account.CHARGES: -100_00, Account.RECEIVABLE_INSURANCE: 100_00}


async def test_a_person_gives_waiting_money_to_its_claim_once(api: Api, bench: RemittanceBench) -> None:
    await a_file(bench)
    altered = ClaimSaid("0815", (LineSaid(60_00, (("CO-45", 40_00),)),), icn="I")
    await bench.send(file_835([SetSaid("T", claims=[altered])]))
    (waiting,) = (await api.get("/v1/suspense")).json()["items"]
    path = f"/v1/suspense/{waiting['id']}/match"
    body = {"claim_id": ids.text(ids.CLAIM, bench.claims["A"]), "reason": "same charge and day"}

    answers = [
        await api.client.post(path, json=body, headers=api.as_person("adjustment:write", "POST", path)) for _ in "12"
    ]

    assert [answer.status_code for answer in answers] == [204, 409]
    assert answers[1].json()["code"] == "remit.not_waiting"
    seen = await bench.see()
    assert (seen.states["A"], seen.organization, seen.held_for) == (("closed", 0), {}, ())
    assert await bench.faults() == []
    (audit,) = await bench.rows("select action, object, reason from audit where action like 'remit_claim.%'")
    assert tuple(audit) == ("remit_claim.matched", waiting["id"], "same charge and day")


async def test_a_held_transaction_is_posted_when_two_people_accept_its_difference(
    api: Api, bench: RemittanceBench
) -> None:
    await run(
        """
        day  file  does                           expect
        1          bill A 100.00
        5    F     pay A 60.00 CO-45 40.00
        5    F     total 61.00                    A open 100.00, file quarantined
        """,
        bench,
    )
    assert bench.file_id is not None
    (row,) = await bench.rows("select id from remittance")
    path = f"/v1/remittances/{ids.text(ids.REMITTANCE, row['id'])}"

    async def ask(act: str, person: int) -> int:
        permission = "adjustment:write" if act == "propose" else "adjustment:approve"
        token = api.callers.token(
            permission, "POST", f"{path}/{act}", service="remittance", org_id=ORG_A, person=person
        )
        answer = await api.client.post(f"{path}/{act}", json={"reason": "seen with the payer"}, headers=bearer(token))
        return answer.status_code

    assert await ask("approve", 1) == 409  # nobody has proposed it
    assert await ask("propose", 1) == 204
    assert await ask("propose", 2) == 409
    assert await ask("approve", 1) == 409  # it takes another person
    assert await ask("approve", 2) == 204
    assert await ask("approve", 3) == 409  # it is held no more
    await bench.worker.post_file(ORG_A, bench.file_id)

    seen = await bench.see()
    assert (seen.states["A"], seen.file_state) == (("closed", 0), "posted")
    assert seen.organization == {Account.SUSPENSE: -1_00}
    assert await bench.faults() == []
    (people,) = await bench.rows("select proposed_by <> approved_by as differ from acceptance")
    assert people["differ"]
    assert len(await bench.rows("select from audit where action like 'remittance.acceptance_%'")) == 2


async def test_what_cannot_be_read_cannot_be_accepted(api: Api, bench: RemittanceBench) -> None:
    content = (await a_file(bench)).replace(b"CAS*CO*45*25~", b"CAS*CO*45*25.005~")
    await bench.send(content)
    (row,) = await bench.rows("select id from remittance")
    path = f"/v1/remittances/{ids.text(ids.REMITTANCE, row['id'])}/propose"

    answer = await api.client.post(
        path, json={"reason": "let it through"}, headers=api.as_person("adjustment:write", "POST", path)
    )

    assert (answer.status_code, answer.json()["code"]) == (409, "remit.not_acceptable")


async def test_provider_items_are_listed_with_what_remains(api: Api, bench: RemittanceBench) -> None:
    for at, cents in enumerate((-80_00, 50_00)):
        await bench.send(file_835([SetSaid(f"T{at}", provider_items=[("WO", "ICN1", cents), ("L6", "X", -60_00)])]))

    items = {item["code"]: item for item in (await api.get("/v1/provider-items")).json()["items"]}

    assert (items["WO"]["remainder_cents"], items["WO"]["amounts"]) == (-30_00, [-80_00, 50_00])
    assert items["L6"]["remainder_cents"] == -120_00


async def test_another_organization_finds_nothing(api: Api, bench: RemittanceBench) -> None:
    await bench.send(await a_file(bench))
    assert bench.file_id is not None
    paths = [
        (f"/v1/files/{ids.text(ids.FILE, bench.file_id)}", "ledger:read"),
        (f"/v1/files/{ids.text(ids.FILE, bench.file_id)}/raw", "remittance:read"),
        (f"/v1/claims/{ids.text(ids.CLAIM, bench.claims['A'])}/ledger", "ledger:read"),
    ]

    answers = [await api.get(path, permission, org_id=ORG_B) for path, permission in paths]

    assert [answer.status_code for answer in answers] == [404, 404, 404]
    assert (await api.get("/v1/files", org_id=ORG_B)).json()["items"] == []


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"hello", "x12.no_segments"),
        (b"ISA*00", "x12.isa_form"),
    ],
)
async def test_bytes_that_are_no_835_are_kept_and_quarantined_with_the_reason(
    bench: RemittanceBench, content: bytes, code: str
) -> None:
    await bench.send(content)

    assert (await bench.see()).file_state == "quarantined"
    (event,) = await bench.rows("select payload from outbox where type = 'remit.file_quarantined.v1'")
    assert code.encode() in event["payload"]


async def test_an_empty_file_is_refused(api: Api) -> None:
    answer = await api.client.post(
        "/v1/files", content=b"", headers=api.as_person("remittance:write", "POST", "/v1/files")
    )

    assert (answer.status_code, answer.json()["code"]) == (422, "remit.empty_file")


async def test_a_number_that_is_not_ours_stands_in_the_sealed_file_alone(api: Api, bench: RemittanceBench) -> None:
    """Seen to fail while it was a column and a word of the event: some systems send a social security number."""
    foreign = "078-05-1120"
    claim = ClaimSaid(foreign, (LineSaid(5_00, control="DOE-JOHN-1"),), icn="ICN1")
    await bench.send(file_835([SetSaid("T1", claims=[claim])]))

    (waiting,) = (await api.get("/v1/suspense")).json()["items"]
    (shown,) = (await api.get(f"/v1/files/{waiting['file_id']}")).json()["claims"]

    assert waiting["patient_control_number"] == shown["patient_control_number"] == foreign
    (kept,) = await bench.rows("select patient_control_number, content::text from remit_claim")
    assert kept["patient_control_number"] is None
    assert "1120" not in kept["content"]
    assert "DOE" not in kept["content"]
    (told,) = await bench.rows("select payload from outbox where type = 'remit.unmatched.v1'")
    assert b"1120" not in told["payload"]
    opened = await bench.rows("select fields from audit where action = 'remittance_file.opened'")
    assert [row["fields"] for row in opened] == [["patient_control_number"]] * 2
