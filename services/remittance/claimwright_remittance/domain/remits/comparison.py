"""What differs between two transactions that say they are the same payment: field by field, claim by claim.

Source: docs/domain/remittance-cases.md, case 14.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from claimwright_remittance.domain.remits.remittance import (
    Adjustment,
    Place,
    ProviderItem,
    RemitClaim,
    RemitLine,
    Remittance,
)

Said = str | int | None
ThingT = TypeVar("ThingT")


class Thing(StrEnum):
    """What a difference is about."""

    TRANSACTION = "transaction"
    CLAIM = "claim"
    LINE = "line"
    PROVIDER_ITEM = "provider_item"


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field with what either side says; adjustments are fields named by group and reason, with their cents."""

    field: str
    first: Said
    second: Said


@dataclass(frozen=True, slots=True)
class Contrast:
    """One thing that differs. It has no `first` place where only the second file has it, and the other way round.

    `number` is the claim's patient control number; `line` counts the lines of the side that has it, from 1.
    """

    thing: Thing
    first: Place | None
    second: Place | None
    changes: tuple[FieldChange, ...] = ()
    number: str | None = None
    line: int | None = None


def compare(first: Remittance, second: Remittance) -> tuple[Contrast, ...]:
    """Return everything that differs: the transactions' own fields, then claims in the order of the first, then PLB.

    Claims are the same by patient control number and payer's number, whatever their order; a reversal is never the same
    as a decision. Lines are the same by line control number or code.
    """
    head = _changes(_head_of(first), _head_of(second))
    found = [Contrast(Thing.TRANSACTION, first.place, second.place, head)] if head else []
    for one, other in _paired(tuple(first.claims), tuple(second.claims), (_claim_key, _loose_claim_key)):
        found.extend(_claims(one, other))
    for one_item, other_item in _paired(first.provider_items, second.provider_items, (_item_key,)):
        found.extend(_items(one_item, other_item))
    return tuple(found)


def _claims(first: RemitClaim | None, second: RemitClaim | None) -> Iterator[Contrast]:
    said = first or second
    number = said.patient_control_number if said else None
    if first is None or second is None:
        changes = _changes(_claim_fields(first), _claim_fields(second))
        yield Contrast(Thing.CLAIM, _whole(first), _whole(second), changes, number)
        return
    if changes := _changes(_claim_fields(first), _claim_fields(second)):
        yield Contrast(Thing.CLAIM, first.whole, second.whole, changes, number)
    ordinals = {line.place: at for claim in (second, first) for at, line in enumerate(claim.lines, 1)}
    for one, other in _paired(first.lines, second.lines, (_line_key, _loose_line_key)):
        if changes := _changes(_line_fields(one), _line_fields(other)):
            place = one.place if one else other.place if other else first.place
            yield Contrast(
                Thing.LINE,
                one.place if one else None,
                other.place if other else None,
                changes,
                number,
                ordinals.get(place),
            )


def _items(first: ProviderItem | None, second: ProviderItem | None) -> Iterator[Contrast]:
    if changes := _changes(_item_fields(first), _item_fields(second)):
        yield Contrast(Thing.PROVIDER_ITEM, first.place if first else None, second.place if second else None, changes)


def _paired(
    first: Sequence[ThingT], second: Sequence[ThingT], keys: Iterable[Callable[[ThingT], Hashable]]
) -> list[tuple[ThingT | None, ThingT | None]]:
    """Return what is the same on both sides, by each key in turn, then what only one side has, in their order."""
    partner: dict[int, int] = {}
    for key in keys:
        waiting: defaultdict[Hashable, list[int]] = defaultdict(list)
        taken = set(partner.values())
        for at, each in enumerate(second):
            if at not in taken:
                waiting[key(each)].append(at)
        for at, each in enumerate(first):
            if at not in partner and waiting[key(each)]:
                partner[at] = waiting[key(each)].pop(0)
    both: list[tuple[ThingT | None, ThingT | None]] = [
        (each, second[partner[at]] if at in partner else None) for at, each in enumerate(first)
    ]
    taken = set(partner.values())
    return [*both, *((None, each) for at, each in enumerate(second) if at not in taken)]


def _changes(first: dict[str, Said], second: dict[str, Said]) -> tuple[FieldChange, ...]:
    fields = dict.fromkeys([*first, *second])
    return tuple(
        FieldChange(field, first.get(field), second.get(field))
        for field in fields
        if first.get(field) != second.get(field)
    )


def _head_of(remittance: Remittance) -> dict[str, Said]:
    return {
        "handling": remittance.handling,
        "payment_cents": remittance.payment_cents,
        "payment_method": remittance.payment_method,
        "payment_date": remittance.payment_date.isoformat() if remittance.payment_date else None,
        "trace_number": remittance.trace_number,
        "trace_payer_id": remittance.trace_payer_id,
        "payer_ids": " ".join(remittance.payer_ids),
        "payee_id": remittance.payee_id,
        "claim_count": len(remittance.claims),
        "claims_paid_cents": sum(claim.paid_cents for claim in remittance.claims),
        "provider_items_cents": sum(item.cents for item in remittance.provider_items),
    }


def _claim_fields(claim: RemitClaim | None) -> dict[str, Said]:
    if claim is None:
        return {}
    return {
        "claim_outcome_code": claim.claim_outcome_code,
        "charge_cents": claim.charge_cents,
        "paid_cents": claim.paid_cents,
        "payer_claim_control_number": claim.payer_claim_control_number,
        "earlier_claim_number": claim.earlier_claim_number,
        "interest_cents": claim.interest_cents,
        "remark_codes": " ".join(claim.remark_codes),
        **_adjustment_fields(claim.adjustments),
    }


def _line_fields(line: RemitLine | None) -> dict[str, Said]:
    if line is None:
        return {}
    return {
        "procedure_code": line.procedure_code,
        "modifiers": " ".join(line.modifiers),
        "charge_cents": line.charge_cents,
        "paid_cents": line.paid_cents,
        "submitted_code": line.submitted_code,
        "line_control_number": line.line_control_number,
        "service_date": line.service_date.isoformat() if line.service_date else None,
        "remark_codes": " ".join(line.remark_codes),
        **_adjustment_fields(line.adjustments),
    }


def _adjustment_fields(adjustments: Iterable[Adjustment]) -> dict[str, Said]:
    sums: defaultdict[str, int] = defaultdict(int)
    for each in adjustments:
        sums[each.code] += each.cents
    return dict(sums)


def _item_fields(item: ProviderItem | None) -> dict[str, Said]:
    if item is None:
        return {}
    return {"code": item.code, "reference": item.reference, "provider_id": item.provider_id, "cents": item.cents}


def _whole(claim: RemitClaim | None) -> Place | None:
    return claim.whole if claim else None


def _claim_key(claim: RemitClaim) -> Hashable:
    return claim.patient_control_number, claim.is_reversal, claim.payer_claim_control_number


def _loose_claim_key(claim: RemitClaim) -> Hashable:
    return claim.patient_control_number, claim.is_reversal


def _line_key(line: RemitLine) -> Hashable:
    return line.line_control_number, line.procedure_code, line.modifiers


def _loose_line_key(line: RemitLine) -> Hashable:
    return line.line_control_number or (line.submitted_code or line.procedure_code)


def _item_key(item: ProviderItem) -> Hashable:
    return item.code, item.reference, item.provider_id
