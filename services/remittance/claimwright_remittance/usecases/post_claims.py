"""Post some claims of one transaction, and its provider-level adjustments with the last of them."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from claimwright import control_numbers, ids
from claimwright.events.remittance import ProviderAdjustmentOpened, ProviderAdjustmentSettled
from claimwright.failpoints import failpoint
from claimwright.messaging.work import Work
from claimwright.telemetry import metrics
from claimwright_remittance.domain.claims.books import Posted, heard_of, take_remit_claim
from claimwright_remittance.domain.ledger.chart import Account, provider_account
from claimwright_remittance.domain.ledger.postings import posting_without_claim
from claimwright_remittance.domain.ledger.provider_items import PUT_OFF, key_of, posting_of, remainder_cents
from claimwright_remittance.domain.remits.acceptance import posting_of_difference
from claimwright_remittance.domain.remits.balance import is_unbalanced
from claimwright_remittance.domain.remits.reasons import ReasonKind, kind_of
from claimwright_remittance.domain.remits.remittance import ProviderItem, RemitClaim, Remittance
from claimwright_remittance.domain.remits.standing import HeldFor
from claimwright_remittance.domain.waiting.follow_ups import is_put_off
from claimwright_remittance.persistence import claims, days, files, ledger, provider_items
from claimwright_remittance.persistence.claims import Source
from claimwright_remittance.persistence.files import Registered
from claimwright_remittance.usecases.batches import Batch, Overtaken
from claimwright_remittance.usecases.compare_payments import pays_by_head, terms_of
from claimwright_remittance.usecases.keep_changes import BREATH, Change, keep_and_tell, tell_unmatched
from claimwright_remittance.usecases.wait_for import wait_for_takeback


async def post_batch(
    work: Work, standing: Registered, remittance: Remittance, batch: Batch, said: Sequence[RemitClaim]
) -> None:
    """Post one batch of a transaction's claims, which `said` holds.

    How far the transaction is stands in the same database transaction as the postings, so a process that dies anywhere
    goes on there.
    Errors: Overtaken where the mark stands elsewhere; EarlierBatchFailed.
    """
    await _post_claims(work, standing, remittance, batch, said)
    failpoint("posting.written")
    await batch.has_turn()
    if batch.is_last:
        await _post_provider_items(work, standing, remittance)
        await _post_accepted_difference(work, standing, remittance)
    if not await files.advance(work, standing, first=batch.first, end=batch.end, is_posted=batch.is_last):
        raise Overtaken


async def _post_claims(
    work: Work, standing: Registered, remittance: Remittance, batch: Batch, said: Sequence[RemitClaim]
) -> None:
    numbers = {claim.patient_control_number for claim in said}
    await batch.hold_numbers(numbers)
    await claims.lock_numbers(work, numbers)
    claim_of = await claims.claims_numbered(work, numbers)
    await batch.hold_claims(claim_of.values())
    books, sources = await claims.load(work, set(claim_of.values()))
    await days.open_day(work)  # who closes the day waits for this batch, and no batch waits for who closes the day
    if await files.is_behind(work, standing, batch.first):
        raise Overtaken
    batch.is_locked.set()
    known = await terms_of(work, (each for book in books.values() for each in book.submissions))
    source = Source(standing.file_id, standing.id, remittance.payment_date, remittance.payer_ids)
    changes: list[Change] = []
    rows: list[dict[str, Any]] = []
    unmatched: list[Posted] = []
    held: list[tuple[UUID, RemitClaim, HeldFor]] = []

    def file_of(remit_claim_id: UUID) -> UUID:
        return sources[remit_claim_id].file_id

    for at, claim in enumerate(said):
        if at % BREATH == 0:
            await asyncio.sleep(0)
        remit_claim_id = ids.new()
        sources[remit_claim_id] = source
        claim_id = claim_of.get(claim.patient_control_number)
        is_dropped = claim_id is not None and books[claim_id].is_dropped
        billed = books[claim_id].numbered(claim.patient_control_number) if claim_id and not is_dropped else None
        is_held_back = standing.policy_id is not None and is_unbalanced(claim)
        if claim_id is None or billed is None or is_held_back:
            reason = HeldFor.CLAIM_DROPPED if is_dropped else _why_unknown(claim)
            reason = HeldFor.OUT_OF_BALANCE if is_held_back else reason
            rows.append(claims.remit_claim_row(work, remit_claim_id, claim, remittance_id=standing.id, held_for=reason))
            unmatched.append(
                Posted(ids.new(), posting_without_claim(remit_claim_id, claim), work.now, standing.file_id)
            )
            held.append((remit_claim_id, claim, reason))
            continue
        if pays_by_head(known, billed):
            claim = replace(claim, is_under_capitation=True)  # noqa: PLW2901 - the same claim
        heard = heard_of(remit_claim_id, claim, billed, remittance.payer_ids)
        heeded = take_remit_claim(books[claim_id], heard, files=file_of, new_id=ids.new, now=work.now)
        books[claim_id] = heeded.books
        changes.append(Change(heeded, billed))
        arrived = heeded.moves[0].heard
        rows.append(
            claims.remit_claim_row(
                work,
                remit_claim_id,
                claim,
                remittance_id=standing.id,
                heard=arrived,
                billed=billed,
                held_for=arrived.held_for,
            )
        )
    failpoint("posting.prepared")
    await keep_and_tell(work, changes, sources, unmatched=unmatched, rows=rows, known=known)
    _count_unknown_reasons(said)
    for remit_claim_id, claim, reason in held:
        tell_unmatched(work, remit_claim_id, claim, sources, reason)


def _count_unknown_reasons(said: Sequence[RemitClaim]) -> None:
    """Count what our tables do not know: it is kept and shown, and stops nothing."""
    adjusted = (adjustment for claim in said for adjustment in claim.all_adjustments)
    reasons = sum(1 for each in adjusted if kind_of(each.reason) is ReasonKind.UNKNOWN)
    metrics.of(metrics.REMIT_UNKNOWN_CODES, "adjustment_reason").inc(reasons)


def _why_unknown(claim: RemitClaim) -> HeldFor:
    """A number of ours may still be on its way here; any other can only be given a home by a person."""
    is_ours = control_numbers.is_valid(claim.patient_control_number)
    return HeldFor.NUMBER_UNKNOWN if is_ours else HeldFor.NUMBER_NOT_OURS


async def _post_provider_items(work: Work, standing: Registered, remittance: Remittance) -> None:
    keys = {key_of(remittance, item) for item in remittance.provider_items}
    if not keys:
        return
    amounts = await provider_items.lock_amounts(work, keys)
    claim_of = await provider_items.claims_named(work, {item.reference for item in remittance.provider_items})
    rows: list[dict[str, Any]] = []
    postings: list[Posted] = []
    for item in remittance.provider_items:
        item_id = ids.new()
        key = key_of(remittance, item)
        posting = posting_of(item_id, item, key, amounts[key])
        if provider_account(item.code) is Account.SUSPENSE:
            metrics.of(metrics.REMIT_UNKNOWN_CODES, "provider_adjustment").inc()
        amounts[key].append(item.cents)
        postings.append(Posted(ids.new(), posting, work.now, standing.file_id))
        rows.append(
            {
                "org_id": work.org_id,
                "id": item_id,
                "remittance_id": standing.id,
                "ordinal": item.ordinal,
                "provider_id": item.provider_id,
                "fiscal_year_end": item.fiscal_year_end,
                "code": item.code,
                "segment": item.place.segment,
                "byte_start": item.place.byte_start,
                "byte_end": item.place.byte_end,
                "cents": item.cents,
                "account": provider_account(item.code).value,
                "item_key": key,
                "claim_id": claim_of.get(item.reference),
            }
        )
    await provider_items.add(work, rows)
    await ledger.add(work, postings)
    for key, item in {key_of(remittance, item): item for item in remittance.provider_items}.items():
        await _tell(work, standing, item, key=key, amounts=amounts[key], claim_id=claim_of.get(item.reference))


async def _post_accepted_difference(work: Work, standing: Registered, remittance: Remittance) -> None:
    posting = posting_of_difference(standing.id, remittance)
    if posting is not None:
        await ledger.add(work, [Posted(ids.new(), posting, work.now, standing.file_id)])


async def _tell(
    work: Work, standing: Registered, item: ProviderItem, *, key: str, amounts: Sequence[int], claim_id: UUID | None
) -> None:
    """Say what is left of a provider-level item after this file: open, or settled."""
    account = provider_account(item.code)
    told = {
        "file_id": ids.text(ids.FILE, standing.file_id),
        "code": item.code,
        "account": account.value,
        "item": key,
        "claim_id": None if claim_id is None else ids.text(ids.CLAIM, claim_id),
    }
    if account in PUT_OFF:
        await wait_for_takeback(work, key, is_put_off=is_put_off(account, amounts), file_id=standing.file_id)
    left = remainder_cents(account, amounts)
    if left:
        work.publish(ProviderAdjustmentOpened(**told, remainder_cents=left))
    elif len(amounts) > 1:
        work.publish(ProviderAdjustmentSettled(**told))
