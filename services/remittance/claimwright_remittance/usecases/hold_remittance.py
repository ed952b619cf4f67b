"""Set a transaction aside that could not be posted, so that the rest of its file goes on and a person hears of it."""

from uuid import UUID

from claimwright import ids
from claimwright.events.remittance import Difference as ToldDifference
from claimwright.events.remittance import RemitFileQuarantined
from claimwright.messaging.work import Work
from claimwright.telemetry import metrics
from claimwright_remittance.domain.remits.acceptance import POSTING_FAILED
from claimwright_remittance.domain.remits.balance import Difference
from claimwright_remittance.domain.remits.remittance import Place
from claimwright_remittance.persistence import files
from claimwright_remittance.usecases.register_file import FIRST_LOOK, OWNER


async def hold_remittance(work: Work, remittance_id: UUID, place: Place) -> None:
    """Hold a transaction at the claim where its posting failed; what was posted of it before stays.

    When what was wrong is mended, two people let it go on from there, as with any difference.
    """
    standing = await files.lock_registered(work, remittance_id)
    if standing.state != "posting":
        return
    await files.hold(work, remittance_id, Difference(POSTING_FAILED, 0, place))
    metrics.of(metrics.REMIT_SETS, "held").inc()
    work.publish(
        RemitFileQuarantined(
            file_id=ids.text(ids.FILE, standing.file_id),
            differences=(
                ToldDifference(code=POSTING_FAILED, set_ordinal=standing.set_ordinal, segment=place.segment or None),
            ),
            owner=OWNER,
            due_at=work.now + FIRST_LOOK,
        )
    )
