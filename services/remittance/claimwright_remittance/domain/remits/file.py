"""A whole 835 file: every transaction read and tested on its own, or why nothing of the bytes can be used."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from claimwright.findings import Finding as SharedFinding
from claimwright.findings import blocks
from claimwright.x12 import Finding, Interchange, Unreadable, read_remitted_claims
from claimwright.x12 import RemitClaim as X12Claim
from claimwright.x12 import Remittance as X12Remittance
from claimwright_remittance.domain.remits.balance import Difference, gaps_of, transaction_differences
from claimwright_remittance.domain.remits.kept_claims import FileOfClaims, KeptClaims
from claimwright_remittance.domain.remits.reading import ClaimReader, remittance_of
from claimwright_remittance.domain.remits.remittance import Place, RemitClaim, Remittance

NOT_WHOLE: Final = "x12.no_se"
"""The one fault of structure that holds a transaction: it was cut off. All others cost no money, or the tests fail."""
NO_REMITTANCE: Final = "remit.no_remittance"
SEGMENT_END: Final = b"\x1d"
LARGE: Final = 4 * 1024 * 1024
"""Bytes from which on claims are not kept in memory but read twice: about 14,000 claims, whose values take twenty times
as much, and so a little more than half of what posting may take."""
_WINDOW: Final = 1024 * 1024
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


@dataclass(frozen=True, slots=True)
class _Tested:
    """One transaction as it was read, with every test that failed; what the codec found comes first."""

    remittance: Remittance
    set_ordinal: int
    interchange_ordinal: int
    findings: tuple[SharedFinding, ...]
    differences: tuple[Difference, ...]


def read_file(content: bytes) -> ReadFile:
    """Read a file that should hold remittances.

    Shape: the claims of a large file are read again when they are asked for, see `kept_claims`.
    Errors: none; bytes that are no X12, and X12 that is no 835, come back without transactions and with the reason.
    """
    try:
        sets, findings, terminators = _read(content)
    except Unreadable as refused:
        return ReadFile((), (Difference(refused.fault, 0, WHOLE_FILE),))
    if not sets:
        return ReadFile((), (Difference(NO_REMITTANCE, 0, WHOLE_FILE),))
    cut_off = {finding.transaction: finding for finding in findings if finding.code == NOT_WHOLE}
    return ReadFile(tuple(_read_set(content, each, cut_off, terminators) for each in sets))


def _read(content: bytes) -> tuple[list[_Tested], Sequence[Finding], tuple[bytes, ...]]:
    """Read all transactions; the claims of each stay at hand only where the file is small."""
    is_large = len(content) > LARGE
    file = FileOfClaims(content)
    findings: list[Finding] = []
    interchanges: list[Interchange] = []
    sets: list[_Tested] = []
    testing = _Testing()
    for remittance, claim in read_remitted_claims(content, findings, interchanges=interchanges):
        if claim is not None:
            testing.take(claim, keep=not is_large)
        else:
            sets.append(testing.end(remittance, file if is_large else None, len(sets)))
            testing = _Testing()
    return sets, findings, _terminators(interchanges)


class _Testing:
    """Takes the claims of one transaction as they come by, and tests each."""

    def __init__(self) -> None:
        self.reader = ClaimReader()
        self.kept: list[RemitClaim] = []
        self.differences: list[Difference] = []
        self.count = self.paid_cents = 0

    def take(self, read: X12Claim, *, keep: bool) -> None:
        self.count += 1
        claim = self.reader.claim(read, self.count)
        self.paid_cents += claim.paid_cents
        self.differences.extend(gaps_of(claim))
        if keep:
            self.kept.append(claim)

    def end(self, read: X12Remittance, file: FileOfClaims | None, set_at: int) -> _Tested:
        kept = tuple(self.kept) if file is None else KeptClaims(file, set_at, self.count)
        remittance, findings = remittance_of(read, kept, self.reader.findings)
        remittance = replace(remittance, summed_cents=self.paid_cents)
        differences = (*self.differences, *transaction_differences(remittance))
        return _Tested(remittance, read.set_ordinal, read.interchange_ordinal, tuple(findings), differences)


def _read_set(content: bytes, tested: _Tested, cut_off: Mapping[int, Finding], terminators: Sequence[bytes]) -> ReadSet:
    remittance, findings = tested.remittance, tested.findings
    differences: list[Difference] = []
    if cut := cut_off.get(tested.set_ordinal):
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
        differences.extend(tested.differences)
    terminator = terminators[min(tested.interchange_ordinal, len(terminators)) - 1] if terminators else b"~"
    return ReadSet(remittance, _content_sha256(content, remittance.place, terminator), tuple(differences))


def _terminators(interchanges: Iterable[Interchange]) -> tuple[bytes, ...]:
    return tuple(each.delimiters.segment.encode("latin-1") for each in interchanges)


def _content_sha256(content: bytes, place: Place, terminator: bytes) -> str:
    """Return the hash of a transaction without its ST and SE, whose numbers differ in a second envelope.

    What ends a segment, and whether a line ends with it, differ in a second envelope as well, so neither counts.
    """
    said = hashlib.sha256()
    is_first, last = True, b""
    for segment in _segments(content, place, terminator):
        # What is held back is the last one so far: the SE of a whole transaction, which is left out.
        if last:
            said.update(last if is_first else SEGMENT_END + last)
            is_first = False
        last = segment
    return said.hexdigest()


def _segments(content: bytes, place: Place, terminator: bytes) -> Iterator[bytes]:
    """Yield the segments behind the first, those that say nothing left out."""
    start, is_behind_first = place.byte_start, False
    while start < place.byte_end:
        end = content.find(terminator, min(start + _WINDOW, place.byte_end), place.byte_end) + 1 or place.byte_end
        for each in content[start:end].split(terminator):
            if segment := each.strip(b"\r\n"):
                if is_behind_first:
                    yield segment
                is_behind_first = True
        start = end
