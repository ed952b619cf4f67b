"""What intake builds of other services' events alone: the partner's view of a claim, and with it the feed."""

from typing import Final

from claimwright.messaging.projections import Projected, Projection
from claimwright_intake.consumers import TOPICS
from claimwright_intake.persistence.tables import claim_event

PARTNER_VIEW: Final = Projection(
    name="partner-view",
    consumer="claims",
    topics=TOPICS,
    # Intake's own events of a claim stand in the same table, written where they happen; they stay. A rebuilt row gets a
    # new place in the feed, after all that was there: who follows the feed sees it again, under the same event id.
    tables=(Projected(claim_event, left_out=("seq", "xid"), topic="topic"),),
)

PROJECTIONS: Final = (PARTNER_VIEW,)
