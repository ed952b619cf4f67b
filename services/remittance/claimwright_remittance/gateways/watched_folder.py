"""A folder into which people and programs drop files, one folder an organization, named by its id.

A file is taken once it has not changed for a while: it is moved by one rename into a folder of its own under `.taking`,
which no second process can do again, and from there, when it is dealt with, into `taken` or `refused`. What a process
that died has left under `.taking` is dealt with again; the same bytes are known, so that this changes nothing.
Names of files may hold a patient's name: they stay in the folder, and no log and no table has them.
"""

import json
import os
import stat
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Final
from uuid import UUID

from pydantic import TypeAdapter, ValidationError

from claimwright import ids
from claimwright.findings import Finding
from claimwright.telemetry import logging
from claimwright_remittance.domain.deposits.csv_file import DATE_FORMS, CsvMapping

TAKING: Final = ".taking"
TAKEN: Final = "taken"
REFUSED: Final = "refused"
COLUMNS: Final = "bank-columns.json"
"""Beside the files: which columns the organization's bank uses, where they are not the usual ones."""
FINDINGS: Final = "findings.json"
UNFINISHED: Final = (".part", ".partial", ".tmp", ".filepart", ".crdownload", ".swp")
LEFT_AFTER_SECONDS: Final = 60.0
"""What stands under `.taking` for so long belongs to a process that died."""
AT_ONCE: Final = 50

log = logging.get("claimwright_remittance.watched_folder")

_MAPPING: Final = TypeAdapter(CsvMapping)
_Signature = tuple[int, int, int]


class Unusable(ValueError):
    """Bank columns that cannot be read."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """A file that this process has moved aside for itself."""

    folder: Path
    path: Path


@dataclass(slots=True)
class WatchedFolder:
    """Looks into the folders; what it remembers is only for how long each file has not changed."""

    root: Path
    settle_seconds: float
    now: Callable[[], float] = time.monotonic
    _seen: dict[Path, tuple[_Signature, float]] = field(default_factory=dict)

    def organizations(self) -> dict[UUID, Path]:
        """Return the folders that are named by an organization's id."""
        found: dict[UUID, Path] = {}
        for path in sorted(self.root.iterdir()):
            try:
                org_id = ids.parse(ids.ORGANIZATION, path.name)
            except ids.MalformedId:
                continue
            if path.is_dir() and not path.is_symlink():
                found[org_id] = path
        return found

    def claim(self, folder: Path) -> list[Claimed]:
        """Move aside what has been left alone for long enough, and return it with what a dead process left behind."""
        settled = [path for path in _dropped(folder) if self._is_still(path, self.settle_seconds)]
        claimed = [each for path in settled[:AT_ONCE] if (each := self._move_aside(folder, path)) is not None]
        left = [path for path in _under_way(folder) if self._is_still(path, LEFT_AFTER_SECONDS)]
        self._forget()
        return [*claimed, *(Claimed(folder, path) for path in left[:AT_ONCE])]

    def _is_still(self, path: Path, seconds: float) -> bool:
        """Return whether a file has not changed for so long, by our own looks: the clock of a share may be wrong."""
        signature = _signature(path)
        if signature is None:
            return False
        before, since = self._seen.get(path, (None, 0.0))
        if before != signature:
            self._seen[path] = signature, self.now()
            return seconds <= 0
        return self.now() - since >= seconds

    def _move_aside(self, folder: Path, path: Path) -> Claimed | None:
        own = folder / TAKING / str(ids.new())
        own.mkdir(parents=True)
        target = own / path.name
        try:
            path.rename(target)
        except OSError as error:  # another process was first, or it may not be moved; then the next look tries again
            own.rmdir()
            if not isinstance(error, FileNotFoundError):
                log.warning("dropped_file_not_moved", error=type(error).__name__)
            return None
        self._seen.pop(path, None)
        if (signature := _signature(target)) is not None:
            self._seen[target] = signature, self.now()
        return Claimed(folder, target)

    def _forget(self) -> None:
        for path in [path for path in self._seen if not path.exists()]:
            del self._seen[path]


def content_of(claimed: Claimed, *, most: int) -> bytes | None:
    """Return a file's bytes, at most one more than `most`; None when it is gone or somebody still writes to it."""
    try:
        number = os.open(claimed.path, os.O_RDONLY | os.O_NOFOLLOW)
    except OSError:
        return None
    with os.fdopen(number, "rb") as file:
        before = os.fstat(number)
        content = file.read(most + 1)
        after = os.fstat(number)
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
        return None
    return content


def columns_of(folder: Path) -> CsvMapping | None:
    """Return the columns that an organization's bank uses, where it says so.

    Errors: Unusable.
    """
    try:
        said = json.loads((folder / COLUMNS).read_text(encoding="utf-8"))
        if not isinstance(said, dict) or not set(said) <= {each.name for each in fields(CsvMapping)}:
            raise Unusable
        mapping = _MAPPING.validate_python(said)
    except FileNotFoundError:
        return None
    except (OSError, ValidationError, ValueError):
        raise Unusable from None
    if mapping.date_form not in {"", *DATE_FORMS} or len(mapping.delimiter) > 1:
        raise Unusable
    return mapping


def put_away(claimed: Claimed) -> None:
    """Move a file that was taken in to `taken`."""
    _move(claimed, TAKEN)


def refuse(claimed: Claimed, findings: Sequence[Finding]) -> None:
    """Move a file that cannot be taken in to `refused`, with the findings beside it."""
    told = [{"code": each.code, "says": each.says, "fix": each.fix, "line": each.where.segment} for each in findings]
    beside = claimed.path.parent / FINDINGS
    beside.write_text(json.dumps({"findings": told}, indent=2) + "\n", encoding="utf-8")
    _move(claimed, REFUSED)


def _move(claimed: Claimed, where: str) -> None:
    target = claimed.folder / where
    target.mkdir(exist_ok=True)
    try:
        claimed.path.parent.rename(target / claimed.path.parent.name)
    except FileNotFoundError:
        return  # another process that found it left behind was first


def _dropped(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.iterdir()):
        is_hidden = path.name.startswith((".", "~"))
        if path.name != COLUMNS and not is_hidden and not path.name.lower().endswith(UNFINISHED):
            yield path


def _under_way(folder: Path) -> Iterator[Path]:
    taking = folder / TAKING
    if not taking.is_dir():
        return
    for own in sorted(taking.iterdir()):
        yield from (path for path in own.iterdir() if path.name != FINDINGS)


def _signature(path: Path) -> _Signature | None:
    """Return what changes when a file is written to; None for what is no file, a link among it."""
    try:
        found = path.lstat()
    except FileNotFoundError:
        return None
    return (found.st_ino, found.st_size, found.st_mtime_ns) if stat.S_ISREG(found.st_mode) else None
