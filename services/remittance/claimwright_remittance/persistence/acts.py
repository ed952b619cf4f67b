"""What people did about remit claims: who, when, and how each remit claim stood before and after."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, bindparam, insert, select, update

from claimwright.messaging.work import Work
from claimwright_remittance.domain.claims.acts import ActKind, Shift
from claimwright_remittance.domain.remits.matching import weakest
from claimwright_remittance.domain.remits.remittance import RemitClaim
from claimwright_remittance.domain.remits.standing import Heard, HeldFor, Standing
from claimwright_remittance.persistence import content, tables
from claimwright_remittance.persistence.claims import SOURCE_COLUMNS, Source, source_of
from claimwright_remittance.persistence.tables_of_acts import person_act, person_act_shift

State = Mapping[str, Any]
"""How a remit claim stands, as JSON data: its claim, submission and payer order, matches, standing and why."""

NO_CLAIM: Final = {"claim_id": None, "submission_id": None, "payer_order": None, "matches": None, "rung": None}
_COLUMNS: Final = (*NO_CLAIM, "standing", "held_for", "pairs_with")
_IDS: Final = ("claim_id", "submission_id", "pairs_with")


@dataclass(frozen=True, slots=True)
class Seat:
    """One remit claim where it is now: what the payer said, where that came from, and how it stands."""

    remit_claim_id: UUID
    claim: RemitClaim
    source: Source
    state: State
    number: str | None
    part: int
    split_from: UUID | None

    @property
    def claim_id(self) -> UUID | None:
        return _id_in(self.state, "claim_id")

    def heard(self, state: State | None = None, *, otherwise: State | None = None) -> Heard:
        """Return it as the domain takes it, in its own state or another; matches and order may come from elsewhere."""
        state = self.state if state is None else state
        on_claim = state if state["matches"] is not None or otherwise is None else otherwise
        return Heard(
            remit_claim_id=self.remit_claim_id,
            payer_order=on_claim["payer_order"] or 0,
            claim=self.claim,
            matches=content.matches_of(on_claim["matches"] or []),
            standing=Standing(state["standing"]),
            held_for=HeldFor(state["held_for"]) if state["held_for"] else None,
            pairs_with=_id_in(state, "pairs_with"),
        )


@dataclass(frozen=True, slots=True)
class KnownAct:
    """An act with its shifts: their ids, remit claims, and states before and after."""

    id: UUID
    kind: ActKind
    claim_id: UUID | None
    remit_claim_id: UUID
    is_undone: bool
    shifts: tuple[tuple[UUID, State, State], ...]


@dataclass(frozen=True, slots=True)
class NewAct:
    """An act as it is kept: about which remit claim, of which claim if any, and which act it undoes, if any."""

    id: UUID
    kind: ActKind
    remit_claim_id: UUID
    claim_id: UUID | None
    undoes: UUID | None = None


async def seats(work: Work, remit_claim_ids: Collection[UUID], *, lock: bool = False) -> dict[UUID, Seat]:
    """Return remit claims where they are; with `lock` nobody moves them until the transaction ends."""
    claim, remittance = tables.remit_claim, tables.remittance
    asked = (
        select(claim, *SOURCE_COLUMNS)
        .join(remittance, (remittance.c.org_id == claim.c.org_id) & (remittance.c.id == claim.c.remittance_id))
        .where(claim.c.id.in_(remit_claim_ids))
        .order_by(claim.c.id)
    )
    rows = await work.execute(asked.with_for_update(of=claim) if lock else asked)
    return {row.id: _seat(row) for row in rows}


async def parts_of(work: Work, remit_claim_id: UUID) -> list[UUID]:
    """Return every part that a remit claim was ever split into."""
    table = tables.remit_claim
    rows = await work.execute(select(table.c.id).where(table.c.split_from == remit_claim_id).order_by(table.c.part))
    return [row.id for row in rows]


def state_after(before: State, heard: Heard, *, on: Mapping[str, UUID] | None, leaves: bool) -> State:
    """Return the state of a remit claim after a shift; `on` names the claim and submission that it came to."""
    said: dict[str, Any] = {
        **before,
        "standing": heard.standing.value if heard.standing else None,
        "held_for": heard.held_for.value if heard.held_for else None,
        "pairs_with": str(heard.pairs_with) if heard.pairs_with else None,
    }
    if leaves:
        return said | NO_CLAIM
    if on is not None:
        said |= {name: str(value) for name, value in on.items()} | {"payer_order": heard.payer_order}
    if said["claim_id"] is not None:
        said |= {"matches": content.matches_json(heard.matches), "rung": weakest(heard.matches).value}
    return said


async def move(work: Work, states: Mapping[UUID, State]) -> None:
    """Give remit claims the states that an act left."""
    table = tables.remit_claim
    await work.execute(
        update(table)
        .where(table.c.id == bindparam("moved_id"))
        .values({name: bindparam(f"new_{name}") for name in _COLUMNS}),
        [
            {
                "moved_id": remit_claim_id,
                **{f"new_{name}": _id_in(state, name) if name in _IDS else state[name] for name in _COLUMNS},
            }
            for remit_claim_id, state in states.items()
        ],
    )


async def add(work: Work, act: NewAct, shifts: Sequence[tuple[UUID, UUID, State, State]]) -> None:
    """Keep an act with its shifts: id, remit claim, state before and after."""
    await work.execute(
        insert(person_act).values(
            org_id=work.org_id,
            id=act.id,
            kind=act.kind.value,
            remit_claim_id=act.remit_claim_id,
            claim_id=act.claim_id,
            undoes=act.undoes,
            actor=work.actor,
            acted_at=work.now,
        )
    )
    await work.execute(
        insert(person_act_shift),
        [
            {
                "org_id": work.org_id,
                "id": shift_id,
                "act_id": act.id,
                "ordinal": ordinal,
                "remit_claim_id": remit_claim_id,
                "before": before,
                "after": after,
            }
            for ordinal, (shift_id, remit_claim_id, before, after) in enumerate(shifts, 1)
        ],
    )


async def find(work: Work, act_id: UUID) -> KnownAct | None:
    """Return an act with its shifts in their order."""
    rows = (await work.execute(select(person_act).where(person_act.c.id == act_id))).one_or_none()
    if rows is None:
        return None
    undone = await work.execute(select(person_act.c.id).where(person_act.c.undoes == act_id))
    shift = person_act_shift
    shifts = await work.execute(select(shift).where(shift.c.act_id == act_id).order_by(shift.c.ordinal))
    return KnownAct(
        id=rows.id,
        kind=ActKind(rows.kind),
        claim_id=rows.claim_id,
        remit_claim_id=rows.remit_claim_id,
        is_undone=undone.first() is not None,
        shifts=tuple((each.remit_claim_id, each.before, each.after) for each in shifts),
    )


async def of_remit_claim(work: Work, remit_claim_id: UUID) -> Sequence[Row[Any]]:
    """Return the acts that moved a remit claim, the first first, each with the one that undid it."""
    undo = person_act.alias("undo")
    shift = person_act_shift
    rows = await work.execute(
        select(person_act, undo.c.id.label("undone_by"))
        .outerjoin(undo, (undo.c.org_id == person_act.c.org_id) & (undo.c.undoes == person_act.c.id))
        .where(person_act.c.id.in_(select(shift.c.act_id).where(shift.c.remit_claim_id == remit_claim_id)))
        .order_by(person_act.c.id)
    )
    return rows.all()


def shift_row(shift: Shift, before: State, after: State) -> tuple[UUID, UUID, State, State]:
    """Return a shift as `add` keeps it."""
    return shift.id, shift.remit_claim_id, before, after


def _id_in(state: State, name: str) -> UUID | None:
    return UUID(state[name]) if state[name] else None


def _seat(row: Row[Any]) -> Seat:
    state = {name: getattr(row, name) for name in _COLUMNS}
    return Seat(
        remit_claim_id=row.id,
        claim=content.claim_of(row.content),
        source=source_of(row),
        state=state | {name: str(state[name]) if state[name] else None for name in _IDS},
        number=row.patient_control_number,
        part=row.part,
        split_from=row.split_from,
    )
