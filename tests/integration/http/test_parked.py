"""Parked events over HTTP: seen by their organization, acted on by who may, and audited.

Seen to fail: with `audit.record` left out of `skip`, the reason was lost; with row-level security off, the other
organization saw the key.
"""

import json
from collections.abc import AsyncIterator, Mapping
from datetime import timedelta
from typing import Any

import pytest
from httpx2 import AsyncClient, Response

from claimwright import clock, ids
from claimwright.http import long_acts, parked
from claimwright.http.app import create_app
from claimwright.http.parts import AppParts
from claimwright.messaging.consumer import Consumer
from claimwright.settings import KafkaSettings
from tests.support.edge import Edge
from tests.support.http import OTHER_ORGANIZATION, TEST_ORGANIZATION, KnownCallers, bearer, client_of

CLAIM = "clm_01jdqg0000e008000000000001"
DATA = {
    "claim_id": CLAIM,
    "encounter_id": "enc_01jdqg0000e008000000000001",
    "encounter_version": 1,
    "reason": "duplicate",
}
PAYLOAD = json.dumps({"data": DATA, "sealed": {"identity": "AAAA"}}).encode()
WHY = "sent by a test partner"
SERVICE = "intake"


@pytest.fixture
def known() -> KnownCallers:
    return KnownCallers()


@pytest.fixture
async def client(edge: Edge, known: KnownCallers) -> AsyncIterator[AsyncClient]:
    nowhere = KafkaSettings.model_construct(bootstrap="127.0.0.1:1")
    work = Consumer("work", ("claimwright.coding",), {}, transactions=edge.transactions, kafka=nowhere)
    parts = AppParts(
        service=SERVICE,
        database=edge.database,
        transactions=edge.transactions,
        access=known,
        keyring=edge.keyring,
        consumers=(work,),
    )
    async with client_of(create_app(SERVICE, (parked.router, long_acts.router), parts=parts)) as client:
        yield client


async def park(edge: Edge, key: str, *, versions: int = 1, state: str = "dead", payload: bytes = PAYLOAD) -> str:
    """Put events of a key into the parking table, as the consumer leaves them; return the first one's id."""
    root = await edge.root()
    made = [ids.new() for _ in range(versions)]
    for version, parked_id in enumerate(made, start=1):
        await root.execute(
            "insert into intake.parked (org_id, id, consumer, topic, key, version, event_id, type, partition, position,"
            " headers, payload, record_key, reason, attempts, state, parked_at, told)"
            " values ($1, $2, 'work', 'claimwright.coding', $3, $4, $5, 'claim.withdrawn.v1', 0, $4, $6, $7,"
            " convert_to($3, 'UTF8'), $8, 5, $9, $10, true)",
            TEST_ORGANIZATION,
            parked_id,
            key,
            version,
            ids.new(),
            json.dumps(headers(version)),
            payload,
            "key_unknown" if version == 1 else "queued_behind",
            state if version == 1 else "waiting",
            clock.now() - timedelta(minutes=5),
        )
    await root.close()
    return ids.text(ids.PARKED, made[0])


def headers(version: int) -> dict[str, str]:
    event = ids.text(ids.EVENT, ids.new())
    return {
        "ce_id": event,
        "ce_type": "claim.withdrawn.v1",
        "ce_time": "2026-03-02T15:04:05+00:00",
        "ce_org": ids.text(ids.ORGANIZATION, TEST_ORGANIZATION),
        "ce_aggversion": str(version),
        "ce_correlationid": event,
    }


class Person:
    """Somebody of an organization, by what the console lets them do."""

    def __init__(self, client: AsyncClient, known: KnownCallers, *, other: bool = False) -> None:
        self.client = client
        self.known = known
        self.org_id = OTHER_ORGANIZATION if other else TEST_ORGANIZATION

    async def get(self, path: str, *, permission: str = "parked:read", **params: Any) -> Response:
        token = self.known.token(permission, "GET", path, service=SERVICE, org_id=self.org_id)
        return await self.client.get(path, params=params, headers=bearer(token))

    async def post(
        self, path: str, body: Mapping[str, Any] | None = None, *, permission: str = "parked:write"
    ) -> Response:
        token = self.known.token(permission, "POST", path, service=SERVICE, org_id=self.org_id)
        return await self.client.post(path, json=body, headers=bearer(token))


@pytest.fixture
def somebody(client: AsyncClient, known: KnownCallers) -> Person:
    return Person(client, known)


@pytest.fixture
def stranger(client: AsyncClient, known: KnownCallers) -> Person:
    return Person(client, known, other=True)


async def trail(edge: Edge) -> list[tuple[str, str, str | None]]:
    root = await edge.root()
    rows = await root.fetch("select action, object, reason from intake.audit order by id")
    await root.close()
    return [(row["action"], row["object"], row["reason"]) for row in rows]


async def rows(edge: Edge) -> list[tuple[int, str, bool | None]]:
    root = await edge.root()
    found = await root.fetch("select version, state, next_try <= now() as due from intake.parked order by version")
    await root.close()
    return [(row["version"], row["state"], row["due"]) for row in found]


async def test_a_parked_key_is_shown_with_why_and_since_when(somebody: Person, edge: Edge) -> None:
    await park(edge, CLAIM, versions=3)

    answer = await somebody.get("/v1/parked")

    (item,) = answer.json()["items"]
    assert (item["consumer"], item["key"], item["event_type"]) == ("work", CLAIM, "claim.withdrawn.v1")
    assert (item["reason"], item["attempts"], item["waiting"], item["state"]) == ("key_unknown", 5, 2, "dead")
    assert 299 <= item["age_seconds"] <= 320


async def test_pages_lead_through_all_keys_once(somebody: Person, edge: Edge) -> None:
    for number in range(5):
        await park(edge, f"clm_{number}")

    seen, after, pages = [], None, 0
    while pages == 0 or after:
        answer = await somebody.get("/v1/parked", limit=2, **({"after": after} if after else {}))
        seen += [item["key"] for item in answer.json()["items"]]
        after = answer.json().get("next")
        pages += 1

    assert seen == [f"clm_{number}" for number in range(5)]
    assert pages == 3


async def test_causes_are_counted_and_one_cause_is_listed_alone(somebody: Person, edge: Edge) -> None:
    await park(edge, "clm_1", versions=3)
    await park(edge, "clm_2")

    causes = await somebody.get("/v1/parked/causes")
    alone = await somebody.get("/v1/parked", reason="key_unknown", consumer="work")
    none = await somebody.get("/v1/parked", reason="another")

    (cause,) = causes.json()["items"]
    assert (cause["reason"], cause["events"], cause["behind"], cause["for_person"]) == ("key_unknown", 2, 2, 2)
    assert [item["key"] for item in alone.json()["items"]] == ["clm_1", "clm_2"]
    assert none.json()["items"] == []


async def test_another_organization_sees_and_frees_nothing(somebody: Person, stranger: Person, edge: Edge) -> None:
    event = await park(edge, CLAIM)

    listed = await stranger.get("/v1/parked")
    shown = await stranger.get(f"/v1/parked/events/{event}")
    opened = await stranger.post(f"/v1/parked/events/{event}/open", permission="parked:open")
    released = await stranger.post(f"/v1/parked/events/{event}/release")
    by_cause = await stranger.post(
        "/v1/parked/acts", {"act": "skip", "consumer": "work", "reason": "key_unknown", "because": WHY}
    )

    assert listed.json()["items"] == []
    assert {answer.status_code for answer in (shown, opened, released, by_cause)} == {404}
    assert released.json()["code"] == "nothing_parked"


async def test_one_event_is_shown_without_what_it_says(somebody: Person, edge: Edge) -> None:
    event = await park(edge, CLAIM, versions=2)

    answer = await somebody.get(f"/v1/parked/events/{event}")

    shown = answer.json()
    assert (shown["topic"], shown["partition"], shown["position"], shown["version"]) == ("claimwright.coding", 0, 1, 1)
    assert (shown["before"], shown["behind"], shown["sealed"], shown["findings"]) == (0, 1, ["identity"], [])
    assert (shown["is_readable"], shown["can_be_edited"], shown["is_edited"]) == (True, True, False)
    assert "duplicate" not in answer.text


async def test_the_check_against_the_schema_names_the_place_and_not_the_value(somebody: Person, edge: Edge) -> None:
    broken = json.dumps({"data": DATA | {"encounter_version": "Jane Roe"}, "sealed": {}}).encode()
    event = await park(edge, CLAIM, payload=broken)

    answer = await somebody.get(f"/v1/parked/events/{event}")

    (finding,) = answer.json()["findings"]
    assert finding["pointer"] == "/data/encounter_version"
    assert "Jane" not in answer.text


async def test_what_an_event_says_is_opened_by_who_may_and_that_is_audited(somebody: Person, edge: Edge) -> None:
    event = await park(edge, CLAIM)
    path = f"/v1/parked/events/{event}/open"

    refused = await somebody.post(path, permission="parked:read")
    opened = await somebody.post(path, permission="parked:open")

    assert refused.status_code == 403
    assert opened.json() == {"id": event, "data": DATA, "edited": None, "sealed": {"identity": None}}
    assert await trail(edge) == [("parked.opened", event, None)]


async def test_a_release_lets_the_key_be_tried_at_once_and_is_audited(somebody: Person, edge: Edge) -> None:
    event = await park(edge, CLAIM, versions=2)

    answer = await somebody.post(f"/v1/parked/events/{event}/release")

    assert answer.status_code == 204
    assert await rows(edge) == [(1, "retry", True), (2, "waiting", None)]
    assert await trail(edge) == [("parked.released", event, None)]


async def test_a_skip_needs_a_reason_drops_the_oldest_event_and_is_audited(somebody: Person, edge: Edge) -> None:
    event = await park(edge, CLAIM, versions=2)
    path = f"/v1/parked/events/{event}/skip"

    without = await somebody.post(path, {})
    answer = await somebody.post(path, {"reason": WHY})
    again = await somebody.post(path, {"reason": WHY})

    assert (without.status_code, answer.status_code, again.status_code) == (422, 204, 404)
    assert [version for version, _, _ in await rows(edge)] == [2]
    assert await trail(edge) == [("parked.skipped", event, WHY)]


async def test_an_edit_is_checked_against_the_schema_and_told_as_a_difference(somebody: Person, edge: Edge) -> None:
    event = await park(edge, CLAIM)
    path = f"/v1/parked/events/{event}/edit"

    wrong = await somebody.post(path, {"data": DATA | {"encounter_version": "Jane Roe", "more": 1}, "reason": WHY})
    moved = await somebody.post(path, {"data": DATA | {"claim_id": "clm_2"}, "reason": WHY})
    same = await somebody.post(path, {"data": DATA, "reason": WHY})
    edited = await somebody.post(path, {"data": DATA | {"encounter_version": 2}, "reason": WHY})
    shown = await somebody.get(f"/v1/parked/events/{event}")

    assert [one["pointer"] for one in wrong.json()["findings"]] == ["/data/encounter_version", "/data/more"]
    assert "Jane" not in wrong.text
    assert [(one.status_code, one.json()["code"]) for one in (moved, same)] == [(409, "edit_not_possible")] * 2
    assert edited.json()["diff"] == [{"op": "replace", "path": "/encounter_version", "value": 2, "was": 1}]
    assert await rows(edge) == [(1, "dead", None)]
    (decision,) = shown.json()["decisions"]
    assert (decision["kind"], decision["paths"], decision["reason"]) == ("edit", ["/encounter_version"], WHY)
    assert shown.json()["is_edited"] is True
    assert await trail(edge) == [("parked.edited", event, WHY)]


async def test_a_dry_run_says_in_a_sentence_what_would_come_and_changes_nothing(somebody: Person, edge: Edge) -> None:
    event = await park(edge, CLAIM, versions=2)

    one = await somebody.post("/v1/parked/dry-run", {"parked_id": event})
    all_of_it = await somebody.post("/v1/parked/dry-run", {"act": "skip", "consumer": "work", "reason": "key_unknown"})
    neither = await somebody.post("/v1/parked/dry-run", {"act": "skip"})

    assert one.json()["says"] == (
        "1 event: 2 events tried, 2 would be handled, 0 already applied, 0 would send a second claim."
    )
    assert (all_of_it.json()["events"], neither.status_code) == (0, 422)  # the type is part of a cause
    assert await rows(edge) == [(1, "dead", None), (2, "waiting", None)]


async def test_an_act_by_cause_is_begun_watched_stopped_and_resumed(
    somebody: Person, stranger: Person, edge: Edge
) -> None:
    for number in range(3):
        await park(edge, f"clm_{number}")
    cause = {"consumer": "work", "reason": "key_unknown", "event_type": "claim.withdrawn.v1", "because": WHY}

    begun = await somebody.post("/v1/parked/acts", {"act": "skip", "rate": 2, **cause})
    path = f"/v1/long-acts/{begun.json()['id']}"
    stopped = await somebody.post(f"{path}/stop")
    resumed = await somebody.post(f"{path}/resume")
    listed = await somebody.get("/v1/long-acts")
    foreign = await stranger.get(path)
    none_left = await somebody.post("/v1/parked/acts", {"act": "skip", **cause, "reason": "another"})

    assert (begun.status_code, begun.json()["total"], begun.json()["state"]) == (202, 3, "running")
    assert (stopped.json()["state"], resumed.json()["state"]) == ("stopped", "running")
    assert [one["id"] for one in listed.json()["items"]] == [begun.json()["id"]]
    assert (foreign.status_code, none_left.status_code) == (404, 404)
    assert [action for action, _, _ in await trail(edge)] == [
        "parked.skip_by_cause",
        "long_act.stopped",
        "long_act.resumed",
    ]


async def test_a_stopped_consumer_is_shown_and_let_go_on_with_a_reason(somebody: Person, edge: Edge) -> None:
    root = await edge.root()
    await root.execute(
        "insert into intake.consumer_stop values ('work', 'claimwright.coding', 3, 51, 200, 'parks_too_often', now())"
    )
    await root.close()

    shown = await somebody.get("/v1/consumers")
    resumed = await somebody.post("/v1/consumers/work/resume", {"reason": "the code sets were loaded"})
    again = await somebody.post("/v1/consumers/work/resume", {"reason": "the code sets were loaded"})
    after = await somebody.get("/v1/consumers")

    (stopped,) = shown.json()["items"]
    assert (stopped["name"], stopped["is_stopped"], stopped["failed"], stopped["looked_at"]) == ("work", True, 51, 200)
    assert (resumed.status_code, again.status_code) == (204, 409)
    assert [one["is_stopped"] for one in after.json()["items"]] == [False]
    assert await trail(edge) == [("consumer.resumed", "work", "the code sets were loaded")]


async def test_who_may_see_may_not_act(somebody: Person, edge: Edge) -> None:
    event = await park(edge, CLAIM)

    answers = [
        await somebody.post(path, {}, permission="parked:read")
        for path in (
            f"/v1/parked/events/{event}/release",
            f"/v1/parked/events/{event}/skip",
            f"/v1/parked/events/{event}/edit",
            "/v1/parked/dry-run",
            "/v1/parked/acts",
            "/v1/replays",
            "/v1/consumers/work/resume",
        )
    ]

    assert {answer.status_code for answer in answers} == {403}


async def test_a_replay_to_a_consumer_that_does_not_read_here_is_refused(somebody: Person) -> None:
    answer = await somebody.post(
        "/v1/replays", {"to": "sandbox.work", "because": "a projection is built anew"}, permission="replay:write"
    )

    assert (answer.status_code, answer.json()["code"]) == (422, "consumer_unknown")
