"""When parking stops being the answer: many events of one partition failing means that we are broken, not they."""

from collections import defaultdict, deque
from dataclasses import dataclass, field
from typing import Final

from claimwright.messaging.kafka import Partition

RUN: Final = 50
"""Events that fail one after the other."""
WINDOW: Final = 1000
RATIO: Final = 0.25
"""Of the last thousand events; looked at once there were two hundred."""
_ENOUGH: Final = 200


@dataclass(slots=True)
class _Lately:
    run: int = 0
    failed: deque[bool] = field(default_factory=lambda: deque(maxlen=WINDOW))


class Ceiling:
    """Watches what became of each partition's events; once reached, it stays so until the process starts anew."""

    def __init__(self) -> None:
        self._lately: dict[Partition, _Lately] = defaultdict(_Lately)
        self._reached: Partition | None = None

    @property
    def reached(self) -> Partition | None:
        """Return the partition whose events fail too often, or None."""
        return self._reached

    def note(self, partition: Partition, *, failed: bool) -> None:
        """Count one event that was handled, or parked by its own fault."""
        lately = self._lately[partition]
        lately.run = lately.run + 1 if failed else 0
        lately.failed.append(failed)
        too_often = len(lately.failed) >= _ENOUGH and failed and sum(lately.failed) > RATIO * len(lately.failed)
        if lately.run >= RUN or too_often:
            self._reached = partition
