"""The claims of a large file, read again from its bytes whenever they are asked for: none of them stays in memory.

A file is tested whole before anything of it posts, and posts a few claims at a time in its order. So it is read twice,
and the second reading goes on where the last slice ended.
"""

from collections.abc import Iterator, Sequence
from threading import Lock
from typing import overload

from claimwright.x12 import read_remitted_claims
from claimwright_remittance.domain.remits.reading import ClaimReader
from claimwright_remittance.domain.remits.remittance import RemitClaim


class FileOfClaims:
    """One place in the bytes of a file, which moves forward with what is read and back to the start when it has to."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._lock = Lock()
        self._rewind()
        self._last: tuple[tuple[int, int, int], tuple[RemitClaim, ...]] = ((0, 0, 0), ())

    def claims(self, set_at: int, first: int, end: int) -> tuple[RemitClaim, ...]:
        """Return claims of a transaction; all three count from 0, in the order of the file, and `end` is exclusive."""
        with self._lock:
            wanted = (set_at, first, end)
            if self._last[0] != wanted:
                self._last = (wanted, tuple(self._read(set_at, first, end)))
            return self._last[1]

    def _rewind(self) -> None:
        self._values = read_remitted_claims(self._content, [])
        self._set_at, self._at = 0, 0

    def _read(self, set_at: int, first: int, end: int) -> Iterator[RemitClaim]:
        if first >= end:
            return
        if (set_at, first) < (self._set_at, self._at):
            self._rewind()
        reader = ClaimReader()
        for _, claim in self._values:
            if claim is None:
                self._set_at, self._at = self._set_at + 1, 0
                continue
            at, self._at = self._at, self._at + 1
            if self._set_at == set_at and at >= first:
                yield reader.claim(claim, at + 1)
                if at + 1 == end:
                    return


class KeptClaims(Sequence[RemitClaim]):
    """The claims of one transaction of a file, as a sequence."""

    def __init__(self, file: FileOfClaims, set_at: int, count: int) -> None:
        self._file, self._set_at, self._count = file, set_at, count

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, index: int) -> RemitClaim: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[RemitClaim]: ...

    def __getitem__(self, index: int | slice) -> RemitClaim | Sequence[RemitClaim]:
        if isinstance(index, slice):
            first, end, step = index.indices(self._count)
            return self._file.claims(self._set_at, first, end)[::step]
        at = range(self._count)[index]
        return self._file.claims(self._set_at, at, at + 1)[0]

    def __iter__(self) -> Iterator[RemitClaim]:
        for first in range(0, self._count, _AT_ONCE):
            yield from self._file.claims(self._set_at, first, min(first + _AT_ONCE, self._count))


_AT_ONCE = 500
