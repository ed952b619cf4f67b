"""Named places where a test may kill this process, to see that nothing is lost and nothing happens twice.

`CLAIMWRIGHT_FAILPOINTS=consumer.before_commit:0.05,relay.after_ack:3` kills at each passing of the first with a chance
of 5 in 100, and at the third passing of the second. Nothing is armed without it, and production refuses it. Each kill
first adds a line to the file named by `CLAIMWRIGHT_FAILPOINT_HITS`, so that a test can tell that it tested something.
"""

import os
import random
import signal
from typing import Final

_ARMED_BY: Final = "CLAIMWRIGHT_FAILPOINTS"
_HITS_FILE: Final = "CLAIMWRIGHT_FAILPOINT_HITS"

INBOX_OFF: Final = "inbox.off"
"""No place to die but a switch: consumers forget what they handled."""
FENCE_OFF: Final = "relay.fence_off"
"""A switch: the relay goes by number alone, and skips what commits late."""
CURSOR_FIRST: Final = "relay.cursor_first"
"""A switch: the relay moves its cursor before the broker has acknowledged."""
OFFSETS_FIRST: Final = "consumer.offsets_first"
"""A switch: consumers note their offsets before the database has committed."""

SWITCHES: Final = frozenset({INBOX_OFF, FENCE_OFF, CURSOR_FIRST, OFFSETS_FIRST})
"""What is no place to die: each takes one protection away, so that the tests that kill can be seen to fail."""

NAMES: Final = frozenset(
    {
        "http.before_commit",
        "http.after_commit_before_reply",
        "relay.mid_send",
        "relay.after_ack",
        "relay.after_cursor",
        "consumer.after_inbox",
        "consumer.before_commit",
        "consumer.after_commit",
        "consumer.after_offset",
        "park.before_commit",
        "edi.after_allocate",
        "edi.after_store",
        "edi.after_send",
        "edi.after_mark",
        "posting.prepared",
        "posting.written",
        "long_act.before_commit",
        "long_act.after_send",
        "posting.before_commit",
        "posting.after_commit",
        *SWITCHES,
    }
)


class Armed:
    """One failpoint that may strike: by chance, or at one passing counted from 1."""

    def __init__(self, *, chance: float = 0.0, at_passing: int = 0) -> None:
        self._chance = chance
        self._at_passing = at_passing
        self._passed = 0

    def strikes(self) -> bool:
        self._passed += 1
        return self._passed == self._at_passing or random.random() < self._chance


def parse(text: str) -> dict[str, Armed]:
    """Return the failpoints that a setting arms.

    Shape: `name:number` joined by commas; a number with a point is a chance, a whole one names the passing.
    Errors: ValueError for a name that no code passes, since a test would then prove nothing.
    """
    armed = {}
    for entry in filter(None, text.split(",")):
        name, _, number = entry.strip().partition(":")
        if name not in NAMES:
            raise ValueError(f"no failpoint is called {name}")
        armed[name] = Armed(chance=float(number)) if "." in number else Armed(at_passing=int(number))
    return armed


_armed: Final = parse(os.environ.get(_ARMED_BY, ""))


def arm(text: str) -> None:
    """Arm these failpoints and no others, as the setting would; for a process that tests fork."""
    _armed.clear()
    _armed.update(parse(text))


def failpoint(name: str) -> None:
    """Die here, as by kill -9, if a test has armed this name; otherwise one look into an empty dict."""
    armed = _armed.get(name)
    if armed is not None and armed.strikes():
        _die(name)


def is_armed(name: str) -> bool:
    """Return whether a test has armed this name."""
    return name in _armed


def _die(name: str) -> None:
    path = os.environ.get(_HITS_FILE)
    if path:
        descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        os.write(descriptor, f"{os.getpid()} {name}\n".encode())
        os.close(descriptor)
    os.kill(os.getpid(), signal.SIGKILL)
