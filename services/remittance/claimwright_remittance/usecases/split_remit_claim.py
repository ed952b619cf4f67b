"""A person splits a waiting remit claim that answers several claims; each part waits for its own claim then."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from claimwright import ids
from claimwright.messaging.work import Work
from claimwright_remittance.domain.claims.acts import ActKind, NotWaitingHere
from claimwright_remittance.domain.remits.parts import split
from claimwright_remittance.domain.remits.standing import HeldFor, Standing
from claimwright_remittance.persistence import acts, claims
from claimwright_remittance.persistence.acts import NO_CLAIM, NewAct
from claimwright_remittance.usecases.keep_act import Deed, record, seat_alone
from claimwright_remittance.usecases.match_by_hand import OutOfBalance


async def split_remit_claim(
    work: Work, remit_claim_id: UUID, parts: Sequence[Sequence[int]], *, reason: str
) -> tuple[UUID, list[UUID]]:
    """Split a waiting remit claim by its lines, and return the act's id and those of the parts.

    Nothing is posted: the money stays in suspense, under the parts' names. A split part is put together first.
    Errors: RemitClaimUnknown; NotWaitingHere; PartsDiffer; OutOfBalance, since parts would hide what does not add up.
    """
    seat = await seat_alone(work, remit_claim_id)
    is_waiting = seat.claim_id is None and seat.state["standing"] == Standing.HELD.value
    if not is_waiting or seat.split_from is not None:
        raise NotWaitingHere(ids.text(ids.REMIT_CLAIM, remit_claim_id))
    if seat.state["held_for"] == HeldFor.OUT_OF_BALANCE.value:
        raise OutOfBalance(ids.text(ids.REMIT_CLAIM, remit_claim_id))
    known = len(await acts.parts_of(work, remit_claim_id))
    rows = [
        claims.remit_claim_row(work, ids.new(), each, remittance_id=seat.source.remittance_id, held_for=HeldFor.PART)
        | {"patient_control_number": seat.number, "part": known + at, "split_from": remit_claim_id}
        for at, each in enumerate(split(seat.claim, parts), 1)
    ]
    await claims.add_remit_claims(work, rows)
    part_ids = [row["id"] for row in rows]
    held = {**NO_CLAIM, "standing": Standing.HELD.value, "held_for": HeldFor.PART.value, "pairs_with": None}
    dissolved = held | {"standing": Standing.DISSOLVED.value, "held_for": None}
    after = acts.state_after(
        seat.state, replace(seat.heard(), standing=Standing.SPLIT, held_for=None), on=None, leaves=False
    )
    act_id = ids.new()
    shifts = [(act_id, remit_claim_id, seat.state, after)]
    shifts += [(ids.new(), part_id, dissolved, held) for part_id in part_ids]
    await acts.add(work, NewAct(act_id, ActKind.SPLIT, remit_claim_id, None), shifts)
    await acts.move(work, {remit_claim_id: after})
    await record(work, Deed(ActKind.SPLIT, remit_claim_id, reason))
    return act_id, part_ids
