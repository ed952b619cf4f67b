"""What every reader returns, and the loops that they share."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, Generic, NamedTuple, Protocol, TypeVar

from claimwright.x12.envelope import ENVELOPE_IDS, EnvelopeReader, inside_sets
from claimwright.x12.findings import Finding, blocks
from claimwright.x12.models.envelopes import Interchange
from claimwright.x12.readers.parts import PAD, Elements
from claimwright.x12.tokens import Limits, Segment, Source, tokens

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


class Reading(NamedTuple, Generic[T]):
    """The values of a file, all that is wrong with it so far, and the tree that they stood in."""

    values: tuple[T, ...]
    findings: tuple[Finding, ...] = ()
    interchanges: tuple[Interchange, ...] = ()

    def blocks(self, set_ordinal: int | None = None) -> bool:
        """Return whether something stops the file; with an ordinal, whether it stops that transaction.

        A fault of the envelope outside any transaction stops all of them.
        """
        if set_ordinal is None:
            return blocks(self.findings)
        return blocks(each for each in self.findings if each.transaction in (0, set_ordinal))


class SetPlaces(NamedTuple):
    """Where the open set stands; kept when it opens, since a set without SE is finished when another is open."""

    set_ordinal: int = 0
    interchange_ordinal: int = 0
    group_ordinal: int = 0
    guide: str = ""
    """Of its group."""

    @classmethod
    def of(cls, envelope: EnvelopeReader) -> SetPlaces:
        group = envelope.group
        return cls(
            envelope.set_ordinal,
            envelope.interchange_ordinal,
            group.group_ordinal if group else 0,
            group.guide if group else "",
        )


class SetDraft(Protocol[T_co]):
    """What takes the segments between ST and SE of one set, and gives the values when it has ended."""

    def take(self, segment: Segment, e: Elements) -> None: ...

    def values(self) -> Sequence[T_co]: ...


def values_of_sets(
    source: Source,
    envelope: EnvelopeReader,
    limits: Limits | None,
    draft_of: Callable[[Segment, EnvelopeReader], SetDraft[T]],
    sets: Collection[str],
) -> Iterator[T]:
    """Yield the values of each set of some kinds as soon as it ends."""
    draft: SetDraft[T] | None = None
    for segment in inside_sets(tokens(source, limits), envelope):
        if segment.id == "ST":
            if draft is not None:
                yield from draft.values()
            draft = draft_of(segment, envelope) if segment.element(1).strip() in sets else None
        elif draft is not None and segment.id == "SE":
            yield from draft.values()
            draft = None
        elif draft is not None:
            draft.take(segment, segment.elements + PAD)
    if draft is not None:
        yield from draft.values()


class SetReader(Protocol[T_co]):
    """What takes the segments of transaction sets and gives a value whenever one is whole."""

    envelope: EnvelopeReader
    last: Segment | None
    is_open: bool
    """Whether the open set is one of this reader's."""

    def feed(self, segment: Segment) -> T_co | None: ...

    def end(self) -> T_co | None: ...


Handlers = Mapping[str, Callable[[Any, Segment, list[str]], None]]


class Pass(Generic[T]):
    """One pass over a file: the reader sees its sets, the envelope reader all that stands around them.

    `inner` handles the segments that end nothing. They are nearly all of a file, and go straight to their handlers.
    """

    __slots__ = ("inner", "last", "reader")

    def __init__(self, reader: SetReader[Any], inner: Handlers) -> None:
        self.reader, self.inner = reader, inner
        self.last: Segment | None = None

    def take(self, segments: Iterable[Segment]) -> Iterator[T]:
        """Yield what the reader makes of the next segments."""
        reader, handler_of, last = self.reader, self.inner.get, self.last
        envelope = reader.envelope
        for segment in segments:
            name = segment.id
            handler = handler_of(name)
            if handler is not None and reader.is_open:
                handler(reader, segment, segment.elements + PAD)
                reader.last = last = segment
                continue
            found = None
            if name not in ENVELOPE_IDS:
                if envelope.set is not None and name:
                    found = reader.feed(segment)
                else:
                    envelope.stray(segment)
            elif name == "SE":
                if envelope.set is not None:
                    found = reader.feed(segment)
                envelope.feed(segment)
            else:
                envelope.feed(segment)
                if name == "ST":
                    found = reader.feed(segment)
                elif reader.is_open and envelope.set is None:
                    # The set had no SE.
                    found = reader.end()
            if found is not None:
                yield found
            if name:
                last = segment
        self.last = last

    def end(self) -> Iterator[T]:
        """End the file."""
        self.reader.envelope.close(self.last)
        found = self.reader.end()
        if found is not None:
            yield found


class PassOfMany(Pass[T]):
    """The pass of a reader that gives lists; their items are yielded one by one."""

    def take(self, segments: Iterable[Segment]) -> Iterator[T]:
        many: Iterator[Any] = super().take(segments)
        for each in many:
            yield from each

    def end(self) -> Iterator[T]:
        many: Iterator[Any] = super().end()
        for each in many:
            yield from each


def values(segments: Iterator[Segment], reader: SetReader[T], inner: Handlers) -> Iterator[T]:
    """Yield what a reader makes of a file, segment by segment."""
    one: Pass[T] = Pass(reader, inner)
    yield from one.take(segments)
    yield from one.end()
