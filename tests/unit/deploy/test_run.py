"""How a run ends that could not go on: a sentence for the person at the terminal, and no traceback."""

import errno
from pathlib import Path
from typing import NoReturn

import pytest

from deploy import run


def ending_with(problem: OSError, monkeypatch: pytest.MonkeyPatch) -> None:
    async def end(*_: object) -> NoReturn:
        raise problem

    monkeypatch.setattr(run, "_run", end)


def test_a_full_disk_ends_in_a_plain_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    # Seen to fail when only a look at the disk decided: by then there was space again, and nothing was said.
    ending_with(OSError(errno.ENOSPC, "No space left on device"), monkeypatch)

    code = run.main({"STATE": str(tmp_path / "state")})

    assert code == 1
    assert capsys.readouterr().out == (
        f"The disk that holds {tmp_path / 'state'} is full: free some space and start again.\n"
        "What was stored is not lost.\n"
    )


def test_another_fault_of_the_system_is_not_called_a_full_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ending_with(OSError(errno.EIO, "Input/output error"), monkeypatch)

    with pytest.raises(OSError, match="Input/output error"):
        run.main({"STATE": str(tmp_path / "state")})
