"""One run a state folder: the kernel frees the lock on any death of its holder."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from deploy.stack.sentences import StackProblem


@contextmanager
def only_run(path: Path) -> Iterator[None]:
    """Hold the lock file for as long as the context is open.

    Errors: StackProblem when another run holds it.
    """
    with path.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise StackProblem(
                f"A stack is already running on {path.parent}: use it, or stop it with Ctrl-C in its terminal first."
            ) from None
        yield
