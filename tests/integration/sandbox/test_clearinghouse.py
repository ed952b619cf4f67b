"""The clearinghouse on a real database: files in once, answers out once, callbacks until they are taken."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import datetime, timedelta
from hashlib import sha256

import httpx2
import pytest

from claimwright import ids
from claimwright.clearinghouse.routes import Route
from claimwright.database.engine import Database
from claimwright.http.app import create_app
from claimwright.http.parts import EdgeParts
from claimwright.settings import load_settings
from claimwright.x12 import read_277ca, read_835, read_999, read_ta1
from claimwright_sandbox.api import files, mailbox
from claimwright_sandbox.api.refusals import STATUS_OF
from claimwright_sandbox.domain.clearing import Judged, read_and_judge
from claimwright_sandbox.domain.outgoing import OutgoingFile
from claimwright_sandbox.parts import Sandbox
from claimwright_sandbox.persistence.vault import Vault
from claimwright_sandbox.settings import Settings
from claimwright_sandbox.submitters import Submitter, Submitters
from claimwright_sandbox.usecases import make_answers as make_answers_module
from claimwright_sandbox.usecases.deliver_answers import deliver_answers
from claimwright_sandbox.usecases.make_answers import LastFile, make_answers
from tests.support.builders_claims import SENT_AT, a_billed_claim, a_claim_file
from tests.support.stack import TestStack

X12 = {"content-type": "application/edi-x12"}
MUCH_LATER = SENT_AT + timedelta(days=3650)


def a_route(**changes: str) -> Route:
    values = {
        "id": "rte_1",
        "org_id": ids.text(ids.ORGANIZATION, ids.new()),
        "name": "sandbox",
        "kind": "sandbox",
        "base_url": "https://127.0.0.1:8410",
        "submitter_id": "CLAIMWRIGHT",
        "receiver_id": "SANDBOX",
        "username": "claimwright",
        "password": "correct horse",
        "submission_callback_secret": "whsec_c3VibWlzc2lvbg==",
        "remittance_callback_secret": "whsec_cmVtaXR0YW5jZQ==",
    }
    return Route.model_validate(values | changes)


@pytest.fixture(scope="module")
def migrated(postgres: TestStack) -> Iterator[str]:
    """The name of a database with the sandbox's schema, to be copied."""
    template = f"sandbox_{ids.new().hex[-12:]}"

    async def make() -> None:
        await postgres.make_database(template)
        await postgres.migrate("sandbox", template)

    asyncio.run(make())
    yield template
    asyncio.run(postgres.drop_database(template))


@pytest.fixture
async def sandbox(postgres: TestStack, migrated: str) -> AsyncIterator[Sandbox]:
    database_name = f"sandbox_{ids.new().hex[-12:]}"
    await postgres.copy_database(migrated, database_name)
    settings = load_settings(Settings, environ=postgres.environment_of("sandbox", database=database_name))
    database = Database.connect(settings.database, service="sandbox")
    yield Sandbox(
        database=database,
        vault=Vault(bytes(32)),
        submitters=Submitters.of_routes(
            (a_route(),), submission_url="http://127.0.0.1:1", remittance_url="http://127.0.0.1:2"
        ),
        milliseconds_a_day=1.0,
    )
    await database.close()
    await postgres.drop_database(database_name)


@pytest.fixture
async def client(sandbox: Sandbox) -> AsyncIterator[httpx2.AsyncClient]:
    app = create_app("sandbox", (files.router, mailbox.router), parts=EdgeParts(service="sandbox", status_of=STATUS_OF))
    app.state.sandbox = sandbox
    transport = httpx2.ASGITransport(app=app)
    async with httpx2.AsyncClient(
        transport=transport, base_url="https://sandbox", auth=("claimwright", "correct horse")
    ) as client:
        yield client


async def answers_of(client: httpx2.AsyncClient, sandbox: Sandbox) -> dict[str, list[bytes]]:
    """Make every answer that is due and fetch the whole mailbox, by kind."""
    last = LastFile()
    while True:
        async with sandbox.database.transaction(None) as connection:
            made = await make_answers(connection, vault=sandbox.vault, last=last, now=MUCH_LATER)
        if not made.count:
            break
    box = (await client.get("/v1/mailbox")).json()
    found: dict[str, list[bytes]] = {}
    for row in box["files"]:
        content = (await client.get(f"/v1/mailbox/{row['id']}")).content
        assert sha256(content).hexdigest() == row["sha256"]
        found.setdefault(row["kind"], []).append(content)
    return found


async def test_a_new_file_wakes_who_answers_it_and_the_same_again_nobody(
    client: httpx2.AsyncClient, sandbox: Sandbox
) -> None:
    # Seen to fail without the event.
    content = a_claim_file(a_billed_claim())

    await client.post("/v1/files", content=content, headers=X12)
    assert sandbox.file_came.is_set()

    sandbox.file_came.clear()
    await client.post("/v1/files", content=content, headers=X12)
    assert not sandbox.file_came.is_set()


async def test_answers_are_made_when_they_are_due_and_their_file_is_judged_once(
    client: httpx2.AsyncClient, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Seen to fail: with all answers made at the first one's moment, and without the last file kept.
    judged = []

    def judging(content: bytes) -> Judged:
        judged.append(content)
        return read_and_judge(content)

    monkeypatch.setattr(make_answers_module, "read_and_judge", judging)
    sent = await client.post("/v1/files", content=a_claim_file(a_billed_claim()), headers=X12)
    received_at = datetime.fromisoformat(sent.json()["received_at"])
    last = LastFile()
    made = []
    for after in (timedelta(0), timedelta(milliseconds=2), timedelta(milliseconds=13), timedelta(milliseconds=15)):
        async with sandbox.database.transaction(None) as connection:
            made.append(await make_answers(connection, vault=sandbox.vault, last=last, now=received_at + after))

    assert [each.count for each in made] == [0, 3, 0, 1]
    assert made[0].next_due_at == received_at + timedelta(milliseconds=0.02)
    assert made[2].next_due_at == received_at + timedelta(milliseconds=14)
    assert len(judged) == 1


async def test_each_claim_is_answered_by_999_two_277ca_and_835_but_the_rejected_one_gets_no_835(
    client: httpx2.AsyncClient, sandbox: Sandbox
) -> None:
    members = ["PAID1", "PARTIAL2", "DENY_50-3", "277CA_A7X4"]
    claims = [
        a_billed_claim(patient_control_number=f"PCN{place}", member_id=member) for place, member in enumerate(members)
    ]

    sent = await client.post("/v1/files", content=a_claim_file(*claims), headers=X12)
    answers = await answers_of(client, sandbox)

    assert sent.status_code == 202
    assert [read_999(each).values[0].code for each in answers["FA"]] == ["A"]
    clearinghouse, payer = (read_277ca(each).values[0] for each in answers["HN"])
    assert not clearinghouse.is_from_payer
    assert [rejected for _, rejected in clearinghouse.verdicts()] == [False] * 4
    assert payer.is_from_payer
    assert [rejected for _, rejected in payer.verdicts()] == [False, False, False, True]
    (remittance,) = read_835(answers["HP"][0]).values
    assert [claim.paid.cents for claim in remittance.claims] == [75_00, 60_00, 0]
    payer_numbers = [ack.payer_claim_control_number for ack, rejected in payer.verdicts() if not rejected]
    assert payer_numbers == [claim.payer_claim_control_number for claim in remittance.claims]


async def test_the_same_bytes_again_point_at_the_first_file_and_are_answered_once(
    client: httpx2.AsyncClient, sandbox: Sandbox
) -> None:
    content = a_claim_file()

    first = await client.post("/v1/files", content=content, headers=X12)
    second = await client.post("/v1/files", content=content, headers=X12)
    answers = await answers_of(client, sandbox)

    assert (first.status_code, second.status_code) == (202, 200)
    assert first.json()["file_id"] == second.json()["file_id"]
    assert len(answers["HP"]) == 1


async def test_a_number_that_was_used_for_other_bytes_is_refused_by_a_ta1(
    client: httpx2.AsyncClient, sandbox: Sandbox
) -> None:
    await client.post("/v1/files", content=a_claim_file(interchange=7), headers=X12)
    other = a_claim_file(a_billed_claim(patient_control_number="PCN2"), interchange=7)

    await client.post("/v1/files", content=other, headers=X12)
    answers = await answers_of(client, sandbox)

    (ack,) = read_ta1(answers["TA1"][0]).values
    assert (ack.control_number, ack.code, ack.note) == ("000000007", "R", "025")
    assert len(answers["HP"]) == 1


async def test_a_file_is_found_by_its_hash_or_proved_absent(client: httpx2.AsyncClient) -> None:
    content = a_claim_file()
    digest = sha256(content).hexdigest()

    before = await client.get(f"/v1/files/by-hash/{digest}")
    await client.post("/v1/files", content=content, headers=X12 | {"x-file-sha256": digest})
    after = await client.get(f"/v1/files/by-hash/{digest}")

    assert (before.status_code, after.status_code) == (404, 200)


@pytest.mark.parametrize(
    ("content", "headers", "code"),
    [
        (b"hello", {}, "sandbox.not_an_interchange"),
        (a_claim_file() * 2, {}, "sandbox.not_an_interchange"),
        (a_claim_file().replace(b"*ZZ*CLAIMWRIGHT    ", b"*ZZ*SOMEBODYELSE   "), {}, "sandbox.wrong_sender"),
        (a_claim_file(), {"x-file-sha256": "00"}, "sandbox.hash_differs"),
    ],
)
async def test_what_is_no_file_of_the_submitter_is_refused_with_a_mend(
    client: httpx2.AsyncClient, content: bytes, headers: dict[str, str], code: str
) -> None:
    refused = await client.post("/v1/files", content=content, headers=X12 | headers)

    assert refused.status_code == 422
    assert refused.json()["type"] == f"/problems/{code}"
    assert refused.json()["fix"]


async def test_a_wrong_password_sees_nothing(client: httpx2.AsyncClient) -> None:
    refused = await client.get("/v1/mailbox", auth=("claimwright", "wrong"))

    assert refused.status_code == 401


async def test_a_callback_is_tried_until_it_is_taken_and_always_under_the_same_id(
    client: httpx2.AsyncClient, sandbox: Sandbox
) -> None:
    await client.post("/v1/files", content=a_claim_file(), headers=X12)
    await answers_of(client, sandbox)
    tried: list[str] = []

    async def deliver(_: Submitter, file: OutgoingFile, content: bytes) -> bool:
        assert content.startswith(b"ISA")
        tried.append(str(file.id))
        return len(tried) > 4

    moment = MUCH_LATER
    while (
        await deliver_answers(sandbox.database, deliver, submitters=sandbox.submitters, vault=sandbox.vault, now=moment)
        or len(tried) < 8
    ):
        moment += timedelta(minutes=10)

    assert sorted(tried[:4]) == sorted(tried[4:])


async def test_a_file_at_rest_is_sealed_and_opens_in_its_own_row_only(
    client: httpx2.AsyncClient, sandbox: Sandbox
) -> None:
    await client.post("/v1/files", content=a_claim_file(), headers=X12)

    async with sandbox.database.transaction(None) as connection:
        raw = (await connection.exec_driver_sql("select content from received_file")).scalar_one()

    assert b"TESTCASE" not in raw
    with pytest.raises(Exception, match=r"^$"):
        sandbox.vault.open(raw, file_id=ids.new())
