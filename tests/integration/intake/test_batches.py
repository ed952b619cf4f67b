"""Encounters many a request: answered line by line, each once, and none harmed by another.

Seen to fail: with the answers of a group taken in another order, and with the quota counting requests.
"""

import asyncio
import json
from collections.abc import Mapping
from typing import Any

import httpx2
import pytest

from claimwright.settings import EdgeSettings
from tests.support.builders_intake import an_encounter_document
from tests.support.http import OTHER_ORGANIZATION, TEST_ORGANIZATION
from tests.support.intake import IntakeBench

NDJSON = {"content-type": "application/x-ndjson"}


def a_row(name: str, **changes: object) -> bytes:
    return json.dumps(an_encounter_document(external_id=name, **changes)).encode()


async def post(bench: IntakeBench, *rows: bytes, headers: Mapping[str, str] = NDJSON, **what: Any) -> httpx2.Response:
    return await bench.call("POST", "/v1/encounters:batch", content=b"\n".join(rows), headers=headers, **what)


def lines(answer: httpx2.Response) -> list[dict[str, Any]]:
    assert answer.headers["content-type"] == "application/x-ndjson"
    return [json.loads(line) for line in answer.content.splitlines()]


async def test_each_line_is_answered_as_if_it_had_been_posted_alone(bench: IntakeBench) -> None:
    alone = await bench.call(
        "POST", "/v1/encounters", content=a_row("v-1"), headers={"content-type": "application/json"}
    )

    answer = await post(bench, a_row("v-1"), a_row("v-2"))

    first, second = lines(answer)
    assert answer.status_code == 200
    assert first == {"row": 1, "status": 202, "encounter": alone.json()}
    assert (second["row"], second["status"]) == (2, 202)


async def test_answers_come_in_the_order_of_the_lines(bench: IntakeBench) -> None:
    names = [f"v-{number}" for number in range(100)]

    told = lines(await post(bench, *(a_row(name, diagnoses=[]) if name == "v-7" else a_row(name) for name in names)))

    assert [row["row"] for row in told] == list(range(1, 101))
    ids = [row["encounter"]["id"] for row in told if "encounter" in row]
    views = [await bench.get(f"/v1/encounters/{ids[place]}") for place in (0, 50, len(ids) - 1)]
    assert [view.json()["encounter"]["external_id"] for view in views] == ["v-0", "v-51", "v-99"]


async def test_a_line_that_cannot_be_taken_harms_no_other(bench: IntakeBench) -> None:
    taken, broken, wrong, text, last = lines(
        await post(bench, a_row("v-1"), b'{"external_id":', a_row("v-2", lines="none"), b'"text"', a_row("v-3"))
    )

    assert [row["status"] for row in (taken, broken, wrong, text, last)] == [202, 400, 422, 400, 202]
    assert broken["problem"]["code"] == "body_not_json"
    assert wrong["problem"]["findings"][0]["pointer"] == "/lines"
    assert text["problem"]["code"] == "row_no_object"
    assert len(await bench.rows("select id from encounter")) == 2


async def test_the_same_lines_again_get_the_same_answers_and_nothing_twice(bench: IntakeBench) -> None:
    first = await post(bench, a_row("v-1"), a_row("v-2"))
    events = len(await bench.told())

    again = await post(bench, a_row("v-2"), a_row("v-1"), a_row("v-3"))

    told, repeated = lines(first), lines(again)
    assert [row["encounter"] for row in repeated[:2]] == [told[1]["encounter"], told[0]["encounter"]]
    assert len(await bench.told()) == events + 1


async def test_of_two_lines_with_one_external_id_the_first_counts(bench: IntakeBench) -> None:
    first, same, other = lines(await post(bench, a_row("v-1"), a_row("v-1"), a_row("v-1", place_of_service="12")))

    assert (first["status"], same["encounter"]) == (202, first["encounter"])
    assert (other["status"], other["problem"]["code"]) == (409, "external_id_taken")
    assert len(await bench.rows("select id from encounter")) == 1


async def test_blank_lines_are_passed_over_and_counted(bench: IntakeBench) -> None:
    told = lines(await post(bench, b"", a_row("v-1"), b"\r", a_row("v-2"), b""))

    assert [row["row"] for row in told] == [2, 4]


@pytest.mark.parametrize(
    ("body", "kind", "status", "code"),
    [
        (b"", "application/x-ndjson", 422, "batch_empty"),
        (b"\n".join([b"{}"] * 101), "application/x-ndjson", 422, "batch_too_long"),
        (b"{}", "application/json", 415, "content_type_unsupported"),
        (b"x" * ((4 << 20) + 1), "application/x-ndjson", 413, "body_too_large"),
    ],
)
async def test_what_is_no_batch_is_refused_whole(
    bench: IntakeBench, body: bytes, kind: str, status: int, code: str
) -> None:
    answer = await post(bench, body, headers={"content-type": kind})

    problem = answer.json()
    assert (answer.status_code, problem["status"]) == (status, status)
    assert code in {problem["code"], *(finding["code"] for finding in problem.get("findings", ()))}
    assert await bench.rows("select id from encounter") == []


async def test_a_line_may_be_as_large_as_an_encounter_that_is_posted_alone(bench: IntakeBench) -> None:
    (row,) = lines(await post(bench, b'{"external_id": "' + b"x" * (1 << 20) + b'"}'))

    assert (row["status"], row["problem"]["code"]) == (400, "row_too_large")


async def test_organizations_have_external_ids_of_their_own(bench: IntakeBench) -> None:
    mine = lines(await post(bench, a_row("v-1"), org_id=TEST_ORGANIZATION))
    theirs = lines(await post(bench, a_row("v-1", place_of_service="12"), org_id=OTHER_ORGANIZATION))

    assert [row["status"] for row in (*mine, *theirs)] == [202, 202]


async def test_each_encounter_begins_a_correlation_of_its_own(bench: IntakeBench) -> None:
    await post(bench, a_row("v-1"), a_row("v-2"))

    rows = await bench.rows("select headers->>'ce_correlationid' as correlation from outbox")
    assert len({row.correlation for row in rows}) == 2


async def test_each_line_counts_in_the_quota(bench: IntakeBench) -> None:
    bench.limit(EdgeSettings(rate_per_second=0.01, burst=100))

    taken = await post(bench, *(a_row(f"v-{number}") for number in range(60)))
    away = await post(bench, *(a_row(f"w-{number}") for number in range(60)))

    assert taken.headers["ratelimit"].startswith('"organization";r=40;')
    assert (away.status_code, away.json()["code"]) == (429, "quota_used_up")
    assert len(await bench.rows("select id from encounter")) == 60


class TestSinglePosts:
    async def test_posts_that_come_together_share_a_commit(self, bench: IntakeBench) -> None:
        answers = await together(bench, *(an_encounter_document(external_id=f"v-{number}") for number in range(30)))

        (count,) = await bench.rows("select count(*) as all, count(distinct xmin::text) as commits from encounter")
        assert {answer.status_code for answer in answers} == {202}
        assert count.all == 30
        assert count.commits < 15

    async def test_of_two_with_one_external_id_one_counts(self, bench: IntakeBench) -> None:
        answers = await together(
            bench, *(an_encounter_document(place_of_service=place) for place in ("11", "12", "11", "12"))
        )

        assert sorted(answer.status_code for answer in answers) == [202, 202, 409, 409]
        assert len({answer.content for answer in answers if answer.status_code == 202}) == 1

    async def test_one_key_at_once_has_one_effect(self, bench: IntakeBench) -> None:
        answers = await together(
            bench,
            *(an_encounter_document(external_id=f"v-{number}") for number in range(10)),
            headers={"idempotency-key": "k"},
        )

        assert sorted({answer.status_code for answer in answers}) in ([202, 409], [202, 409, 422])
        assert [answer.status_code for answer in answers].count(202) == 1
        assert len(await bench.rows("select id from encounter")) == 1


async def together(
    bench: IntakeBench, *documents: object, headers: Mapping[str, str] | None = None
) -> list[httpx2.Response]:
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(bench.post(document, headers=headers)) for document in documents]
    return [task.result() for task in tasks]
