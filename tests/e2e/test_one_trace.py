"""One trace from the POST of an encounter to the file that left with its claim."""

import json

from tests.support.journey import Journey, a_visit

WAY = (
    ("intake", "encounter.received.v1"),
    ("coding", "coding.started.v1"),
    ("coding", "claim.coded.v1"),
    ("submission", "claim.queued.v1"),
    ("submission", "submission.sent.v1"),
)


# Seen to fail without `trace_of` around what the sender publishes: the event of a timer then names no trace.
async def test_the_trace_of_a_post_goes_on_to_submission_sent(journey: Journey) -> None:
    claim_id = await journey.claim_of(a_visit())
    await journey.until_stage(claim_id, "CLOSED")

    connection = await journey.stack.connect("postgres")
    try:
        traces = {
            wire_name: await connection.fetchval(
                f"select headers from {schema}.outbox where key = $1 and type = $2 order by seq limit 1",
                claim_id,
                wire_name,
            )
            for schema, wire_name in WAY
        }
    finally:
        await connection.close()

    found = {wire_name: json.loads(headers)["traceparent"].split("-") for wire_name, headers in traces.items()}
    assert len({trace_id for _, trace_id, _, _ in found.values()}) == 1, found
    assert len({span_id for _, _, span_id, _ in found.values()}) >= 4
    assert all(int(flags, 16) & 1 for *_, flags in found.values())  # sampled, as every trace of a local run
