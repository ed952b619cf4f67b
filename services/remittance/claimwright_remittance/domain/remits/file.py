"""A whole 835 file: every transaction read and tested on its own, or why nothing of the bytes can be used."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from claimwright.findings import blocks
from claimwright.x12 import Finding, Interchange, Unreadable, read_835
from claimwright.x12 import Remittance as X12Remittance
from claimwright_remittance.domain.remits.balance import Difference, differences_of
from claimwright_remittance.domain.remits.reading import remittance_of
from claimwright_remittance.domain.remits.remittance import Place, Remittance

NOT_WHOLE: Final = "x12.no_se"
"""The one fault of structure that holds a transaction: it was cut off. All others cost no money, or the tests fail."""
NO_REMITTANCE: Final = "remit.no_remittance"
SEGMENT_END: Final = b"\x1d"
WHOLE_FILE: Final = Place(segment=0, byte_start=0, byte_end=0)


@dataclass(frozen=True, slots=True)
class ReadSet:
    """One transaction. `content_sha256` is that of what stands between its ST and SE; differences hold it."""

    remittance: Remittance
    content_sha256: str
    differences: tuple[Difference, ...]


@dataclass(frozen=True, slots=True)
class ReadFile:
    """All transactions of a file; without any, `differences` says why."""

    sets: tuple[ReadSet, ...]
    differences: tuple[Difference, ...] = ()


def read_file(content: bytes) -> ReadFile:
    """Read a file that should hold remittances.

    Errors: none; bytes that are no X12, and X12 that is no 835, come back without transactions and with the reason.
    """
    try:
        reading = read_835(content)
    except Unreadable as refused:
        return ReadFile((), (Difference(refused.fault, 0, WHOLE_FILE),))
    if not reading.values:
        return ReadFile((), (Difference(NO_REMITTANCE, 0, WHOLE_FILE),))
    cut_off = {finding.transaction: finding for finding in reading.findings if finding.code == NOT_WHOLE}
    terminators = _terminators(reading.interchanges)
    return ReadFile(tuple(_read_set(content, read, cut_off, terminators) for read in reading.values))


def _read_set(
    content: bytes, read: X12Remittance, cut_off: Mapping[int, Finding], terminators: Sequence[bytes]
) -> ReadSet:
    remittance, findings = remittance_of(read)
    differences: list[Difference] = []
    if cut := cut_off.get(read.set_ordinal):
        differences.append(Difference(NOT_WHOLE, 0, Place(cut.segment, cut.byte_start, cut.byte_end)))
    if blocks(findings):
        differences.extend(
            Difference(
                finding.code,
                0,
                Place(finding.where.segment or 0, finding.where.byte_start or 0, finding.where.byte_end or 0),
            )
            for finding in findings
        )
    else:
        differences.extend(differences_of(remittance))
    terminator = terminators[min(read.interchange_ordinal, len(terminators)) - 1] if terminators else b"~"
    return ReadSet(remittance, _content_sha256(content, remittance.place, terminator), tuple(differences))


def _terminators(interchanges: Iterable[Interchange]) -> tuple[bytes, ...]:
    return tuple(each.delimiters.segment.encode("latin-1") for each in interchanges)


def _content_sha256(content: bytes, place: Place, terminator: bytes) -> str:
    """Return the hash of a transaction without its ST and SE, whose numbers differ in a second envelope.

    What ends a segment, and whether a line ends with it, differ in a second envelope as well, so neither counts.
    """
    segments = content[place.byte_start : place.byte_end].split(terminator)
    said = [segment for each in segments if (segment := each.strip(b"\r\n"))]
    return hashlib.sha256(SEGMENT_END.join(said[1:-1])).hexdigest()
