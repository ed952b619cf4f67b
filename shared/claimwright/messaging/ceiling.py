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


@dataclass(frozen=True, slots=True)
class Reached:
    """Where too many events failed, and by which figures: so many of the last so many."""

    partition: Partition
    failed: int
    looked_at: int


class Ceiling:
    """Watches what became of each partition's events; once reached, it stays so until a person lets it go on."""

    def __init__(self) -> None:
        self._lately: dict[Partition, _Lately] = defaultdict(_Lately)
        self._reached: Reached | None = None

    @property
    def reached(self) -> Reached | None:
        """Return where events fail too often, or None."""
        return self._reached

    def note(self, partition: Partition, *, failed: bool) -> None:
        """Count one event that was handled, or parked by its own fault."""
        lately = self._lately[partition]
        lately.run = lately.run + 1 if failed else 0
        lately.failed.append(failed)
        too_often = len(lately.failed) >= _ENOUGH and failed and sum(lately.failed) > RATIO * len(lately.failed)
        if self._reached is None and (lately.run >= RUN or too_often):
            self._reached = Reached(partition, sum(lately.failed), len(lately.failed))

    def reach(self, reached: Reached) -> None:
        """Stand still since another process, or the one before this, has found that events fail too often."""
        self._reached = reached

    def go_on(self) -> None:
        """Count from nothing again."""
        self._lately.clear()
        self._reached = None
