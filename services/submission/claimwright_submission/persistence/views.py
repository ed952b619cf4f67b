"""What people are shown of submissions and files: ids, codes, cents and moments, and nothing that was sealed."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, and_, select, tuple_

from claimwright.messaging.work import Work
from claimwright_submission.persistence.answers import UNMATCHED
from claimwright_submission.persistence.tables import acknowledgment, answer, artifact, attempt, submission

Rows = Sequence[Row[Any]]


async def submissions_of(work: Work, claim_id: UUID) -> Rows:
    """Return the submissions of a claim in payer order."""
    of = submission.c
    query = select(submission).where(of.org_id == work.org_id, of.claim_id == claim_id)
    return (await work.execute(query.order_by(of.payer_order, of.frequency))).all()


async def attempts_of(work: Work, submission_ids: Sequence[UUID]) -> Mapping[UUID, Rows]:
    """Return the tries of submissions with their files, in order, by submission."""
    query = (
        select(
            attempt,
            artifact.c.route_id,
            artifact.c.usage_indicator,
            artifact.c.interchange_number,
            artifact.c.group_number,
            artifact.c.sha256,
            artifact.c.byte_count,
            artifact.c.transport,
            artifact.c.tries,
            artifact.c.sent_at,
            artifact.c.created_at.label("built_at"),
        )
        .join_from(
            attempt, artifact, and_(artifact.c.org_id == attempt.c.org_id, artifact.c.id == attempt.c.artifact_id)
        )
        .where(attempt.c.org_id == work.org_id, attempt.c.submission_id.in_(submission_ids))
        .order_by(attempt.c.ordinal)
    )
    return _grouped((await work.execute(query)).all(), "submission_id")


async def acknowledgments_of(work: Work, submission_ids: Sequence[UUID]) -> Mapping[UUID, Rows]:
    """Return all that was answered for submissions, in the order of its moments, by try."""
    query = (
        select(acknowledgment, answer.c.sha256, answer.c.byte_count, answer.c.received_at, answer.c.came_by)
        .join_from(
            acknowledgment,
            answer,
            and_(answer.c.org_id == acknowledgment.c.org_id, answer.c.id == acknowledgment.c.answer_id),
        )
        .where(acknowledgment.c.org_id == work.org_id, acknowledgment.c.submission_id.in_(submission_ids))
        .order_by(acknowledgment.c.answered_at, acknowledgment.c.id)
    )
    return _grouped((await work.execute(query)).all(), "attempt_id")


async def unmatched(work: Work, *, after: tuple[datetime, UUID] | None, limit: int) -> Rows:
    """Return files that came in and have something without a home, the newest first."""
    of = answer.c
    query = select(
        of.id,
        of.route_id,
        of.came_by,
        of.sha256,
        of.byte_count,
        of.kinds,
        of.reasons,
        of.owner,
        of.due_at,
        of.received_at,
    ).where(of.org_id == work.org_id, of.state == UNMATCHED)
    if after is not None:
        query = query.where(tuple_(of.received_at, of.id) < tuple_(*after))
    return (await work.execute(query.order_by(of.received_at.desc(), of.id.desc()).limit(limit))).all()


def _grouped(rows: Rows, name: str) -> dict[UUID, list[Row[Any]]]:
    found: dict[UUID, list[Row[Any]]] = {}
    for row in rows:
        found.setdefault(getattr(row, name), []).append(row)
    return found
