"""Child processes that never outlive their supervisor, whatever ends it.

Three nets, each for what the one before lets through: an orderly stop; the kernel's parent-death signal when the
supervisor is killed; and a register of process ids that the next start reads.
"""

import asyncio
import ctypes
import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from deploy.stack.sentences import StackProblem

_LARGEST_LOG: Final = 20 * 1024 * 1024  # bytes; a longer one is put aside at the next start, and one such is kept
_CLONE_NEWUSER: Final = 0x10000000
_PR_SET_PDEATHSIG: Final = 1
_NAMESPACE_REFUSED: Final = 77
_libc = ctypes.CDLL(None)  # loaded before any fork


@dataclass(slots=True)
class Child:
    """One running program of the stack."""

    name: str
    process: subprocess.Popen[bytes]
    stop_signal: signal.Signals
    stop_seconds: float

    @property
    def pid(self) -> int:
        return self.process.pid

    def is_running(self) -> bool:
        return self.process.poll() is None

    async def ended(self) -> int:
        """Wait until the child has ended and return its exit code."""
        loop = asyncio.get_running_loop()
        descriptor = os.pidfd_open(self.pid) if self.is_running() else None
        if descriptor is not None:
            over: asyncio.Future[None] = loop.create_future()
            loop.add_reader(descriptor, _settle, over)
            try:
                await over
            finally:
                loop.remove_reader(descriptor)
                os.close(descriptor)
        return self.process.wait()

    async def stop(self) -> int:
        """Ask the child to stop, make it stop when it does not, and return its exit code."""
        if self.is_running():
            self.process.send_signal(self.stop_signal)
        try:
            return await asyncio.wait_for(self.ended(), self.stop_seconds)
        except TimeoutError:
            self.process.kill()
            return await self.ended()


class Register:
    """The file that names the children of a run, for the run after it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._children: dict[int, Child] = {}

    def add(self, child: Child) -> None:
        self._children[child.pid] = child
        self._write()

    def remove(self, child: Child) -> None:
        self._children.pop(child.pid, None)
        with suppress(OSError):  # a full disk does not hinder a stop, and a row too many matches no process
            self._write()

    def _write(self) -> None:
        rows = [
            {
                "name": child.name,
                "pid": pid,
                "start_tick": _start_tick(pid),
                "boot": _boot_id(),
                "stop_signal": int(child.stop_signal),
            }
            for pid, child in self._children.items()
        ]
        new = self._path.with_name(f"{self._path.name}.new")
        new.write_text(json.dumps(rows, indent=1))
        new.replace(self._path)

    def end_orphans(self, *, seconds: float = 10) -> list[str]:
        """End what an earlier run left behind and return the names.

        A process counts as ours only if it was started in this boot and at the very tick that was written down; a
        process id alone may have been given to somebody else since. Nothing is ever searched for by name.
        """
        try:
            rows = json.loads(self._path.read_text())
        except (FileNotFoundError, json.JSONDecodeError):
            return []
        ours = [row for row in rows if _is_still(row)]
        for row in ours:
            with suppress(ProcessLookupError):
                os.kill(row["pid"], row["stop_signal"])
        until = time.monotonic() + seconds
        while any(_is_still(row) for row in ours):
            if time.monotonic() > until:
                for row in ours:
                    if _is_still(row):
                        os.kill(row["pid"], signal.SIGKILL)
                until += seconds
            time.sleep(0.03)
        self._path.unlink(missing_ok=True)
        return [str(row["name"]) for row in ours]


def start(
    name: str,
    command: Sequence[str | Path],
    *,
    log: Path,
    environment: Mapping[str, str],
    stop_signal: signal.Signals = signal.SIGTERM,
    stop_seconds: float = 10,
    unprivileged: bool = False,
) -> Child:
    """Start a child; its output goes to the end of a log file that only the owner may read.

    Call it from the main thread: the kernel sends the parent-death signal when the *thread* that forked ends.
    `unprivileged` is for programs that refuse to run as root.

    Errors: StackProblem when root may not step down here.
    """
    process = _popen(name, command, log, environment, stop_signal, unprivileged=unprivileged)
    return Child(name, process, stop_signal, stop_seconds)


async def run_to_end(
    name: str,
    command: Sequence[str | Path],
    *,
    log: Path,
    environment: Mapping[str, str],
    seconds: float,
    unprivileged: bool = False,
) -> None:
    """Run a program that does its work and ends.

    Errors: StackProblem with the last lines of its log when it fails or takes longer than `seconds`.
    """
    child = Child(
        name, _popen(name, command, log, environment, signal.SIGTERM, unprivileged=unprivileged), signal.SIGTERM, 5
    )
    try:
        code = await asyncio.wait_for(child.ended(), seconds)
    except TimeoutError:
        await child.stop()
        raise StackProblem(f"{name} was not done after {seconds:.0f} s. Its log: {log}\n{last_lines(log)}") from None
    except asyncio.CancelledError:
        await child.stop()
        raise
    if code == _NAMESPACE_REFUSED and unprivileged:
        raise StackProblem(
            "PostgreSQL does not run as root, and this machine lets root make no user namespace: "
            "run as an ordinary user."
        )
    if code != 0:
        raise StackProblem(f"{name} failed (exit code {code}). Its log: {log}\n{last_lines(log)}")


def _settle(over: "asyncio.Future[None]") -> None:
    if not over.done():
        over.set_result(None)


def last_lines(log: Path, *, count: int = 12) -> str:
    """Return the end of a log, for a person who has to find out what went wrong."""
    try:
        lines = log.read_text(errors="replace").splitlines()
    except FileNotFoundError:
        return ""
    return "\n".join(f"  | {line}" for line in lines[-count:])


def _popen(
    name: str,
    command: Sequence[str | Path],
    log: Path,
    environment: Mapping[str, str],
    stop_signal: signal.Signals,
    *,
    unprivileged: bool,
) -> subprocess.Popen[bytes]:
    if log.exists() and log.stat().st_size > _LARGEST_LOG:
        log.replace(log.with_name(f"{log.name}.1"))
    output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        return subprocess.Popen(
            [str(word) for word in command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env=dict(environment),
            start_new_session=True,  # or Ctrl-C would reach PostgreSQL before the services have stopped
            preexec_fn=_dies_with_us(stop_signal, as_nobody=unprivileged and os.geteuid() == 0),  # noqa: PLW1509 - fork happens in the main thread, before it the libraries are loaded
        )
    except FileNotFoundError as missing:
        raise StackProblem(
            f"{name} can't be started: {command[0]} is not there. `make clean` and start again."
        ) from missing
    finally:
        os.close(output)


def _dies_with_us(stop_signal: signal.Signals, *, as_nobody: bool) -> Callable[[], None]:
    parent = os.getpid()

    def prepare() -> None:
        if as_nobody:
            # A user namespace that knows root as 65534: no user, chown or chmod is needed, and files stay root's.
            if _libc.unshare(_CLONE_NEWUSER):
                os._exit(_NAMESPACE_REFUSED)
            Path("/proc/self/setgroups").write_text("deny")
            Path("/proc/self/uid_map").write_text("65534 0 1")
            Path("/proc/self/gid_map").write_text("65534 0 1")
        _libc.prctl(_PR_SET_PDEATHSIG, int(stop_signal))  # last: it does not survive a change of user
        if os.getppid() != parent:  # it went in between
            os._exit(1)

    return prepare


def _is_still(row: Mapping[str, object]) -> bool:
    pid = row.get("pid")
    if not isinstance(pid, int) or row.get("start_tick") is None:
        return False
    return row.get("boot") == _boot_id() and _start_tick(pid) == row["start_tick"] and not is_zombie(pid)


def is_zombie(pid: int) -> bool:
    """Tell whether a process is gone, or ended and only waits to be collected."""
    fields = _stat_fields(pid)
    return fields is None or fields[0] == "Z"


def _start_tick(pid: int) -> int | None:
    fields = _stat_fields(pid)
    return None if fields is None else int(fields[19])


def _stat_fields(pid: int) -> list[str] | None:
    """Return the fields of /proc/PID/stat from the third on; the second may hold blanks and brackets."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None


def _boot_id() -> str:
    return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
