"""Room on the disk: asked for before a start, and named when it was the reason of an end."""

import shutil
from pathlib import Path
from typing import Final

from deploy.stack.sentences import StackProblem

SPACE_NEEDED: Final = 500 * 2**20  # bytes: a new stack takes 100 MB, and neither server ends well on a full disk
_FULL: Final = 20 * 2**20  # bytes: PostgreSQL asks for 16 MiB at a time


def require_space(folder: Path, needed: int) -> None:
    """Refuse to start on a disk that is nearly full.

    Errors: StackProblem says how much is free and how much is needed.
    """
    folder = _existing(folder)
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise StackProblem(
            f"The disk that holds {folder} has {free // 2**20} MB free; {needed // 2**20} MB are needed. "
            "Free some space and start again."
        )


def is_full(folder: Path) -> bool:
    """Tell whether so little is left that a server may have ended of it."""
    return shutil.disk_usage(_existing(folder)).free < _FULL


def _existing(folder: Path) -> Path:
    while not folder.exists():
        folder = folder.parent
    return folder
