"""One encounter becomes one claim and comes to its end, by way of every service."""

import asyncio
from uuid import uuid4

from tests.support.journey import Journey, a_visit, types_in

WHOLE_WAY = [
    "encounter.received.v1",
    "coding.started.v1",
    "claim.coded.v1",
    "claim.queued.v1",
    "submission.sent.v1",
    "ack.set_accepted.v1",
    "ack.clearinghouse_accepted.v1",
    "ack.payer_accepted.v1",
    "claim.adjudicated.v1",
]


async def test_a_clean_claim_is_paid_and_closed_with_every_event_of_its_way(journey: Journey) -> None:
    claim_id = await journey.claim_of(a_visit(member_id="PAID0000001"))

    # Payment may overtake the acknowledgments, which other parts of a service carry.
    view = await journey.until_stage(claim_id, "CLOSED", telling=WHOLE_WAY)

    assert (view["closed_reason"], view["balance"], view["open_cents"]) == ("PAID", "ZERO", 0)
    assert (view["charge_cents"], view["paid_cents"], view["adjusted_cents"]) == (125_00, 93_75, 31_25)
    assert view["owner"] is None


async def test_a_partly_paid_claim_leaves_the_patients_share_and_nothing_else(journey: Journey) -> None:
    claim_id = await journey.claim_of(a_visit(member_id="PARTIAL00002"))

    view = await journey.until_stage(claim_id, "PATIENT_BALANCE")

    assert view["balance"] == "PATIENT"
    assert view["patient_cents"] == view["open_cents"] == 18_75
    assert view["charge_cents"] == view["paid_cents"] + view["adjusted_cents"] + view["open_cents"]


async def test_a_denied_claim_is_open_with_a_case_an_owner_and_a_date(journey: Journey) -> None:
    claim_id = await journey.claim_of(a_visit(member_id="DENY_50-0003"))

    view = await journey.until(claim_id, lambda view: bool(view["denials"]))

    assert (view["stage"], view["balance"], view["open_cents"]) == ("ADJUDICATED", "INSURANCE", 125_00)
    assert view["outcomes"] == [{"payer_order": 1, "outcomes": ["DENIED"]}]
    assert view["owner"]
    assert view["due_at"]


async def test_a_claim_that_the_payer_rejects_is_never_adjudicated(journey: Journey) -> None:
    claim_id = await journey.claim_of(a_visit(member_id="277CA_A7-0004"))

    view = await journey.until_stage(claim_id, "PAYER_REJECTED")
    await asyncio.sleep(1)

    view = await journey.claim(claim_id)
    assert view["stage"] == "PAYER_REJECTED"
    assert "claim.adjudicated.v1" not in types_in(view)
    assert view["owner"]


async def test_a_rejected_claim_that_is_mended_goes_out_again_as_an_original_under_its_number(
    journey: Journey,
) -> None:
    encounter = a_visit(member_id="277CA_A7-0005")
    answer = (await journey.post(encounter)).json()
    claim_id = answer["claims"][0]["id"]
    rejected = await journey.until_stage(claim_id, "PAYER_REJECTED", telling={"claim.queued.v1"})

    coverage = encounter["coverages"][0] | {"member_id": "PAID0000005"}
    current = await journey.client.get(f"/v1/encounters/{answer['id']}")
    patched = await journey.client.patch(
        f"/v1/encounters/{answer['id']}",
        json={"coverages": [coverage]},
        headers={"if-match": current.headers["etag"], "content-type": "application/merge-patch+json"},
    )
    view = await journey.until_stage(claim_id, "CLOSED", telling={"claim.queued.v1"})

    assert patched.status_code in {200, 202}, patched.text
    numbers = {event["data"]["patient_control_number"] for event in view["timeline"] if "queued" in event["type"]}
    assert numbers == {
        event["data"]["patient_control_number"] for event in rejected["timeline"] if "queued" in event["type"]
    }


async def test_an_incomplete_encounter_waits_and_goes_on_when_it_is_answered(journey: Journey) -> None:
    encounter = a_visit()
    answer = await journey.post(encounter | {"coverages": []})
    assert answer.status_code == 202, answer.text
    body = answer.json()
    claim_id = body["claims"][0]["id"]
    waiting = await journey.until_stage(claim_id, "INCOMPLETE")
    assert body["gaps"]
    assert waiting["owner"]

    current = await journey.client.get(f"/v1/encounters/{body['id']}")
    await journey.client.patch(
        f"/v1/encounters/{body['id']}",
        json={"coverages": encounter["coverages"]},
        headers={"if-match": current.headers["etag"], "content-type": "application/merge-patch+json"},
    )

    await journey.until_stage(claim_id, "CLOSED", telling={"encounter.completed.v1"})


async def test_a_code_that_is_not_good_on_the_day_stops_the_claim_until_it_is_mended(journey: Journey) -> None:
    answer = (await journey.post(a_visit(diagnoses=[{"code": "E11"}]))).json()
    claim_id = answer["claims"][0]["id"]
    stopped = await journey.until_stage(claim_id, "SCRUB_FAILED")
    findings = next(event for event in stopped["timeline"] if event["type"] == "claim.scrub_failed.v1")["data"]
    assert findings["findings"][0]["pointer"].startswith("/diagnoses/0")

    current = await journey.client.get(f"/v1/encounters/{answer['id']}")
    await journey.client.patch(
        f"/v1/encounters/{answer['id']}",
        json={"diagnoses": [{"code": "E11.9"}]},
        headers={"if-match": current.headers["etag"], "content-type": "application/merge-patch+json"},
    )

    await journey.until_stage(claim_id, "CLOSED", telling={"claim.scrub_passed.v1"})


async def test_the_same_post_again_makes_one_claim(journey: Journey) -> None:
    encounter = a_visit()

    answers = await asyncio.gather(*(journey.post(encounter, **{"idempotency-key": "k1"}) for _ in range(8)))
    settled = await journey.post(encounter, **{"idempotency-key": "k1"})
    without_key = await journey.post(encounter)

    accepted = [answer for answer in answers if answer.status_code == 202]
    assert {answer.status_code for answer in answers} <= {202, 409}
    assert {answer.content for answer in [*accepted, settled, without_key]} == {settled.content}


async def test_another_body_under_the_same_key_or_number_is_refused(journey: Journey) -> None:
    encounter = a_visit()
    key = {"idempotency-key": uuid4().hex}
    first = await journey.post(encounter, **key)
    other = encounter | {"place_of_service": "22"}

    same_key = await journey.post(other, **key)
    same_number = await journey.post(other)

    assert (first.status_code, same_key.status_code, same_number.status_code) == (202, 422, 409)
    assert same_number.headers["content-type"] == "application/problem+json"
    assert first.json()["id"] in same_number.text


async def test_the_feed_tells_every_event_of_a_claim_once(journey: Journey) -> None:
    claim_id = await journey.claim_of(a_visit())
    await journey.until_stage(claim_id, "CLOSED")

    seen: list[str] = []
    wanted: list[str] = []
    after: str | None = None
    for _ in range(200):  # rows come into the feed once they are proved final
        page = (await journey.client.get("/v1/events", params={"after": after} if after else None)).json()
        seen += [item["id"] for item in page["items"] if item["claim_id"] == claim_id]
        after = page["next"]
        view = await journey.claim(claim_id)  # its closing may be shown before what another service told earlier
        wanted = sorted(event["id"] for event in view["timeline"])
        if set(WHOLE_WAY) <= set(types_in(view)) and len(seen) >= len(wanted) and not page["items"]:
            break
        await asyncio.sleep(0 if page["items"] else 0.05)

    assert sorted(seen) == wanted
    assert set(WHOLE_WAY) <= set(types_in(view))
