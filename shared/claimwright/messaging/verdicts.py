"""What the order of a key says about the next event of it. Pure: numbers in, a word out."""

from enum import StrEnum


class Verdict(StrEnum):
    """What to do with an event that is new to the inbox."""

    HANDLE = "handle"
    SEEN = "seen"
    QUEUE = "queue"
    GAP = "gap"


def judge(version: int, *, seen: int, floor: int, parked_from: int | None) -> Verdict:
    """Return what to do with one event of a key.

    `seen` is the last version handled or skipped, 0 for none; `floor` the first version that its publisher still has,
    1 usually; `parked_from` the lowest parked version. The event that comes next is handled even while later ones are
    parked: they wait for it.
    """
    if version <= seen:
        return Verdict.SEEN
    if parked_from is not None and version > parked_from:
        return Verdict.QUEUE
    if version == seen + 1 or (seen == 0 and version == floor):
        return Verdict.HANDLE
    return Verdict.GAP
