"""Which acts are possible about a remit claim now: those that would not be refused, found by trying them.

What is offered and what is refused can't drift apart so: both are the same functions.
"""

from collections.abc import Callable, Iterator, Sequence
from enum import StrEnum

from claimwright.refusals import Refusal
from claimwright_remittance.domain.claims.acts import (
    booked_outside,
    corrected,
    counted_beside,
    matched_by_line,
    noted,
    reversing,
    taken_off,
)
from claimwright_remittance.domain.claims.books import ClaimBooks
from claimwright_remittance.domain.remits.standing import Heard, HeldFor, Standing


class Possible(StrEnum):
    """What a person may do about a remit claim; the words of the API."""

    MATCH = "match"
    PROPOSE = "propose"
    SPLIT = "split"
    CORRECTION = "correction"
    ADDITIONAL = "additional"
    REVERSES = "reverses"
    NOTHING = "nothing"
    OUTSIDE = "outside"
    MATCH_LINES = "match_lines"
    UNMATCH = "unmatch"


def possible_alone(heard: Heard, *, is_part: bool) -> list[Possible]:
    """Return what may be done about a remit claim that is on no claim."""
    if heard.standing is not Standing.HELD:
        return []
    if heard.held_for is HeldFor.OUT_OF_BALANCE:
        return [Possible.PROPOSE]
    found = [Possible.MATCH]
    if len(heard.claim.lines) > 1 and not is_part:
        found.append(Possible.SPLIT)
    tries: list[tuple[Possible, Callable[[], object]]] = [
        (Possible.NOTHING, lambda: noted(heard)),
        (Possible.OUTSIDE, lambda: booked_outside(heard)),
    ]
    return [*found, *_not_refused(tries)]


def possible_on_claim(books: ClaimBooks, heard: Heard) -> list[Possible]:
    """Return what may be done about a remit claim that is on a claim."""
    one = heard.remit_claim_id
    as_they_are = {at: match.line for at, match in enumerate(heard.matches, 1)}
    others = [each.remit_claim_id for each in books.heard if each.remit_claim_id != one]
    tries: list[tuple[Possible, Callable[[], object]]] = [
        (Possible.CORRECTION, lambda: corrected(books, one)),
        (Possible.ADDITIONAL, lambda: counted_beside(books, one)),
        *((Possible.REVERSES, lambda other=other: reversing(books, one, other)) for other in others),
        (Possible.NOTHING, lambda: noted(heard)),
        (Possible.OUTSIDE, lambda: booked_outside(heard)),
        (Possible.MATCH_LINES, lambda: matched_by_line(books, one, as_they_are)),
        (Possible.UNMATCH, lambda: taken_off(books, one)),
    ]
    return list(dict.fromkeys(_not_refused(tries)))


def _not_refused(tries: Sequence[tuple[Possible, Callable[[], object]]]) -> Iterator[Possible]:
    for kind, attempt in tries:
        try:
            attempt()
        except Refusal:
            continue
        yield kind
