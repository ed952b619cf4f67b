"""From event to use case: encounters to be scrubbed, and those that will not be billed."""

from collections.abc import Mapping
from typing import Final

from claimwright.events.envelope import EventData, Received
from claimwright.events.intake import EncounterAmended, EncounterCompleted, EncounterNotBillable, EncounterReceived
from claimwright.events.parts import EncounterClinical, EncounterFinancial, EncounterIdentity
from claimwright.events.topics import INTAKE
from claimwright.messaging.work import Handler, Work
from claimwright_coding.domain.case import Take
from claimwright_coding.domain.code_sets import DatedCodes
from claimwright_coding.domain.content import Content
from claimwright_coding.usecases.scrub_encounter import scrub_encounter
from claimwright_coding.usecases.withdraw_claim import withdraw_claim

TOPICS: Final = (INTAKE,)


def handlers(codes: DatedCodes) -> Mapping[type[EventData], Handler]:
    """Return what coding does about each type of event, with the code sets it judges by."""

    async def take_up(work: Work, received: Received) -> None:
        data = received.data
        match data:
            case EncounterReceived(is_complete=False) | EncounterAmended(is_complete=False):
                return  # intake asks the partner, and tells when the last gap is closed
            case EncounterReceived() | EncounterCompleted() | EncounterAmended():
                content = Content(
                    identity=await work.open(received, EncounterIdentity),
                    clinical=await work.open(received, EncounterClinical),
                    financial=await work.open(received, EncounterFinancial),
                )
                await scrub_encounter(
                    work, Take(data.claim_id, data.encounter_id, data.encounter_version), content, codes
                )
            case _:
                raise TypeError(f"{received.type} holds no encounter")

    async def withdraw(work: Work, received: Received) -> None:
        if not isinstance(received.data, EncounterNotBillable):
            raise TypeError(f"{received.type} closes no encounter")
        await withdraw_claim(work, received.data)

    return {
        EncounterReceived: take_up,
        EncounterCompleted: take_up,
        EncounterAmended: take_up,
        EncounterNotBillable: withdraw,
    }
