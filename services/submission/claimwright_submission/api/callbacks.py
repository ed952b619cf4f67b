"""What clearinghouses send by themselves: TA1, 999 and 277CA, signed with the secret of their route."""

from collections.abc import Sequence
from typing import Annotated, Final

from fastapi import Path, Request

from claimwright import clock, ids
from claimwright.clearinghouse.routes import Route
from claimwright.http.models import Answer
from claimwright.http.parts import Parts
from claimwright.http.permissions import public
from claimwright.http.routes import Router
from claimwright.security import signatures
from claimwright.security.signatures import SignatureRefused
from claimwright_submission.usecases.keep_answer import keep_callback
from claimwright_submission.wakes import Wakes

_WHY_OPEN: Final = "a clearinghouse has no key of ours; its signature is checked before anything is read"


class Taken(Answer):
    """The file is kept. `is_new` is false of one that came before, by this message or another."""

    artifact_id: str
    is_new: bool


def router_for(routes: Sequence[Route], wakes: Wakes, *, mib_most: int) -> Router:
    """Return the callback route of these clearinghouse routes."""
    router = Router(tags=["callbacks"])
    by_id = {route.id: route for route in routes}

    @router.post(
        "/v1/callbacks/{route_id}",
        dependencies=[public(_WHY_OPEN)],
        max_body_size=mib_most << 20,
        openapi_extra={
            "requestBody": {
                "required": True,
                "content": {"application/edi-x12": {"schema": {"type": "string", "format": "binary"}}},
            }
        },
    )
    async def callback(
        request: Request, parts: Parts, route_id: Annotated[str, Path(max_length=64, description="The route's id.")]
    ) -> Taken:
        """Keep an answer and say so; it is read afterwards. Sent again, it is known by its message id and content."""
        body = await request.body()
        route = by_id.get(route_id)
        if route is None:
            raise SignatureRefused("the callback's signature does not fit")
        signed = signatures.verify(
            secret=route.submission_callback_secret.get_secret_value(),
            headers=request.headers,
            body=body,
            now=clock.now(),
        )
        async with parts.transactions.begin(org_id=route.org_id, actor=route.id) as work:
            kept = await keep_callback(work, route, message_id=signed.message_id, data=body)
            if kept.is_new:
                work.wake(wakes.answers)
        return Taken(artifact_id=ids.text(ids.ARTIFACT, kept.answer_id), is_new=kept.is_new)

    return router
