"""Files that a clearinghouse brings by itself, signed with the secret of its route."""

from fastapi import Request, Response

from claimwright import clock, ids
from claimwright.http.permissions import public
from claimwright.http.routes import Router
from claimwright.security import signatures
from claimwright.security.signatures import SignatureRefused
from claimwright_remittance.api.files import LARGEST_FILE, X12_BODY
from claimwright_remittance.api.models import FileAnswer
from claimwright_remittance.parts import Parts
from claimwright_remittance.usecases.receive_file import receive_callback

router = Router(tags=["callbacks"])


@router.post(
    "/v1/callbacks/{route_id}",
    status_code=202,
    response_model=FileAnswer,
    dependencies=[public("the signature by the route's secret is checked before the body is looked at")],
    max_body_size=LARGEST_FILE,
    openapi_extra=X12_BODY,
)
async def receive(route_id: str, request: Request, response: Response, parts: Parts) -> FileAnswer:
    """Take in an 835 file; it is kept durably before this answers."""
    content = await request.body()
    route = parts.routes.get(route_id)
    if route is None:
        # The same words as for a wrong signature: who does not know the secret learns nothing of our routes.
        raise SignatureRefused("the callback's signature does not fit")
    signed = signatures.verify(
        secret=route.remittance_callback_secret.get_secret_value(),
        headers=request.headers,
        body=content,
        now=clock.now(),
    )
    async with parts.transactions.begin(org_id=route.org_id, actor=route.id) as work:
        taken = await receive_callback(work, content, route_id=route.id, message_id=signed.message_id)
    parts.file_came.set()
    if not taken.is_new:
        response.status_code = 200
    return FileAnswer(id=ids.text(ids.FILE, taken.file_id), is_new=taken.is_new)
