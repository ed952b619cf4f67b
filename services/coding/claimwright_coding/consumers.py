"""From event to use case: encounters to be scrubbed, and those that will not be billed."""

from collections.abc import Mapping, Sequence
from typing import Final

from claimwright.events.envelope import EventData, Received
from claimwright.events.intake import EncounterAmended, EncounterCompleted, EncounterNotBillable, EncounterReceived
from claimwright.events.parts import EncounterClinical, EncounterFinancial, EncounterIdentity
from claimwright.events.topics import INTAKE
from claimwright.messaging.work import Handler, Together, Work
from claimwright_coding.domain.case import Take
from claimwright_coding.domain.code_sets import DatedCodes
from claimwright_coding.domain.content import Content
from claimwright_coding.usecases.scrub_encounters import scrub_encounters
from claimwright_coding.usecases.withdraw_claim import withdraw_claim

TOPICS: Final = (INTAKE,)


def handlers(codes: DatedCodes) -> Mapping[type[EventData], Handler]:
    """Return what coding does about each type of event, with the code sets it judges by."""

    async def take_up(came: Sequence[tuple[Work, Received]]) -> None:
        whole = [(work, received, take) for work, received in came if (take := _take(received)) is not None]
        if whole:
            await scrub_encounters(
                [(work, take, await _content(work, received)) for work, received, take in whole], codes
            )

    async def withdraw(work: Work, received: Received) -> None:
        if not isinstance(received.data, EncounterNotBillable):
            raise TypeError(f"{received.type} closes no encounter")
        await withdraw_claim(work, received.data)

    takes_up = Together(take_up)
    return {
        EncounterReceived: takes_up,
        EncounterCompleted: takes_up,
        EncounterAmended: takes_up,
        EncounterNotBillable: withdraw,
    }


def _take(received: Received) -> Take | None:
    """Return the version that an event brings to be scrubbed, or None while it lacks something.

    Intake asks the partner for that, and tells when the last gap is closed.
    """
    match received.data:
        case EncounterReceived(is_complete=False) | EncounterAmended(is_complete=False):
            return None
        case (EncounterReceived() | EncounterCompleted() | EncounterAmended()) as data:
            return Take(data.claim_id, data.encounter_id, data.encounter_version)
        case _:
            raise TypeError(f"{received.type} holds no encounter")


async def _content(work: Work, received: Received) -> Content:
    return Content(
        identity=await work.open(received, EncounterIdentity),
        clinical=await work.open(received, EncounterClinical),
        financial=await work.open(received, EncounterFinancial),
    )
