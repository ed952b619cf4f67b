"""The only reader of time.

With `CLAIMWRIGHT_CLOCK_FILE` set, the whole seconds in that file are added to the real time, so that a day of waiting
takes no day. The file moves forward only (the sandbox's `POST /v1/clock`), and a production start refuses the setting.
"""

import os
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

CLOCK_FILE: Final = "CLAIMWRIGHT_CLOCK_FILE"
_LOOK_EVERY: Final = 0.01  # a look at the file costs more than all else that asks for the time


class MovableClock:
    """Real time plus the offset in a file; the file is looked at again when its time stamp changes."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._seen: int | None = None
        self._offset = timedelta()
        self._looked_at = 0.0

    def now(self) -> datetime:
        """Return this moment as an aware UTC `datetime`."""
        return datetime.now(UTC) + self.offset()

    def offset(self) -> timedelta:
        """Return how far this clock stands ahead of real time, as the file told a hundredth of a second ago or less."""
        if self._path is None:
            return self._offset
        at = time.monotonic()
        if at - self._looked_at < _LOOK_EVERY:
            return self._offset
        self._looked_at = at
        try:
            changed = self._path.stat().st_mtime_ns
        except FileNotFoundError:
            return self._offset
        if changed != self._seen:
            text = self._path.read_text().strip()
            self._offset = timedelta(seconds=int(text or 0))
            self._seen = changed
        return self._offset

    def move_to(self, moment: datetime) -> None:
        """Set the clock forward to a moment; for the sandbox and tests.

        Errors: ValueError when the moment lies behind, or when this clock has no file.
        """
        ahead = moment - self.now()
        if self._path is None or ahead < timedelta():
            raise ValueError("the clock has no file, or it would go back")
        seconds = int((self.offset() + ahead).total_seconds()) + (1 if ahead.microseconds else 0)
        new = self._path.with_suffix(".new")
        new.write_text(f"{seconds}\n")
        new.replace(self._path)
        self._looked_at = 0.0


def _from_environment() -> MovableClock:
    path = os.environ.get(CLOCK_FILE)
    return MovableClock(Path(path) if path else None)


_clock = _from_environment()


def now() -> datetime:
    """Return this moment as an aware UTC `datetime`."""
    return _clock.now()


def broker_milliseconds() -> int:
    """Return real time as brokers stamp records with it, whatever the clock file says: milliseconds since 1970."""
    return int(datetime.now(UTC).timestamp() * 1000)


def today(zone: str = "UTC") -> date:
    """Return the day of service that it is in a time zone."""
    return now().astimezone(ZoneInfo(zone)).date()


def move_to(moment: datetime) -> None:
    """Set the time of all processes that read the same clock file forward to a moment.

    Errors: ValueError when the moment lies behind, or when there is no clock file.
    """
    _clock.move_to(moment)
