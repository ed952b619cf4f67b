"""275 to values, one transaction after the other; memory holds the bytes of one."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from claimwright.x12.bounded import Findings
from claimwright.x12.envelope import EnvelopeReader
from claimwright.x12.findings import Finding
from claimwright.x12.models.attachments import AttachedBytes, Attachment, AttachmentSet
from claimwright.x12.models.status import StatusCode, StatusReport
from claimwright.x12.models.values import Dated, Detail, Reference
from claimwright.x12.readers.parts import PAD, Elements, Numbers, PartyDraft, reference_of, span_of
from claimwright.x12.readers.reading import Reading, SetPlaces, values_of_sets
from claimwright.x12.tokens import Limits, Segment, Source

SETS = frozenset({"275"})
_PATIENTS = frozenset({"QC", "IL"})


def read_275(data: Source, limits: Limits | None = None) -> Reading[AttachmentSet]:
    """Read every 275 of a file; `read_attachments` holds one at a time.

    Errors: Unreadable, for bytes without segments and for what exceeds the limits.
    """
    envelope = EnvelopeReader(limits=limits)
    found = tuple(values_of_sets(data, envelope, limits, AttachmentDraft, SETS))
    return Reading(found, tuple(envelope.findings), tuple(envelope.interchanges))


def read_attachments(
    source: Source, findings: list[Finding] | None = None, limits: Limits | None = None
) -> Iterator[AttachmentSet]:
    """Yield each 275 of a file, stream or chunks as soon as it is whole; `findings` grows on the way.

    Errors: Unreadable, for bytes without segments and for what exceeds the limits.
    """
    return values_of_sets(source, EnvelopeReader(findings, limits=limits), limits, AttachmentDraft, SETS)


class _LineDraft:
    """LX and what follows it."""

    def __init__(self, segment: Segment) -> None:
        self.first = self.last = segment
        self.trace: Elements = PAD
        self.category: Elements = PAD
        self.statuses: list[StatusReport] = []
        self.references: list[Reference] = []
        self.dates: list[Dated] = []
        self.security: list[Detail] = []
        self.objects: list[AttachedBytes] = []
        self.details: list[Detail] = []

    def value(self) -> Attachment:
        return Attachment(
            self.trace[2].strip(),
            self.trace[1].strip(),
            tuple(self.statuses),
            tuple(self.references),
            tuple(self.dates),
            self.category[1].strip(),
            self.category[2].strip(),
            tuple(self.objects),
            tuple(self.details),
            span_of(self.first, self.last),
        )


class AttachmentDraft:
    """ST to SE of a 275."""

    def __init__(self, segment: Segment, envelope: EnvelopeReader, findings: Findings | None = None) -> None:
        self.opened = self.last = segment
        self.numbers = Numbers(envelope, envelope.findings if findings is None else findings)
        self.places = SetPlaces.of(envelope)
        self.header: Elements = PAD
        self.parties: list[PartyDraft] = []
        self.references: list[Reference] = []
        self.dates: list[Dated] = []
        self.lines: list[_LineDraft] = []
        self.details: list[Detail] = []

    def take(self, segment: Segment, e: Elements) -> None:
        """Take a segment between ST and SE; `e` are its elements, padded."""
        self.last = segment
        _HANDLERS.get(segment.id, AttachmentDraft._other)(self, segment, e)
        if self.lines:
            self.lines[-1].last = segment

    def _line(self) -> _LineDraft | None:
        return self.lines[-1] if self.lines else None

    def _bgn(self, segment: Segment, e: Elements) -> None:
        self.header = e

    def _nm1(self, segment: Segment, e: Elements) -> None:
        self.parties.append(PartyDraft(segment, e))

    def _lx(self, segment: Segment, e: Elements) -> None:
        self.lines.append(_LineDraft(segment))

    def _trn(self, segment: Segment, e: Elements) -> None:
        line = self._line()
        if line is None or line.trace is not PAD:
            self._other(segment, e)
        else:
            line.trace = e

    def _stc(self, segment: Segment, e: Elements) -> None:
        line = self._line()
        if line is None:
            self._other(segment, e)
            return
        codes = []
        for place in (1, 10, 11):
            if e[place]:
                parts = [*e[place].split(segment.delimiters.component), "", "", ""]
                codes.append(StatusCode(*parts[:4]))
        line.statuses.append(StatusReport(tuple(codes), e[2], action=e[3].strip(), message=e[12]))

    def _ref(self, segment: Segment, e: Elements) -> None:
        read = reference_of(e, segment.delimiters.component)
        line = self._line()
        if line is not None:
            line.references.append(read)
        elif self.parties and self.parties[-1].elements[1].strip() not in _PATIENTS:
            self.parties[-1].references.append(read)
            self.parties[-1].last = segment
        else:
            self.references.append(read)

    def _dtp(self, segment: Segment, e: Elements) -> None:
        line = self._line()
        dated = Dated(e[1].strip(), e[2].strip(), e[3].strip())
        (self.dates if line is None else line.dates).append(dated)

    def _cat(self, segment: Segment, e: Elements) -> None:
        line = self._line()
        if line is None or line.category is not PAD:
            self._other(segment, e)
        else:
            line.category = e

    def _efi(self, segment: Segment, e: Elements) -> None:
        line = self._line()
        if line is None:
            self._other(segment, e)
        else:
            line.security.append(tuple(segment.elements))

    def _binary(self, segment: Segment, e: Elements) -> None:
        """Take BIN or BDS; where its length was wrong, it was cut at delimiters as other segments are."""
        if not self.lines:
            # Bytes without LX are still somebody's attachment.
            self.lines.append(_LineDraft(segment))
        line = self.lines[-1]
        place = 1 if segment.id == "BIN" else 2
        text = segment.delimiters.element.join(segment.elements[place + 1 :])
        found = AttachedBytes(
            text.encode("latin-1"),
            e[1].strip() if segment.id == "BDS" else "",
            e[place].strip(),
            tuple(line.security),
            span_of(segment, segment),
        )
        line.security = []
        line.objects.append(found)
        if not found.is_whole:
            self.numbers.complain("x12.binary_length", segment, place)

    def _other(self, segment: Segment, e: Elements) -> None:
        line = self._line()
        if line is not None:
            line.details.append(tuple(segment.elements))
        elif not self.parties or not self.parties[-1].take(segment, e, segment.delimiters.component):
            self.details.append(tuple(segment.elements))

    def values(self) -> list[AttachmentSet]:
        """Return the one value of the set."""
        h, places = self.header, self.places
        return [
            AttachmentSet(
                h[1].strip(),
                h[2].strip(),
                h[3],
                tuple(each.party() for each in self.parties),
                tuple(self.references),
                tuple(self.dates),
                tuple(each.value() for each in self.lines),
                tuple(self.details),
                self.opened.element(3).strip() or places.guide,
                self.opened.element(2).strip(),
                places.set_ordinal,
                places.interchange_ordinal,
                places.group_ordinal,
                span_of(self.opened, self.last),
            )
        ]


_HANDLERS: dict[str, Callable[[AttachmentDraft, Segment, Elements], None]] = {
    "BGN": AttachmentDraft._bgn,
    "NM1": AttachmentDraft._nm1,
    "LX": AttachmentDraft._lx,
    "TRN": AttachmentDraft._trn,
    "STC": AttachmentDraft._stc,
    "REF": AttachmentDraft._ref,
    "DTP": AttachmentDraft._dtp,
    "CAT": AttachmentDraft._cat,
    "EFI": AttachmentDraft._efi,
    "BIN": AttachmentDraft._binary,
    "BDS": AttachmentDraft._binary,
}
