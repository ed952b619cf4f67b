"""What a clearinghouse can be asked, whatever the transport: send a file, ask whether it has one, fetch what it made.

The four results of sending keep apart what must never be mixed up: bytes that did not leave may be sent again, bytes
that may have arrived may not.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A file as it leaves; the same bytes have the same hash, by which the clearinghouse is asked."""

    name: str
    data: bytes
    sha256: str

    @classmethod
    def of(cls, *, name: str, data: bytes) -> "Outgoing":
        """Return the file of some bytes."""
        return cls(name=name, data=data, sha256=hashlib.sha256(data).hexdigest())


@dataclass(frozen=True, slots=True)
class Accepted:
    """The clearinghouse has the file and said so with its hash. `was_known` is true of one that it had before."""

    file_id: str
    was_known: bool = False


@dataclass(frozen=True, slots=True)
class Refused:
    """The clearinghouse looked at the file and did not take it; `reason` is a code, never its words."""

    reason: str


@dataclass(frozen=True, slots=True)
class Unreached:
    """Nothing of the file was taken: no connection came about, or the door was closed before the file was looked at."""

    reason: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """Bytes left and no answer came that can be believed: the file may have arrived."""

    reason: str


Sending = Accepted | Refused | Unreached | Unknown


@dataclass(frozen=True, slots=True)
class Seen:
    """The clearinghouse has a file with this hash."""

    file_id: str


@dataclass(frozen=True, slots=True)
class NotSeen:
    """The clearinghouse says that it never got a file with this hash."""


Asking = Seen | NotSeen | Unknown


@dataclass(frozen=True, slots=True)
class MailboxEntry:
    """A file that waits in the mailbox: its kind (FA, HN, HP, TA1), its hash, and the cursor behind it."""

    id: str
    kind: str
    sha256: str
    cursor: str


class Clearinghouse(Protocol):
    """One route's far end."""

    async def send(self, artifact: Outgoing) -> Sending:
        """Send a file once, with no retry of any kind below."""
        ...

    async def ask(self, sha256: str) -> Asking:
        """Ask whether a file with this hash has arrived. Errors: none; what can't be learned is Unknown."""
        ...

    async def listed(self, kind: str, *, after: str | None) -> Sequence[MailboxEntry]:
        """Return a page of the files of a kind behind a cursor, in mailbox order; empty at its end.

        Errors: Transient.
        """
        ...

    async def fetch(self, entry: MailboxEntry) -> bytes:
        """Return the bytes of one file, proved by its hash. Errors: Transient."""
        ...

    async def close(self) -> None:
        """Let go of connections."""
        ...
