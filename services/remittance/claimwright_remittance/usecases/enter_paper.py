"""Enter a paper explanation of benefits: kept as a document, which then takes the way of any other file."""

from claimwright import ids
from claimwright.messaging.work import Work
from claimwright.security import audit
from claimwright_remittance.domain.remits.paper import PAPER, PaperEob, document_of
from claimwright_remittance.usecases.receive_file import Taken, receive_file


async def enter_paper(work: Work, eob: PaperEob) -> Taken:
    """Keep what was entered, or say which document it is; the same entry again changes nothing."""
    taken = await receive_file(work, document_of(eob), source=work.actor, kind=PAPER)
    await audit.record(work, action="remittance_file.entered", object=ids.text(ids.FILE, taken.file_id))
    return taken
