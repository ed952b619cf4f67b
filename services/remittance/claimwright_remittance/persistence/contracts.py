"""Contract terms by payer, each version as it was loaded, and the payments that differ from them."""

from collections import OrderedDict
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy import Row, func, insert, select, text, update

from claimwright.messaging.work import Work
from claimwright_remittance.domain.contracts.terms import KnownTerms, Prices, Terms
from claimwright_remittance.domain.contracts.variances import Variance
from claimwright_remittance.persistence.tables_of_contracts import contract_terms, payment_variance

_TERMS: Final = TypeAdapter(Terms)
_LOCK: Final = text("select pg_advisory_xact_lock(hashtextextended(cast(:key as text), 3))")
_VERSIONS: Final = "select id, payer_id from contract_terms where payer_id = any($1) order by payer_id, version"
_MOST_KEPT: Final = 64
_kept: OrderedDict[UUID, KnownTerms] = OrderedDict()
"""Terms never change, and a schedule of thousands of codes is not read anew for each hundred claims."""


async def known_terms(work: Work, payer_ids: Collection[str]) -> dict[str, list[KnownTerms]]:
    """Return every version of the terms of these payers; most organizations have none, and that costs one look."""
    table = contract_terms
    versions = await work.fetch(_VERSIONS, list(payer_ids))
    # Taken out before anything is awaited: others may push them out of the cache meanwhile.
    read = {terms_id: _kept[terms_id] for terms_id, _ in versions if terms_id in _kept}
    missing = [terms_id for terms_id, _ in versions if terms_id not in read]
    if missing:
        asked = await work.execute(select(table.c.id, table.c.version, table.c.terms).where(table.c.id.in_(missing)))
        for each in asked:
            terms = _TERMS.validate_python(each.terms)
            read[each.id] = KnownTerms(each.id, each.version, terms, Prices(terms))
    by_payer: dict[str, list[KnownTerms]] = {}
    for terms_id, payer_id in versions:
        by_payer.setdefault(payer_id, []).append(read[terms_id])
    for each_id, known in read.items():
        _kept[each_id] = known
        _kept.move_to_end(each_id)
    while len(_kept) > _MOST_KEPT:
        _kept.popitem(last=False)
    return by_payer


async def add_terms(work: Work, terms_id: UUID, terms: Terms) -> int:
    """Keep a new version of a payer's terms, and return its number."""
    await work.execute(_LOCK, {"key": f"{work.org_id}{terms.payer_id}"})
    table = contract_terms
    latest = await work.execute(select(func.max(table.c.version)).where(table.c.payer_id == terms.payer_id))
    version = 1 + (latest.scalar_one_or_none() or 0)
    await work.execute(
        insert(table).values(
            org_id=work.org_id,
            id=terms_id,
            payer_id=terms.payer_id,
            version=version,
            valid_from=terms.valid_from,
            valid_to=terms.valid_to,
            has_capitation=terms.has_capitation,
            terms=_TERMS.dump_python(terms, mode="json"),
            loaded_by=work.actor,
            loaded_at=work.now,
        )
    )
    return version


async def list_terms(work: Work, *, before: UUID | None, limit: int) -> Sequence[Row[Any]]:
    """Return versions of terms without their prices, the latest first."""
    table = contract_terms
    asked = select(*(column for column in table.c if column.name != "terms")).order_by(table.c.id.desc()).limit(limit)
    return (await work.execute(asked if before is None else asked.where(table.c.id < before))).all()


async def find_terms(work: Work, terms_id: UUID) -> tuple[Row[Any], Terms] | None:
    """Return one version of terms with its prices."""
    row = (await work.execute(select(contract_terms).where(contract_terms.c.id == terms_id))).one_or_none()
    return None if row is None else (row, _TERMS.validate_python(row.terms))


async def variances_of(work: Work, claim_ids: Collection[UUID]) -> Sequence[Row[Any]]:
    """Return what was ever found of these claims, open or resolved, locked until the transaction ends."""
    table = payment_variance
    rows = await work.execute(
        select(table).where(table.c.claim_id.in_(claim_ids)).order_by(table.c.id).with_for_update()
    )
    return rows.all()


async def add_variance(
    work: Work, variance_id: UUID, claim_id: UUID, variance: Variance, *, owner: str, due_at: datetime
) -> None:
    """Open the case of a payment that differs from its contract."""
    await work.execute(
        insert(payment_variance).values(
            org_id=work.org_id,
            id=variance_id,
            claim_id=claim_id,
            payer_order=1,
            remit_claim_id=variance.remit_claim_id,
            line=variance.line,
            kind=variance.kind.value,
            expected_cents=variance.expected_cents,
            allowed_cents=variance.allowed_cents,
            difference_cents=variance.difference_cents,
            basis=variance.basis,
            terms_id=variance.terms_id,
            state="open",
            owner=owner,
            due_at=due_at,
            opened_at=work.now,
        )
    )


async def resolve_variance(work: Work, variance_id: UUID, resolution: str) -> None:
    """Close the case of a payment that differed."""
    await work.execute(
        update(payment_variance)
        .where(payment_variance.c.id == variance_id)
        .values(state="resolved", resolution=resolution, resolved_at=work.now)
    )


async def find_variance(work: Work, variance_id: UUID) -> Row[Any] | None:
    """Return one case, locked until the transaction ends."""
    asked = select(payment_variance).where(payment_variance.c.id == variance_id).with_for_update()
    return (await work.execute(asked)).one_or_none()


async def list_variances(
    work: Work, *, state: str | None, claim_id: UUID | None, before: UUID | None, limit: int
) -> Sequence[Row[Any]]:
    """Return cases with the version of the terms that each cites, the latest first."""
    table, terms = payment_variance, contract_terms
    asked = (
        select(table, terms.c.version, terms.c.payer_id)
        .join(terms, (terms.c.org_id == table.c.org_id) & (terms.c.id == table.c.terms_id))
        .order_by(table.c.id.desc())
        .limit(limit)
    )
    if state is not None:
        asked = asked.where(table.c.state == state)
    if claim_id is not None:
        asked = asked.where(table.c.claim_id == claim_id)
    return (await work.execute(asked if before is None else asked.where(table.c.id < before))).all()
