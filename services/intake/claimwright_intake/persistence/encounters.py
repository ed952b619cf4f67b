"""Encounters by version: kept sealed by purpose, and opened again."""

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal
from uuid import UUID

from pydantic_core import to_json
from sqlalchemy import select, update

from claimwright.events.envelope import EventData, Purpose
from claimwright.events.intake import Gap
from claimwright.events.topics import INTAKE
from claimwright.messaging.work import Work
from claimwright_intake.domain.encounter import Encounter
from claimwright_intake.domain.parts import document_of, join_document, split_document
from claimwright_intake.domain.received import Version
from claimwright_intake.persistence import tables

_COLUMNS: Final = {Purpose.IDENTITY: "identity", Purpose.CLINICAL: "clinical", Purpose.FINANCIAL: "financial"}

# One statement for all that is new: what a request costs is then the request, not the database's round trips. The other
# rows are made for those alone whose external ids were free. Sorted ids: two transactions with the same ones wait for
# each other in one order only.
_ADD: Final = """
    with given as (
      select *
      from unnest($6::uuid[], $7::uuid[], $8::bytea[], $9::bytea[], $10::bytea[], $11::boolean[], $12::text[],
                  $13::bigint[], $14::integer[], $15::integer[], $16::bytea[], $17::bytea[], $18::bytea[])
        as given(id, claim_id, external_id, body, answer, complete, gaps, charge, lines, payers, identity, clinical,
                 financial)
    ), added as (
      insert into encounter (org_id, id, external_id_sha256, body_sha256, answer, source, file_id, version, is_complete,
                             received_at)
      select $1::uuid, id, external_id, body, answer, $4::text, $5::uuid, 1, complete, $3::timestamptz
      from given
      order by external_id
      on conflict do nothing
      returning id
    ), version as (
      insert into encounter_version (org_id, encounter_id, version, is_complete, gaps, charge_cents, line_count,
                                     payer_count, identity, clinical, financial, actor, at)
      select $1::uuid, id, 1, complete, gaps::jsonb, charge, lines, payers, identity, clinical, financial, $2::text,
             $3::timestamptz
      from given join added using (id)
    ), bill as (
      insert into claim (org_id, id, encounter_id, ordinal)
      select $1::uuid, claim_id, id, 1
      from given join added using (id)
    ), told as (
      insert into claim_event (org_id, event_id, claim_id, topic, type, version, occurred_at, causation_id, data)
      select $1::uuid, event_id, claim_id, $19::text, type, number, $3::timestamptz, cause, data::jsonb
      from unnest($20::uuid[], $21::uuid[], $22::text[], $23::bigint[], $24::uuid[], $25::text[])
        with ordinality as event(id, event_id, type, number, cause, data, place)
      join given using (id)
      join added using (id)
      order by place
    )
    select id from added
"""


@dataclass(frozen=True, slots=True)
class Kept:
    """What is known of an encounter without opening anything."""

    id: UUID
    version: int
    is_complete: bool
    not_billable_reason: str | None
    body_sha256: bytes
    answer: bytes


@dataclass(frozen=True, slots=True)
class Opened:
    """The present version of an encounter, opened."""

    kept: Kept
    gaps: tuple[Gap, ...]
    document: dict[str, Any]


def external_id_hash(org_id: UUID, external_id: str) -> bytes:
    """Return what an external id is found by: its hash, with the organization in it so that two never compare."""
    return hashlib.sha256(org_id.bytes + external_id.encode()).digest()


@dataclass(frozen=True, slots=True)
class New:
    """An encounter on its way into the table, with its first claim and its first events, each under its id."""

    id: UUID
    claim_id: UUID
    encounter: Encounter
    body_sha256: bytes
    answer: bytes
    version: Version
    events: tuple[tuple[UUID, EventData], ...]
    cause: UUID | None

    @property
    def gaps(self) -> tuple[Gap, ...]:
        """Return what is missing from it."""
        return self.version.gaps


async def add(
    work: Work, new: Sequence[New], *, source: Literal["api", "file"], file_id: UUID | None
) -> frozenset[UUID]:
    """Keep new encounters whose external ids are free, and return their ids.

    With each its first version, sealed by purpose, its first claim, and what is told of that claim. A second request
    with the same external id waits here until the first has committed.
    """
    sealed = [await _sealed(work, one.encounter, encounter_id=one.id, version=1) for one in new]
    told = [(one, number, *event) for one in new for number, event in enumerate(one.events, start=1)]
    rows = await work.fetch(
        _ADD,
        work.org_id,
        work.actor,
        work.now,
        source,
        file_id,
        [one.id for one in new],
        [one.claim_id for one in new],
        [external_id_hash(work.org_id, one.encounter.external_id) for one in new],
        [one.body_sha256 for one in new],
        [one.answer for one in new],
        [not one.gaps for one in new],
        [to_json(one.gaps).decode() for one in new],
        [one.encounter.lines_charge_cents for one in new],
        [len(one.encounter.lines) for one in new],
        [len(one.encounter.coverages) for one in new],
        *([each[column] for each in sealed] for column in _COLUMNS.values()),
        INTAKE,
        [one.id for one, *_ in told],
        [event_id for _, _, event_id, _ in told],
        [data.TYPE for *_, data in told],
        [number for _, number, *_ in told],
        [one.cause for one, *_ in told],
        [data.model_dump_json() for *_, data in told],
    )
    return frozenset(row["id"] for row in rows)


async def add_version(
    work: Work, encounter: Encounter, *, encounter_id: UUID, version: int, gaps: tuple[Gap, ...]
) -> None:
    """Keep one version, each part sealed under its purpose."""
    sealed = await _sealed(work, encounter, encounter_id=encounter_id, version=version)
    await work.execute(
        tables.encounter_version.insert().values(
            org_id=work.org_id,
            encounter_id=encounter_id,
            version=version,
            is_complete=not gaps,
            gaps=[gap.model_dump() for gap in gaps],
            charge_cents=encounter.lines_charge_cents,
            line_count=len(encounter.lines),
            payer_count=len(encounter.coverages),
            actor=work.actor,
            at=work.now,
            **sealed,
        )
    )


async def of_external_ids(work: Work, external_ids: Collection[str]) -> dict[str, Kept]:
    """Return the encounters that have these external ids, by external id."""
    hashes = {external_id_hash(work.org_id, external_id): external_id for external_id in external_ids}
    rows = await work.execute(select(tables.encounter).where(tables.encounter.c.external_id_sha256.in_(sorted(hashes))))
    return {hashes[row.external_id_sha256]: _kept(row) for row in rows}


async def find(work: Work, encounter_id: UUID, *, to_change: bool = False) -> Kept | None:
    """Return an encounter, held against other changes until the transaction ends where `to_change`."""
    statement = select(tables.encounter).where(tables.encounter.c.id == encounter_id)
    row = (await work.execute(statement.with_for_update() if to_change else statement)).one_or_none()
    return None if row is None else _kept(row)


async def open_version(work: Work, kept: Kept) -> Opened:
    """Open the present version of an encounter."""
    table = tables.encounter_version
    statement = select(table).where(table.c.encounter_id == kept.id, table.c.version == kept.version)
    row = (await work.execute(statement)).one()
    split = {
        purpose: await work.unseal(
            purpose,
            getattr(row, column),
            table="encounter_version",
            column=column,
            row=kept.id,
            version=kept.version,
        )
        for purpose, column in _COLUMNS.items()
    }
    return Opened(kept, tuple(Gap.model_validate(gap) for gap in row.gaps), join_document(split))


async def move_to_version(work: Work, encounter_id: UUID, *, version: int, is_complete: bool) -> None:
    """Let an encounter stand at a new version."""
    await work.execute(
        update(tables.encounter)
        .where(tables.encounter.c.id == encounter_id)
        .values(version=version, is_complete=is_complete)
    )


async def close_as_not_billable(work: Work, encounter_id: UUID, *, reason: str) -> None:
    """Note that an encounter will not be billed."""
    await work.execute(
        update(tables.encounter).where(tables.encounter.c.id == encounter_id).values(not_billable_reason=reason)
    )


async def claim_ids(work: Work, encounter_id: UUID) -> list[UUID]:
    """Return the claims of an encounter, the first one first."""
    statement = (
        select(tables.claim.c.id).where(tables.claim.c.encounter_id == encounter_id).order_by(tables.claim.c.ordinal)
    )
    return list((await work.execute(statement)).scalars())


async def _sealed(work: Work, encounter: Encounter, *, encounter_id: UUID, version: int) -> dict[str, bytes]:
    return {
        _COLUMNS[purpose]: await work.seal(
            purpose, plain, table="encounter_version", column=_COLUMNS[purpose], row=encounter_id, version=version
        )
        for purpose, plain in split_document(document_of(encounter)).items()
    }


def _kept(row: Any) -> Kept:
    return Kept(
        id=row.id,
        version=row.version,
        is_complete=row.is_complete,
        not_billable_reason=row.not_billable_reason,
        body_sha256=row.body_sha256,
        answer=row.answer,
    )
