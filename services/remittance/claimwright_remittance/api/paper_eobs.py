"""Paper explanations of benefits, entered by hand."""

from typing import Annotated

from fastapi import Response

from claimwright import ids
from claimwright.http.permissions import requires
from claimwright.http.routes import Router
from claimwright.security.caller import Caller
from claimwright_remittance.api.models import DifferenceView
from claimwright_remittance.api.models_of_paper import PaperEobAnswer, PaperEobBody
from claimwright_remittance.domain.remits.balance import Difference
from claimwright_remittance.domain.remits.paper import document_of, read_paper
from claimwright_remittance.parts import Parts
from claimwright_remittance.usecases.enter_paper import enter_paper

router = Router(tags=["files"])


@router.post("/v1/paper-eobs", status_code=202, response_model=PaperEobAnswer)
async def post_paper_eob(
    body: PaperEobBody, response: Response, parts: Parts, caller: Annotated[Caller, requires("remittance:write")]
) -> PaperEobAnswer:
    """Enter a paper explanation of benefits. It becomes one remittance, which is tested and posted like any other.

    What does not add up is told at once and held; entered again mended, it is posted. The same check that came as an
    835, or the other way round, is held to be compared.
    """
    eob = body.as_read()
    (read,) = read_paper(document_of(eob)).sets
    async with parts.transactions.begin(org_id=caller.org_id, actor=caller.actor) as work:
        taken = await enter_paper(work, eob)
    parts.file_came.set()
    if not taken.is_new:
        response.status_code = 200
    return PaperEobAnswer(
        id=ids.text(ids.FILE, taken.file_id),
        is_new=taken.is_new,
        differences=[_difference(each) for each in read.differences],
    )


def _difference(difference: Difference) -> DifferenceView:
    place = difference.place
    return DifferenceView(
        code=difference.code,
        cents=difference.cents,
        claim_ordinal=difference.claim_ordinal,
        line_ordinal=difference.line_ordinal,
        segment=place.segment,
        byte_start=place.byte_start,
        byte_end=place.byte_end,
    )
