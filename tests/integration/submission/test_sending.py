"""From a coded claim to a file that left: numbered, kept, sent once, and never on a guess."""

import asyncio
import hashlib
import itertools

import pytest

from claimwright import control_numbers, ids, x12
from claimwright.events import parts
from claimwright_submission.usecases import send_files
from claimwright_submission.usecases.build_file import build_file
from claimwright_submission.usecases.send_files import StoredBytesChanged
from tests.support.builders_submission import ORGANIZATION, OTHER_ORGANIZATION, a_content, a_line, an_identity
from tests.support.fake_clearinghouse import Behavior
from tests.support.submission import OTHER_ROUTE, SubmissionBench


async def test_a_coded_claim_is_queued_with_its_number_and_lines(bench: SubmissionBench) -> None:
    claim_id = await bench.coded()

    (queued,) = await bench.told("claim.queued.v1", claim_id)

    assert control_numbers.is_valid(queued.data["patient_control_number"])
    assert queued.data["charge_cents"] == 100_00
    assert queued.data["route_id"] == "rte_one"
    assert set(queued.sealed) == {"identity", "financial"}
    assert await bench.stage_of(claim_id) == "QUEUED"


async def test_waiting_claims_leave_in_one_file_and_every_claim_knows_its_bytes(bench: SubmissionBench) -> None:
    claims = [await bench.coded(a_content(member_id=f"PAID{number}")) for number in range(3)]

    await bench.send()

    ((sha256, data),) = bench.clearinghouse.far_end.taken.items()
    (batch,) = x12.read_837p(data).values
    assert len(batch.claims) == 3
    assert batch.header.reference == "000000001"
    for claim_id in claims:
        (sent,) = await bench.told("submission.sent.v1", claim_id)
        file = sent.data["file"]
        assert file["sha256"] == sha256 == hashlib.sha256(data).hexdigest()
        assert sent.data["patient_control_number"].encode() in data[file["byte_start"] : file["byte_end"]]
        assert data[file["byte_start"] :].startswith(b"CLM*")
        assert await bench.stage_of(claim_id) == "TRANSMITTED"
    (left,) = await bench.told("artifact.sent.v1")
    assert (left.data["claim_count"], left.data["charge_cents"]) == (3, 300_00)
    assert left.data["byte_count"] == len(data)


async def test_control_numbers_go_up_and_never_repeat(bench: SubmissionBench) -> None:
    for _ in range(3):
        await bench.coded()
        await bench.send()

    files = [x12.read_interchanges(data).values[0] for data in bench.clearinghouse.far_end.taken.values()]

    assert [file.control_number for file in files] == ["000000001", "000000002", "000000003"]
    assert [file.groups[0].control_number for file in files] == ["1", "2", "3"]
    assert {file.usage_indicator for file in files} == {"T"}


async def test_two_processes_never_put_one_claim_into_two_files(bench: SubmissionBench) -> None:
    # Without `skip locked` and the row locks under it, both files would hold all claims: seen by taking them out.
    claims = [await bench.coded(a_content(member_id=f"PAID{number}")) for number in range(6)]

    await asyncio.gather(*(bench.send() for _ in range(4)))

    taken = bench.clearinghouse.far_end.taken.values()
    numbers = [claim.patient_control_number for data in taken for claim in x12.read_837p(data).values[0].claims]
    assert len(numbers) == len(set(numbers)) == len(claims)


async def test_the_same_event_version_again_changes_nothing(bench: SubmissionBench) -> None:
    claim_id = await bench.coded()

    await bench.coded(claim_id=claim_id)

    assert await bench.types_told(claim_id) == ["claim.queued"]


async def test_a_claim_that_waits_takes_an_amendment_along_with_its_number(bench: SubmissionBench) -> None:
    claim_id = await bench.coded()
    number = await bench.number_of(claim_id)

    amended = a_content(
        financial=a_content().financial.model_copy(update={"lines": (a_line(), a_line(procedure_code="36415"))})
    )
    await bench.coded(amended, claim_id=claim_id, version=2)
    await bench.send()

    assert await bench.types_told(claim_id) == ["claim.queued", "claim.queued", "submission.sent"]
    assert await bench.number_of(claim_id) == number
    (data,) = bench.clearinghouse.far_end.taken.values()
    (claim,) = x12.read_837p(data).values[0].claims
    assert [line.line_control_number for line in claim.lines] == [f"{number}01", f"{number}02"]


async def test_an_amendment_after_sending_is_left_to_a_person(bench: SubmissionBench) -> None:
    claim_id = await bench.coded()
    await bench.send()

    await bench.coded(claim_id=claim_id, version=2)
    await bench.send()

    (amended,) = await bench.told("claim.amended_after_billing.v1", claim_id)
    assert (amended.data["sent_version"], amended.data["encounter_version"]) == (1, 2)
    assert amended.data["owner"] == "submission"
    assert await bench.stage_of(claim_id) == "TRANSMITTED"
    assert len(bench.clearinghouse.far_end.arrivals) == 1


async def test_an_adjudicated_claim_stays_so_and_its_amendment_goes_to_a_person(bench: SubmissionBench) -> None:
    claim_id = await bench.coded()
    await bench.send()

    await bench.adjudicated(claim_id)
    await bench.coded(claim_id=claim_id, version=2)

    assert await bench.stage_of(claim_id) == "ADJUDICATED"
    assert (await bench.types_told(claim_id))[-1] == "claim.amended_after_billing"


async def test_a_refused_connection_is_tried_again_with_the_same_bytes(bench: SubmissionBench) -> None:
    bench.clearinghouse.far_end.behave(Behavior.IS_AWAY)
    claim_id = await bench.coded()

    await bench.send()
    (failed,) = await bench.told("submission.transport_failed.v1", claim_id)
    assert await bench.stage_of(claim_id) == "QUEUED"
    assert not bench.clearinghouse.far_end.arrivals

    await bench.as_owner("update submission.artifact set next_try_at = now() - interval '1 day'")
    await bench.send()

    assert bench.clearinghouse.far_end.arrivals == [failed.data["file"]["sha256"]]
    assert await bench.types_told(claim_id) == ["claim.queued", "submission.transport_failed", "submission.sent"]


async def test_a_file_that_was_not_reached_waits_before_it_is_tried_again(bench: SubmissionBench) -> None:
    bench.clearinghouse.far_end.behave(Behavior.IS_AWAY, Behavior.IS_AWAY)
    await bench.coded()

    await bench.send()
    await bench.send()

    assert len(await bench.told("submission.transport_failed.v1")) == 1


# Seen to fail by treating Unknown as Unreached: the file then arrives twice.
@pytest.mark.parametrize("behavior", [Behavior.DIES_AFTER_TAKING, Behavior.HANGS_AFTER_TAKING])
async def test_a_file_that_arrived_without_an_answer_is_asked_about_and_never_sent_again(
    bench: SubmissionBench, behavior: Behavior
) -> None:
    bench.clearinghouse.far_end.behave(behavior, Behavior.BREAKS_DOWN)
    claim_id = await bench.coded()

    await bench.send()
    assert await bench.stage_of(claim_id) == "TRANSMIT_UNKNOWN"

    await bench.send()  # asked, without an answer that proves anything
    assert await bench.stage_of(claim_id) == "TRANSMIT_UNKNOWN"

    await bench.as_owner("update submission.artifact set next_try_at = now() - interval '1 day'")
    await bench.send()

    assert await bench.stage_of(claim_id) == "TRANSMITTED"
    assert len(bench.clearinghouse.far_end.arrivals) == 1
    assert await bench.types_told(claim_id) == [
        "claim.queued",
        "submission.outcome_unknown",
        "submission.outcome_resolved",
    ]
    (resolved,) = await bench.told("submission.outcome_resolved.v1", claim_id)
    assert (resolved.data["was_sent"], resolved.data["evidence"]) == (True, "clearinghouse_saw_it")
    assert len(await bench.told("artifact.sent.v1")) == 1


async def test_a_file_that_provably_did_not_arrive_is_sent_with_the_same_bytes(bench: SubmissionBench) -> None:
    bench.clearinghouse.far_end.behave(Behavior.DIES_BEFORE_TAKING)
    claim_id = await bench.coded()

    await bench.send()
    (unknown,) = await bench.told("submission.outcome_unknown.v1", claim_id)
    await bench.send()
    await bench.as_owner("update submission.artifact set next_try_at = now() - interval '1 day'")
    await bench.send()

    assert bench.clearinghouse.far_end.arrivals == [unknown.data["file"]["sha256"]]
    (resolved,) = await bench.told("submission.outcome_resolved.v1", claim_id)
    assert (resolved.data["was_sent"], resolved.data["evidence"]) == (False, "clearinghouse_never_saw_it")
    assert (await bench.types_told(claim_id))[-1] == "submission.sent"
    assert await bench.stage_of(claim_id) == "TRANSMITTED"


async def test_a_refused_file_has_an_owner_and_its_claims_wait_for_a_person(bench: SubmissionBench) -> None:
    bench.clearinghouse.far_end.behave(Behavior.REFUSES)
    claim_id = await bench.coded()

    await bench.send()
    await bench.send()

    (refused,) = await bench.told("submission.refused.v1", claim_id)
    (file,) = await bench.told("artifact.refused.v1")
    assert refused.data["reason"] == file.data["reason"] == "not_x12"
    assert file.data["owner"] == "operations"
    assert await bench.stage_of(claim_id) == "FILE_REJECTED"
    assert not bench.clearinghouse.far_end.arrivals


async def test_a_lost_sender_leaves_its_file_in_doubt_and_it_is_asked_about_first(bench: SubmissionBench) -> None:
    claim_id = await bench.coded()
    await bench.send()
    # As a process leaves it that died after the bytes left and before it noted so.
    await bench.as_owner(
        "update submission.artifact set transport = 'sending', sent_at = null, lease_until = now() - interval '1 hour'"
    )
    await bench.as_owner("update submission.submission set stage = 'QUEUED'")

    await bench.send()

    assert len(bench.clearinghouse.far_end.arrivals) == 1
    assert (await bench.types_told(claim_id))[-2:] == ["submission.outcome_unknown", "submission.outcome_resolved"]
    assert await bench.stage_of(claim_id) == "TRANSMITTED"


async def test_absence_proves_nothing_while_the_lost_sender_may_just_have_sent(bench: SubmissionBench) -> None:
    # Seen to fail while NOT_SEEN counted from the moment when the lease ran out.
    claim_id = await bench.coded()
    async with bench.transactions.begin(org_id=ORGANIZATION, actor="system") as work:
        assert await build_file(work, bench.routes[0], most=10) is not None
    await bench.as_owner("update submission.artifact set transport = 'sending', lease_until = clock_timestamp()")

    await bench.send()
    in_doubt = await bench.stage_of(claim_id)
    await bench.end_leases()
    await bench.as_owner("update submission.artifact set next_try_at = null")
    await bench.send()

    assert in_doubt == "TRANSMIT_UNKNOWN"
    assert (await bench.types_told(claim_id))[:3] == [
        "claim.queued",
        "submission.outcome_unknown",
        "submission.outcome_resolved",
    ]


async def test_a_sender_that_stalls_after_its_lease_does_not_send(
    bench: SubmissionBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Seen to fail while nobody looked at the time between the lease and the sending.
    claim_id = await bench.coded()
    moments = itertools.count(step=60)
    monkeypatch.setattr(send_files, "monotonic", lambda: float(next(moments)))

    await bench.send()

    assert not bench.clearinghouse.far_end.arrivals
    (failed,) = await bench.told("submission.transport_failed.v1", claim_id)
    assert failed.data["reason"] == "sender_stalled"


async def test_a_file_that_was_built_and_not_sent_is_found_after_a_restart(bench: SubmissionBench) -> None:
    claim_id = await bench.coded()

    async with bench.transactions.begin(org_id=ORGANIZATION, actor="system") as work:
        assert await build_file(work, bench.routes[0], most=10) is not None
    assert not bench.clearinghouse.far_end.arrivals

    await bench.send()

    assert await bench.types_told(claim_id) == ["claim.queued", "submission.sent"]


async def test_a_claim_that_cannot_be_written_stops_alone(bench: SubmissionBench) -> None:
    patient = an_identity().patient.model_copy(update={"name": parts.PersonName(last="O*Hara~ST", first="Ida")})
    bad = await bench.coded(a_content(identity=an_identity(patient=patient)))
    lacking = await bench.coded(a_content(identity=an_identity(memberships=())))
    good = await bench.coded()

    await bench.send()

    assert await bench.types_told(good) == ["claim.queued", "submission.sent"]
    for claim_id in (bad, lacking):
        (failed,) = await bench.told("submission.build_failed.v1", claim_id)
        assert failed.data["findings"]
        assert failed.data["owner"] == "coding"
        assert await bench.stage_of(claim_id) == "SCRUB_FAILED"
    assert "Hara" not in str(await bench.told())


async def test_a_claim_whose_content_was_changed_behind_our_back_stops_alone(bench: SubmissionBench) -> None:
    changed = await bench.coded()
    await bench.as_owner("update submission.submission set clinical = overlay(clinical placing '\\x00' from 50 for 1)")
    good = await bench.coded()

    await bench.send()

    (failed,) = await bench.told("submission.build_failed.v1", changed)
    assert failed.data["findings"][0]["code"] == "submission.content_unreadable"
    assert await bench.stage_of(good) == "TRANSMITTED"


async def test_numbers_of_a_file_without_claims_are_given_back(bench: SubmissionBench) -> None:
    patient = an_identity().patient.model_copy(update={"name": parts.PersonName(last="O*Hara~ST", first="Ida")})
    await bench.coded(a_content(identity=an_identity(patient=patient)))
    await bench.send()

    await bench.coded()
    await bench.send()

    (data,) = bench.clearinghouse.far_end.taken.values()
    assert x12.read_interchanges(data).values[0].control_number == "000000001"


async def test_a_claim_that_stopped_goes_on_by_itself_when_coding_passes_it_again(bench: SubmissionBench) -> None:
    claim_id = await bench.coded(a_content(identity=an_identity(memberships=())))
    await bench.send()

    await bench.coded(claim_id=claim_id, version=2)
    await bench.send()

    assert await bench.types_told(claim_id) == [
        "claim.queued",
        "submission.build_failed",
        "claim.queued",
        "submission.sent",
    ]


async def test_the_bytes_are_kept_sealed_before_they_are_sent(bench: SubmissionBench) -> None:
    bench.clearinghouse.far_end.behave(Behavior.IS_AWAY)
    await bench.coded()

    await bench.send()

    (row,) = await bench.rows("select content, sha256, byte_count from artifact")
    assert b"TESTFALL" not in row.content.upper()
    assert len(row.content) == row.byte_count + 45


async def test_bytes_that_were_exchanged_never_leave(bench: SubmissionBench) -> None:
    bench.clearinghouse.far_end.behave(Behavior.IS_AWAY)
    await bench.coded()
    await bench.send()
    await bench.as_owner("update submission.artifact set sha256 = 'another', next_try_at = null")

    with pytest.raises(StoredBytesChanged):
        await bench.send()

    assert not bench.clearinghouse.far_end.arrivals


async def test_every_organization_leaves_by_its_own_route_only(bench: SubmissionBench) -> None:
    ours = await bench.coded()
    theirs = await bench.coded(org_id=OTHER_ORGANIZATION)

    await bench.send("rte_one")
    await bench.send(OTHER_ROUTE)

    (first,) = bench.clearinghouses["rte_one"].far_end.taken.values()
    (second,) = bench.clearinghouses[OTHER_ROUTE].far_end.taken.values()
    assert (await bench.number_of(ours)).encode() in first
    assert (await bench.number_of(theirs, org_id=OTHER_ORGANIZATION)).encode() in second
    assert b"OTHERSUBMIT" in second
    assert b"OTHERSUBMIT" not in first


async def test_the_trace_of_the_request_goes_on_to_the_file_that_left(bench: SubmissionBench) -> None:
    traceparent = f"00-{'a' * 32}-{'b' * 16}-01"
    claim_id = await bench.coded(traceparent=traceparent)

    await bench.send()

    (sent,) = await bench.told("submission.sent.v1", claim_id)
    assert sent.headers["traceparent"].split("-")[1] == "a" * 32
    assert ids.parse(ids.CLAIM, sent.key) == claim_id
