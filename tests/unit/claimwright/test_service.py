"""The commands of a service: what is wrong is told whole and without values, and a crash without its words.

Seen to fail: with `raise` in place of the last catch, the words of the crash stood on the terminal.
"""

import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar, Never

import pytest
from typer.testing import CliRunner

from claimwright.service import commands
from claimwright.settings import ProcessSettings, ServiceSettings

SECRET = "QZYXWVUT"


class SandboxSettings(ServiceSettings):
    """A section."""

    http_port: int = 8410


class Settings(ProcessSettings):
    """Settings without broker and keys."""

    SERVICE: ClassVar[str] = "sandbox"
    sandbox: SandboxSettings = SandboxSettings()


async def crash(_settings: Settings) -> Never:
    """Fail on the way up, with words that may not be told."""
    raise ValueError(SECRET)


main = commands("sandbox", Settings, f"{__name__}:crash", migrations="claimwright_sandbox.migrations")


@pytest.fixture(autouse=True)
def logs_as_before() -> Iterator[None]:
    root = logging.getLogger()
    before = (root.handlers, root.level)
    yield
    root.handlers, root.level = before


@pytest.fixture
def environ(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    (tmp_path / "password").write_text("db-secret")
    monkeypatch.setenv("CLAIMWRIGHT_DATABASE__PASSWORD_FILE", str(tmp_path / "password"))
    return monkeypatch


def test_good_settings_are_told_to_be_good(environ: pytest.MonkeyPatch) -> None:
    told = CliRunner().invoke(main, ["check-settings"])

    assert told.exit_code == 0
    assert "can be used; the environment is local" in told.stdout


@pytest.mark.parametrize("command", ["check-settings", "serve", "migrate"])
def test_every_problem_is_told_before_anything_starts(environ: pytest.MonkeyPatch, command: str) -> None:
    environ.delenv("CLAIMWRIGHT_DATABASE__PASSWORD_FILE")
    environ.setenv("CLAIMWRIGHT_LOG_LEVEL", SECRET)

    told = CliRunner().invoke(main, [command])

    assert told.exit_code == 2
    assert told.stdout == ""
    assert set(told.stderr.splitlines()) == {
        "CLAIMWRIGHT_DATABASE__PASSWORD_FILE: is needed",
        "CLAIMWRIGHT_LOG_LEVEL: is none of the allowed words",
    }


def test_a_crash_on_the_way_up_is_told_by_type_and_place(environ: pytest.MonkeyPatch) -> None:
    told = CliRunner().invoke(main, ["serve"])

    line = json.loads(told.stdout.splitlines()[-1])
    assert told.exit_code == 1
    assert (line["event"], line["error"]) == ("service_failed", "ValueError")
    assert SECRET not in told.output


def test_a_service_without_a_broker_has_nothing_to_replay() -> None:
    assert "replay" not in CliRunner().invoke(main, ["--help"]).stdout
