"""The quick way through a file: a whole claim at once where its text is clean, segment by segment where it is not.

Both ways make the same values and the same findings; `tests/contract/test_x12_quick.py` compares them. The quick way
knows the usual segments in their usual places and finds fault with nothing: it raises `Odd` for everything else, and
the careful reader takes the same text from its start.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Generator, Iterable, Iterator
from typing import ClassVar, Generic, TypeVar

from claimwright.x12.models.claims import Note
from claimwright.x12.models.envelopes import Delimiters
from claimwright.x12.models.values import (
    NO_MONEY,
    NO_QUANTITY,
    Adjustment,
    Amount,
    Counted,
    Dated,
    Detail,
    Money,
    Procedure,
    Quantity,
    Reference,
    Span,
    cents_read,
    quantity,
)
from claimwright.x12.readers.parts import PAD, Elements, procedure_of
from claimwright.x12.readers.reading import Pass
from claimwright.x12.tokens import Segment, Stretch

T = TypeVar("T")
V = TypeVar("V")

# What is kept of a claim that has no end yet; more than that is read with care as it comes.
_HELD_MOST = 64 * 1024
_MEMO_MOST = 2048
_MEMO_TEXT_MOST = 512
_DETAIL_MOST = 40

_new = tuple.__new__


class Odd(ValueError):
    """Text that the quick way leaves to the careful one."""


class Memo(dict[str, V]):
    """What the texts that come again and again stand for: each is read once. It lives as long as one pass.

    When it is full it takes nothing more: texts that come often have come by then, and values that are let go soon
    cost no room and no look of the garbage collector.
    """

    __slots__ = ("read",)

    def __init__(self, read: Callable[[str], V]) -> None:
        super().__init__()
        self.read = read

    def __missing__(self, text: str) -> V:
        value = self.read(text)
        if len(self) < _MEMO_MOST and len(text) <= _MEMO_TEXT_MOST:
            self[text] = value
        return value


def clean_money(text: str) -> Money:
    """Read an amount with which nobody finds fault.

    Errors: ValueError for any other.
    """
    return cents_read(text) if text else NO_MONEY


def clean_quantity(text: str) -> Quantity:
    """Read a count as `clean_money` reads an amount."""
    read = quantity(text) if text else NO_QUANTITY
    if read.value.is_nan():
        raise Odd
    return read


class SmallReaders:
    """What reads the segments that stand in many loops, for the delimiters of one interchange.

    Most give a tuple of one, ready to be added to those of the loop.
    Errors: all raise ValueError for what has to be read with care.
    """

    def __init__(self, delimiters: Delimiters) -> None:
        self.separator = delimiters.element
        self.money = Memo(clean_money)
        self.quantity = Memo(clean_quantity)
        self.procedures = Memo(_procedure_reader(delimiters.component))
        self.amounts = Memo(self._amount)
        self.quantities = Memo(self._count)
        self.adjustments = _adjustment_reader(Memo(self._reasons))
        self.references = _reference_reader(delimiters.element)
        self.periods = Memo(self._period)

    def elements(self, text: str, name: str, most: int) -> Elements:
        """Return the elements of a segment with this id, padded, if they are not more than its guide has."""
        elements = text.split(self.separator)
        if elements[0] != name or len(elements) > most + 1:
            raise Odd
        return elements + PAD

    def any_elements(self, text: str) -> Elements:
        """Return the elements of any segment of a usual length, padded."""
        elements = text.split(self.separator)
        if len(elements) > len(PAD):
            raise Odd
        return elements + PAD

    def kept(self, text: str, names: frozenset[str]) -> tuple[Detail, ...]:
        """Return a segment of which no field knows, if it is one of these."""
        elements = tuple(text.split(self.separator))
        if elements[0] not in names or len(elements) > _DETAIL_MOST:
            raise Odd
        return (elements,)

    def detail(self, text: str, name: str) -> tuple[str, ...]:
        """Return a segment that is kept as it is."""
        elements = tuple(text.split(self.separator))
        if elements[0] != name or len(elements) > _DETAIL_MOST:
            raise Odd
        return elements

    def _amount(self, text: str) -> tuple[Amount, ...]:
        e = self.elements(text, "AMT", 3)
        return (Amount(e[1].strip(), clean_money(e[2])),)

    def _count(self, text: str) -> tuple[Counted, ...]:
        e = self.elements(text, "QTY", 4)
        return (Counted(e[1].strip(), clean_quantity(e[2])),)

    def _period(self, text: str) -> tuple[Dated, ...]:
        e = self.elements(text, "DTP", 3)
        return (Dated(e[1].strip(), e[2].strip(), e[3].strip()),)

    def notes(self, text: str) -> tuple[Note, ...]:
        e = self.elements(text, "NTE", 2)
        return (Note(e[1], e[2]),)

    def _reasons(self, text: str) -> tuple[tuple[str, str, Money, Quantity], ...]:
        e = self.elements(text, "CAS", 19)
        group, amount_of, count_of = e[1].strip(), self.money, self.quantity
        return tuple(
            [
                (group, e[place].strip(), amount_of[e[place + 1]], count_of[e[place + 2]])
                for place in range(2, len(e) - len(PAD), 3)
                if e[place] or e[place + 1]
            ]
        )


def _procedure_reader(component: str) -> Callable[[str], Procedure]:
    def procedure(text: str) -> Procedure:
        return procedure_of(text, component)

    return procedure


def _reference_reader(separator: str) -> Callable[[str], tuple[Reference, ...]]:
    """Return what reads REF."""

    def references_of(text: str) -> tuple[Reference, ...]:
        name, qualifier, value = text.split(separator)
        if name != "REF":
            raise Odd
        return (_new(Reference, (qualifier.strip(), value.strip(), "", "")),)

    return references_of


def _adjustment_reader(
    reasons_of: Memo[tuple[tuple[str, str, Money, Quantity], ...]],
) -> Callable[[str, int, int], tuple[Adjustment, ...]]:
    """Return what reads CAS at its place."""

    def adjustments_of(text: str, start: int, ordinal: int) -> tuple[Adjustment, ...]:
        reasons = reasons_of[text]
        span = _new(Span, (ordinal, ordinal, start, start + len(text) + 1))
        if len(reasons) == 1:
            group, reason, amount, count = reasons[0]
            return (_new(Adjustment, (group, reason, amount, count, span)),)
        return tuple([_new(Adjustment, (*each, span)) for each in reasons])

    return adjustments_of


class Quick(ABC, Generic[T]):
    """Cuts stretches into wholes, such as a CLP with all that belongs to it, and reads each in one go if it can."""

    opener: ClassVar[str]
    """The id of the segment that a whole starts with."""
    ends: ClassVar[str]
    """A pattern of the ids that end it, beside the opener."""

    def __init__(self, careful: Pass[T]) -> None:
        self.careful = careful
        self.found: list[T] = []
        self.stretch: Stretch | None = None
        self.mark = ""
        self.end = re.compile("")
        # A whole whose end has not come by, with its place.
        self.held, self.start, self.ordinal = "", 0, 0

    @abstractmethod
    def adopt(self, stretch: Stretch) -> None:
        """Prepare for the delimiters of a stretch and of those that follow."""

    @abstractmethod
    def whole(self, text: str, start: int, ordinal: int) -> tuple[int, int]:
        """Read one whole, its opener left out, and add to `found` what is complete.

        Shape: `start` is the byte of its first segment, `ordinal` counts the segments before it; so do the two numbers
        that are returned, for what follows.
        Errors: ValueError for what has to be read with care; nothing has changed then.
        """

    def read(self, pieces: Iterable[Stretch | Iterable[Segment]]) -> Iterator[T]:
        """Yield what is in a file."""
        for piece in pieces:
            if isinstance(piece, Stretch) and not self._is_new(piece):
                # Nearly all of a file; a generator less in between is felt.
                self.stretch = piece
                yield from self._take(piece)
            else:
                yield from self.take(piece)
        yield from self.let_go()
        yield from self.careful.end()

    def take(self, piece: Stretch | Iterable[Segment]) -> Iterator[T]:
        """Yield what is in the next piece of a file; a whole that has no end yet is held."""
        if isinstance(piece, Stretch):
            if self._is_new(piece):
                yield from self.let_go()
                self._adopt(piece)
            self.stretch = piece
            yield from self._take(piece)
        else:
            yield from self.let_go()
            yield from self.careful.take(piece)

    def _is_new(self, stretch: Stretch) -> bool:
        last = self.stretch
        if last is None or (self.held and stretch.first_gap != last.gap):
            return True
        return (last.delimiters, last.gap) != (stretch.delimiters, stretch.gap)

    def _adopt(self, stretch: Stretch) -> None:
        delimiters = stretch.delimiters
        self.mark = delimiters.segment + self.opener + delimiters.element
        self.end = re.compile(re.escape(delimiters.segment) + f"(?:{self.ends})" + re.escape(delimiters.element))
        self.adopt(stretch)

    def _take(self, stretch: Stretch) -> Iterator[T]:
        terminator, mark, found = stretch.delimiters.segment, self.mark, self.found
        text, start, ordinal = stretch.text, stretch.offset, stretch.ordinal
        if self.held:
            text, start, ordinal = self.held + text, self.start, self.ordinal
            self.held = ""
        first, *wholes = (terminator + text).split(mark)
        if first:
            left = first[len(terminator) :] + (terminator if wholes else "")
            start, ordinal = yield from self._with_care(left, start, ordinal)
        if not wholes:
            return
        last = wholes.pop()
        done = ""
        for each in wholes:
            try:
                start, ordinal = self.whole(each, start, ordinal)
                done = each
            except ValueError:
                self._settle(done, start, ordinal)
                done = ""
                start, ordinal = yield from self._end_of_set(each, start, ordinal)
            if found:
                yield from found
                found.clear()
        self._settle(done, start, ordinal)
        self.held, self.start, self.ordinal = mark[len(terminator) :] + last, start, ordinal
        if len(self.held) > _HELD_MOST:
            yield from self.let_go()

    def _end_of_set(self, text: str, start: int, ordinal: int) -> Generator[T, None, tuple[int, int]]:
        """Read a whole with what ends its set behind it, or one that has to be read with care."""
        terminator = self.mark[0]
        end = self.end.search(text)
        left = self.mark[1:] + text + terminator
        if end is not None:
            try:
                start, ordinal = self.whole(text[: end.start()], start, ordinal)
            except ValueError:
                pass
            else:
                self._settle(text[: end.start()], start, ordinal)
                left = text[end.start() + 1 :] + terminator
                yield from self.found
                self.found.clear()
        return (yield from self._with_care(left, start, ordinal))

    def _with_care(self, text: str, start: int, ordinal: int) -> Generator[T, None, tuple[int, int]]:
        stretch = self.stretch
        assert stretch is not None  # noqa: S101 (there is text of it)
        yield from self.careful.take(stretch.segments(text, start, ordinal))
        count = text.count(stretch.delimiters.segment)
        return start + len(text) + count * len(stretch.gap), ordinal + count

    def let_go(self) -> Iterator[T]:
        """Read with care what was held."""
        text, self.held = self.held, ""
        if text:
            yield from self._with_care(text, self.start, self.ordinal)

    def _settle(self, text: str, start: int, ordinal: int) -> None:
        """Tell the careful reader which segment was the last, at the end of a whole; `start` is behind it."""
        stretch = self.stretch
        if not text or stretch is None:
            return
        delimiters = stretch.delimiters
        part = (self.mark[1:] + text).rpartition(delimiters.segment)[2]
        length = len(part) + 1
        elements = part.split(delimiters.element)
        offset = start - length - len(stretch.gap)
        last = Segment(elements[0], elements, offset, length, ordinal, delimiters, stretch.gap, delimiters.segment)
        self.careful.last = self.careful.reader.last = last
