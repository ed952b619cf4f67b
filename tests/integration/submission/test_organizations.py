"""Two organizations that can't see each other, and a test one that reaches no payer."""

import pytest
from sqlalchemy.exc import DBAPIError

from claimwright import ids
from tests.support.answers import a_277ca, a_claim_ack
from tests.support.builders_submission import ORGANIZATION, OTHER_ORGANIZATION
from tests.support.stack import TestStack
from tests.support.submission import SubmissionBench, a_bench

TABLES = (
    "submission", "patient_control_number", "artifact", "attempt", "answer", "callback", "acknowledgment",
    "artifact_answer", "mailbox_cursor", "outbox", "audit",
)  # fmt: skip


@pytest.mark.parametrize("table", TABLES)
async def test_no_row_is_seen_without_an_organization(bench: SubmissionBench, table: str) -> None:
    await bench.coded()
    await bench.send()

    assert await bench.rows(f"select 1 from {table}", org_id=None) == []


async def test_an_organization_sees_its_own_rows_only(bench: SubmissionBench) -> None:
    ours = await bench.coded()

    seen = await bench.rows("select claim_id from submission", org_id=OTHER_ORGANIZATION)

    assert seen == []
    assert [row.claim_id for row in await bench.rows("select claim_id from submission")] == [ours]


async def test_it_is_row_level_security_that_keeps_them_apart(bench: SubmissionBench) -> None:
    # The negative of the test above, so that it can't pass for another reason.
    ours = await bench.coded()

    await bench.as_owner("alter table submission.submission disable row level security")

    seen = await bench.rows("select claim_id from submission", org_id=OTHER_ORGANIZATION)
    assert [row.claim_id for row in seen] == [ours]


async def test_a_row_of_another_organization_cannot_be_written(bench: SubmissionBench) -> None:
    with pytest.raises(DBAPIError, match="row-level security"):
        await bench.rows(
            "insert into mailbox_cursor values (:whose, 'rte_one', 'FA', '1', now()) returning 1",
            org_id=OTHER_ORGANIZATION,
            whose=ORGANIZATION,
        )


async def test_what_was_heard_can_only_be_added_to(bench: SubmissionBench) -> None:
    for table in ("acknowledgment", "callback", "artifact_answer", "audit"):
        with pytest.raises(DBAPIError, match="permission denied"):
            await bench.rows(f"delete from {table} returning 1")
        with pytest.raises(DBAPIError, match="permission denied"):
            await bench.rows(f"update {table} set org_id = org_id returning 1")


async def test_every_table_of_an_organization_forces_its_policy(bench: SubmissionBench) -> None:
    without_organization = {"alembic_version", "control_counter", "number_key", "relay_cursor"}

    rows = await bench.rows(
        """
        select c.relname, c.relrowsecurity and c.relforcerowsecurity as guarded,
               exists (select 1 from pg_attribute a where a.attrelid = c.oid and a.attname = 'org_id') as has_org
        from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where n.nspname = 'submission' and c.relkind in ('r', 'p')
        """
    )

    assert rows
    assert [row.relname for row in rows if row.has_org and not row.guarded] == []
    assert without_organization <= {row.relname for row in rows if not row.has_org}


async def test_a_claim_of_another_organization_is_not_found(bench: SubmissionBench) -> None:
    claim_id = ids.text(ids.CLAIM, await bench.coded())
    await bench.send()
    (sent,) = await bench.told("artifact.sent.v1")

    for path, permission in (
        (f"/v1/claims/{claim_id}", "claim:read"),
        (f"/v1/claims/{claim_id}/artifacts", "claim:read"),
        (f"/v1/artifacts/{sent.data['artifact_id']}", "artifact:read"),
    ):
        theirs = await bench.person("GET", path, permission, org_id=OTHER_ORGANIZATION)
        ours = await bench.person("GET", path, permission, org_id=ORGANIZATION)
        assert (theirs.status_code, ours.status_code) == (404, 200), path


async def test_a_person_sees_the_file_as_it_was_and_that_is_written_down(bench: SubmissionBench) -> None:
    claim_id = await bench.coded()
    await bench.send()
    (sent,) = await bench.told("artifact.sent.v1")

    answer = await bench.person("GET", f"/v1/artifacts/{sent.data['artifact_id']}", "artifact:read")
    without = await bench.person("GET", f"/v1/artifacts/{sent.data['artifact_id']}", "claim:read")
    listed = await bench.person("GET", f"/v1/claims/{ids.text(ids.CLAIM, claim_id)}/artifacts", "claim:read")

    (data,) = bench.clearinghouse.far_end.taken.values()
    assert answer.content == data
    assert answer.headers["content-type"] == "application/edi-x12"
    assert without.status_code == 403
    (audited,) = await bench.rows("select action, object, fields from audit")
    assert (audited.action, audited.object) == ("artifact.opened", sent.data["artifact_id"])
    (item,) = listed.json()["items"]
    assert (item["direction"], item["kind"], item["state"]) == ("sent", "837P", "sent")
    assert data[item["place"]["byte_start"] :].startswith(b"CLM*")


async def test_the_claim_shows_its_tries_and_what_was_answered(bench: SubmissionBench) -> None:
    claim_id = await bench.coded()
    await bench.send()
    await bench.answered(a_277ca(1, [a_claim_ack(await bench.number_of(claim_id), "A7")]))

    answer = await bench.person("GET", f"/v1/claims/{ids.text(ids.CLAIM, claim_id)}", "claim:read")

    (submission,) = answer.json()["submissions"]
    (attempt,) = submission["attempts"]
    (acknowledgment,) = attempt["acknowledgments"]
    assert (submission["stage"], submission["owner"]) == ("CH_REJECTED", "submission")
    assert (attempt["transport"], attempt["is_live"]) == ("sent", True)
    assert (acknowledgment["says"], acknowledgment["verdict"]) == ("ack.clearinghouse_rejected.v1", "U")
    assert "Testfall" not in answer.text


async def test_a_live_organization_never_leaves_by_a_sandbox_and_its_claims_are_held(
    submission_template: TestStack,
) -> None:
    async with a_bench(submission_template, first_is_test=False) as bench:
        claim_id = await bench.coded()
        await bench.send()

        (held,) = await bench.told("claim.held.v1", claim_id)
        assert held.data["reason"] == "route.missing"
        assert await bench.stage_of(claim_id) == "HELD"
        assert not bench.clearinghouse.far_end.arrivals

        bench.callers.add_organization(ORGANIZATION, test=True)
        await bench.send()

        assert await bench.types_told(claim_id) == ["claim.held", "claim.released", "claim.queued", "submission.sent"]
