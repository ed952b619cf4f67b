"""From causes to postings: a claim billed, a remit claim and all that it sets in motion."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from uuid import UUID

from claimwright_remittance.domain.billing import BilledClaim
from claimwright_remittance.domain.ledger.chart import Account
from claimwright_remittance.domain.ledger.entries import (
    Balances,
    CauseKind,
    Entry,
    Posting,
    Spot,
    balances_of,
    change,
)
from claimwright_remittance.domain.ledger.settlement import States, added_by_payer_cents, settle
from claimwright_remittance.domain.remits.remittance import Place, RemitClaim
from claimwright_remittance.domain.remits.standing import Heard, Move, Standing

COUNTS = frozenset({Standing.POSTED})
IN_SUSPENSE = frozenset({Standing.HELD, Standing.NETTED})


def posting_of_billed(
    before: BilledClaim | None, after: BilledClaim, heard: Iterable[Heard], *, change_id: UUID | None = None
) -> Posting | None:
    """Return what one submission changes: the opening charge at first, later what a replacement changed of it.

    None when it changes nothing, as the same lines billed to the next payer do. With `change_id` it is a later version
    of a submission that is in the books: the version is the cause then, since a submission opens its charge once.
    """
    counting = [each for each in heard if each.standing in COUNTS]
    changes = change(settle(before, counting), settle(after, counting))
    if not changes:
        return None
    entries = tuple(
        Entry(spot, cents, claim_id=after.claim_id) for spot, cents in sorted(changes.items(), key=_by_spot)
    )
    if change_id is not None:
        return Posting(CauseKind.BILLED_CLAIM_CHANGE, change_id, entries)
    return Posting(CauseKind.BILLED_CLAIM, after.submission_id, entries)


def posting_of_dropped(before: BilledClaim, after: BilledClaim, drop_id: UUID) -> Posting:
    """Return what takes the opening charge of a claim back that nobody was sent and no payer has decided."""
    changes = change(settle(before, ()), settle(after, ()))
    entries = (Entry(spot, cents, claim_id=before.claim_id) for spot, cents in sorted(changes.items(), key=_by_spot))
    return Posting(CauseKind.DROPPED_CLAIM, drop_id, tuple(entries))


def posting_of_step(
    billed: BilledClaim | None, before: Sequence[Heard], after: Sequence[Heard], mover: Heard
) -> Posting:
    """Return what one step of a person's act posts: the change of the claim, and of what stands beside it.

    Shape: `before` and `after` hold the same remit claims, whether they count or not. The entries lead to the bytes of
    the mover, whose money they are.
    """
    changes = change(_state(billed, before), _state(billed, after))
    beside = change(_beside(before), _beside(after))
    entries = [] if billed is None else _entries(billed, mover, changes)
    for spot, cents in beside.items():
        entries += [
            Entry(Spot(Account.PAYMENTS), -cents, place=mover.claim.place),
            Entry(spot, cents, place=mover.claim.place),
        ]
    return Posting(CauseKind.PERSON_ACT, mover.remit_claim_id, tuple(entries))


def _beside(heard: Sequence[Heard]) -> Balances:
    """Return what of the remit claims' money stands on no claim, by account."""
    by_id = {each.remit_claim_id: each for each in heard}
    return balances_of(_beside_of(each, by_id) for each in heard)


def _beside_of(heard: Heard, known: Mapping[UUID, Heard]) -> tuple[Spot, int]:
    match heard.standing:
        case Standing.HELD | Standing.NETTED:
            return Spot(Account.SUSPENSE), -heard.claim.paid_cents
        case Standing.OUTSIDE:
            return Spot(Account.OTHER_PROVIDER), -heard.claim.paid_cents
        case Standing.POSTED | Standing.REVERSED:
            return Spot(Account.SUSPENSE), -added_by_payer_cents(heard)
        case Standing.REVERSAL if heard.pairs_with is not None and heard.pairs_with in known:
            original = known[heard.pairs_with]
            on_claim = original.claim.paid_cents - added_by_payer_cents(original)
            return Spot(Account.SUSPENSE), -(heard.claim.paid_cents + on_claim)
        case _:
            return Spot(Account.SUSPENSE), 0


def postings_of_moves(
    billed: BilledClaim, before: Sequence[Heard], moves: Sequence[Move], states: States | None = None
) -> Iterator[Posting]:
    """Yield what the moves of a claim's remit claims post, one posting a cause.

    A remit claim that has just come posts as itself; one that waited posts as its release from suspense. A standing
    that only names what another's posting did posts nothing. `states` may know some of the claim's states already.
    """
    states = states or States(billed)
    standing = {each.remit_claim_id: each for each in before}
    for move in moves:
        heard = move.heard
        at_first = states.of(standing.values())
        standing[heard.remit_claim_id] = heard
        is_reversal = heard.standing is Standing.REVERSAL
        without = {heard.pairs_with} if is_reversal else set()
        counting = [each for each in standing.values() if each.remit_claim_id not in without]
        changes = change(at_first, states.of(counting))

        if move.was is None:
            entries = _entries(billed, heard, changes)
            if heard.standing in IN_SUSPENSE:
                entries = [*entries, *suspense_entries(heard.claim)]
            elif heard.standing is not Standing.NOTED:
                entries = [*entries, *_added_by_payer(heard, standing)]
            corrects = heard.pairs_with if is_reversal else None
            yield Posting(CauseKind.REMIT_CLAIM, heard.remit_claim_id, tuple(entries), corrects)
        elif move.was is Standing.HELD and heard.standing in {Standing.POSTED, Standing.REVERSAL}:
            entries = [*_turned(suspense_entries(heard.claim)), *_entries(billed, heard, changes)]
            entries = [*entries, *_added_by_payer(heard, standing)]
            corrects = heard.pairs_with if is_reversal else None
            yield Posting(CauseKind.SUSPENSE_RELEASE, heard.remit_claim_id, tuple(entries), corrects)
        if is_reversal:
            # Its original counts no more from here on, although the move that says so comes after.
            standing = {each_id: each for each_id, each in standing.items() if each_id not in without}


def posting_without_claim(remit_claim_id: UUID, claim: RemitClaim) -> Posting:
    """Return the posting of a remit claim whose number nobody knows here: its money waits in suspense."""
    return Posting(CauseKind.REMIT_CLAIM, remit_claim_id, tuple(suspense_entries(claim)))


def suspense_entries(claim: RemitClaim) -> list[Entry]:
    """Return the entries that put all of a remit claim's money in suspense; none where it brought none."""
    return _in_suspense(claim.paid_cents, claim.place)


def _state(billed: BilledClaim | None, heard: Iterable[Heard]) -> Balances:
    return settle(billed, [each for each in heard if each.standing in COUNTS])


def _in_suspense(cents: int, place: Place) -> list[Entry]:
    if cents == 0:
        return []
    return [
        Entry(Spot(Account.PAYMENTS), cents, place=place),
        Entry(Spot(Account.SUSPENSE), -cents, place=place),
    ]


def _turned(entries: Iterable[Entry]) -> list[Entry]:
    return [Entry(entry.spot, -entry.cents, entry.claim_id, entry.provider_item_key, entry.place) for entry in entries]


def _added_by_payer(heard: Heard, standing: dict[UUID, Heard]) -> list[Entry]:
    """Return the entries for all lines that the payer added; those of a reversal turn those of its original.

    A reversal's own lines may be missing or others, so the original's amount is what is turned. The database sums a
    posting for each of its entries, so thousands of such lines are one amount, which stands where the claim does.
    """
    if heard.standing is Standing.REVERSAL and heard.pairs_with in standing:
        return _in_suspense(-added_by_payer_cents(standing[heard.pairs_with]), heard.claim.place)
    places = [line.place for line, match in zip(heard.claim.lines, heard.matches, strict=True) if match.line is None]
    return _in_suspense(added_by_payer_cents(heard), places[0] if len(places) == 1 else heard.claim.place)


def _entries(billed: BilledClaim, heard: Heard, changes: Balances) -> list[Entry]:
    places = _places(heard)
    return [
        Entry(spot, cents, claim_id=billed.claim_id, place=_place(places, spot, heard.claim.place))
        for spot, cents in sorted(changes.items(), key=_by_spot)
    ]


def _places(heard: Heard) -> dict[tuple[int | None, str | None], Place]:
    """Return where a remit claim speaks of each billed line and of each of its reasons."""
    places: dict[tuple[int | None, str | None], Place] = {}
    for line, match in zip(heard.claim.lines, heard.matches, strict=True):
        if match.line is None:
            continue
        places.setdefault((match.line, None), line.place)
        for adjustment in line.adjustments:
            places.setdefault((match.line, adjustment.code), adjustment.place)
    for adjustment in heard.claim.adjustments:
        places.setdefault((None, adjustment.code), adjustment.place)
    return places


def _place(places: dict[tuple[int | None, str | None], Place], spot: Spot, otherwise: Place) -> Place:
    return places.get((spot.line, spot.reason)) or places.get((spot.line, None)) or otherwise


def _by_spot(change: tuple[Spot, int]) -> tuple[str, int, int, str]:
    spot, _ = change
    return spot.account, spot.payer_order or 0, spot.line or 0, spot.reason or ""
