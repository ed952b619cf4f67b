"""What a person does about a submission."""

from collections.abc import Sequence
from typing import Annotated

from claimwright import ids
from claimwright.clearinghouse.routes import Route
from claimwright.http.parts import Parts
from claimwright.http.permissions import requires
from claimwright.http.problems import NotFound, path_id
from claimwright.http.routes import Router
from claimwright.security.caller import Caller
from claimwright_submission.api.views import Rebuilt
from claimwright_submission.usecases.rebuild_submission import rebuild_submission


def router_for(routes: Sequence[Route]) -> Router:
    """Return the routes by which people act on submissions that leave by these clearinghouse routes."""
    router = Router(tags=["submissions"])

    @router.post("/v1/submissions/{submission_id}/rebuild", status_code=202)
    async def rebuild(
        submission_id: str, parts: Parts, caller: Annotated[Caller, requires("submission:write")]
    ) -> Rebuilt:
        """Queue a rejected submission again: new control numbers, the same patient control number."""
        async with parts.transactions.begin(org_id=caller.org_id, actor=caller.actor) as work:
            queued = await rebuild_submission(
                work, path_id(ids.SUBMISSION, submission_id), routes=routes, is_test=caller.is_test
            )
        if queued is None:
            raise NotFound(ids.SUBMISSION)
        return Rebuilt(id=ids.text(ids.SUBMISSION, queued.id), stage=queued.stage.value)

    return router
