"""Events in, one use case each."""

from collections.abc import Mapping, Sequence

from claimwright.clearinghouse.routes import Route
from claimwright.events.coding import ClaimCoded, ClaimWithdrawn
from claimwright.events.envelope import EventData, Received
from claimwright.events.parts import EncounterClinical, EncounterFinancial, EncounterIdentity
from claimwright.events.remittance import ClaimAdjudicated, ClaimNotRecognised
from claimwright.http.parts import AccessLookups
from claimwright.messaging.work import Handler, Together, Work
from claimwright.refusals import Poison, Transient
from claimwright_submission.domain.claim import BilledContent
from claimwright_submission.usecases.note_adjudications import note_adjudications
from claimwright_submission.usecases.note_not_recognised import note_not_recognised
from claimwright_submission.usecases.queue_claims import Coded, take_coded_claims
from claimwright_submission.usecases.withdraw_claim import withdraw_claim
from claimwright_submission.wakes import Wakes


def handlers(routes: Sequence[Route], access: AccessLookups, wakes: Wakes) -> Mapping[type[EventData], Handler]:
    """Return what is done about each event that is read here."""

    async def on_coded(taken: Sequence[tuple[Work, Received]]) -> None:
        organization = await access.organization(taken[0][0].org_id)
        if organization is None:
            raise Transient("organization_unknown", retry_after=1)
        coded = [await _coded(work, received) for work, received in taken]
        route = await take_coded_claims(coded, routes=routes, is_test=organization.is_test)
        if route is not None:
            coded[0].work.wake(wakes.files[route.id])

    async def on_adjudicated(taken: Sequence[tuple[Work, Received]]) -> None:
        await note_adjudications(taken[0][0], [(received, _adjudicated(received)) for _, received in taken])

    async def on_withdrawn(work: Work, received: Received) -> None:
        if not isinstance(received.data, ClaimWithdrawn):
            raise Poison("event_of_another_type")
        await withdraw_claim(work, received.data)

    async def on_not_recognised(work: Work, received: Received) -> None:
        if not isinstance(received.data, ClaimNotRecognised):
            raise Poison("event_of_another_type")
        await note_not_recognised(work, received.data)

    return {
        ClaimCoded: Together(on_coded),
        ClaimWithdrawn: on_withdrawn,
        ClaimAdjudicated: Together(on_adjudicated),
        ClaimNotRecognised: on_not_recognised,
    }


async def _coded(work: Work, received: Received) -> Coded:
    if not isinstance(received.data, ClaimCoded):
        raise Poison("event_of_another_type")
    content = BilledContent(
        identity=await work.open(received, EncounterIdentity),
        clinical=await work.open(received, EncounterClinical),
        financial=await work.open(received, EncounterFinancial),
    )
    return Coded(work, received.data, content)


def _adjudicated(received: Received) -> ClaimAdjudicated:
    if not isinstance(received.data, ClaimAdjudicated):
        raise Poison("event_of_another_type")
    return received.data
