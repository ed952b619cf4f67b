"""The sample day: what is played into an empty stack, so that a newcomer sees claims move."""

import asyncio
import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

import asyncpg

from deploy.stack.places import ROOT
from deploy.stack.routes import handover_file
from deploy.stack.sentences import StackProblem
from deploy.stack.stack import Stack

EXAMPLES: Final = ROOT / "examples"
_NO: Final = "no"


@dataclass(frozen=True, slots=True)
class SampleDay:
    """Which folder is played, None for none; one that was asked for by name is played whatever is there already."""

    folder: Path | None
    is_asked_for: bool

    @classmethod
    def chosen(cls, text: str) -> Self:
        """Return what SAMPLE asks for: nothing given, `no`, or a folder.

        Errors: StackProblem for a folder that is not there.
        """
        if text == _NO:
            return cls(None, is_asked_for=False)
        if not text:
            return cls(EXAMPLES, is_asked_for=False)
        folder = Path(text).absolute()
        if not folder.is_dir():
            raise StackProblem(f"SAMPLE={text} names no folder. SAMPLE=no starts without a sample day.")
        return cls(folder, is_asked_for=True)

    async def is_due(self, stack: Stack) -> bool:
        """Tell whether to play: a named folder always, the examples only on an empty database."""
        return self.folder is not None and (self.is_asked_for or await _is_empty(stack))

    async def play(self, stack: Stack) -> None:
        """Play the folder; the command talks to the terminal itself.

        Errors: StackProblem when it fails; what went in stays in.
        """
        command = [
            *("claimwright", "sample", "play", str(self.folder)),
            *("--intake-url", stack.url_of("intake"), "--key-file", str(handover_file(stack.places))),
        ]
        process = await asyncio.create_subprocess_exec(
            *command, stdin=subprocess.DEVNULL, env=stack.base_environment(), start_new_session=True
        )
        try:
            code = await process.wait()
        except asyncio.CancelledError:
            process.send_signal(signal.SIGTERM)
            await process.wait()
            raise
        if code != 0:
            raise StackProblem(f"The sample day was not played to its end (exit code {code}).")


async def _is_empty(stack: Stack) -> bool:
    connection = await stack.connect("postgres")
    try:
        return not await connection.fetchval("select exists (select from intake.encounter)")
    except asyncpg.UndefinedTableError:
        return True
    finally:
        await connection.close()
