"""Events in, one use case each."""

from collections.abc import Mapping, Sequence

from claimwright.clearinghouse.routes import Route
from claimwright.events.coding import ClaimCoded, ClaimWithdrawn
from claimwright.events.envelope import EventData, Received
from claimwright.events.parts import EncounterClinical, EncounterFinancial, EncounterIdentity
from claimwright.events.remittance import ClaimAdjudicated, ClaimNotRecognised
from claimwright.http.parts import AccessLookups
from claimwright.messaging.work import Handler, Work
from claimwright.refusals import Poison, Transient
from claimwright_submission.domain.claim import BilledContent
from claimwright_submission.usecases.note_adjudication import note_adjudication
from claimwright_submission.usecases.note_not_recognised import note_not_recognised
from claimwright_submission.usecases.queue_claim import take_coded_claim
from claimwright_submission.usecases.withdraw_claim import withdraw_claim


def handlers(routes: Sequence[Route], access: AccessLookups) -> Mapping[type[EventData], Handler]:
    """Return what is done about each event that is read here."""

    async def on_coded(work: Work, received: Received) -> None:
        if not isinstance(received.data, ClaimCoded):
            raise Poison("event_of_another_type")
        organization = await access.organization(work.org_id)
        if organization is None:
            raise Transient("organization_unknown", retry_after=1)
        content = BilledContent(
            identity=await work.open(received, EncounterIdentity),
            clinical=await work.open(received, EncounterClinical),
            financial=await work.open(received, EncounterFinancial),
        )
        await take_coded_claim(work, received.data, content, routes=routes, is_test=organization.is_test)

    async def on_adjudicated(work: Work, received: Received) -> None:
        if not isinstance(received.data, ClaimAdjudicated):
            raise Poison("event_of_another_type")
        await note_adjudication(work, received.data)

    async def on_withdrawn(work: Work, received: Received) -> None:
        if not isinstance(received.data, ClaimWithdrawn):
            raise Poison("event_of_another_type")
        await withdraw_claim(work, received.data)

    async def on_not_recognised(work: Work, received: Received) -> None:
        if not isinstance(received.data, ClaimNotRecognised):
            raise Poison("event_of_another_type")
        await note_not_recognised(work, received.data)

    return {
        ClaimCoded: on_coded,
        ClaimWithdrawn: on_withdrawn,
        ClaimAdjudicated: on_adjudicated,
        ClaimNotRecognised: on_not_recognised,
    }
