"""A claim's submissions and files, for people in the console."""

from typing import Annotated, Final

from claimwright import ids
from claimwright.http.parts import Parts
from claimwright.http.permissions import requires
from claimwright.http.problems import NotFound, path_id
from claimwright.http.routes import Router
from claimwright.security.caller import Caller
from claimwright_submission.api.views import ClaimArtifacts, ClaimView, artifact_views, submission_view
from claimwright_submission.persistence import views

router: Final = Router(tags=["claims"])


@router.get("/v1/claims/{claim_id}")
async def read_claim(claim_id: str, parts: Parts, caller: Annotated[Caller, requires("claim:read")]) -> ClaimView:
    """Show the submissions of a claim, each try to send them, and what was answered."""
    async with parts.transactions.begin(org_id=caller.org_id, actor=caller.actor) as work:
        found = await views.submissions_of(work, path_id(ids.CLAIM, claim_id))
        submission_ids = [row.id for row in found]
        attempts = await views.attempts_of(work, submission_ids)
        acknowledgments = await views.acknowledgments_of(work, submission_ids)
    if not found:
        raise NotFound(ids.CLAIM)
    return ClaimView(id=claim_id, submissions=[submission_view(row, attempts, acknowledgments) for row in found])


@router.get("/v1/claims/{claim_id}/artifacts")
async def list_artifacts(
    claim_id: str, parts: Parts, caller: Annotated[Caller, requires("claim:read")]
) -> ClaimArtifacts:
    """List the files that carried a claim and those that answered, with the claim's place in each."""
    async with parts.transactions.begin(org_id=caller.org_id, actor=caller.actor) as work:
        found = await views.submissions_of(work, path_id(ids.CLAIM, claim_id))
        submission_ids = [row.id for row in found]
        attempts = await views.attempts_of(work, submission_ids)
        acknowledgments = await views.acknowledgments_of(work, submission_ids)
    if not found:
        raise NotFound(ids.CLAIM)
    return ClaimArtifacts(items=artifact_views(attempts, acknowledgments))
