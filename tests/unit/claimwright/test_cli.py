"""The one command: every installed part is listed, and only the part that is asked for is imported.

Seen to fail: with every group loaded, the broken one broke the list.
"""

from importlib.metadata import EntryPoint

import pytest
import typer
from typer.testing import CliRunner

from claimwright import cli

good = typer.Typer(help="Does good.")


@good.command()
def hello() -> None:
    """Greet."""
    typer.echo("hello")


@good.command()
def bye() -> None:
    """Leave."""


@pytest.fixture(autouse=True)
def installed(monkeypatch: pytest.MonkeyPatch) -> None:
    points = (
        EntryPoint("good", f"{__name__}:good", cli.GROUP),
        EntryPoint("broken", "no.such.module:main", cli.GROUP),
        EntryPoint("wrong", f"{__name__}:cli", cli.GROUP),
    )
    monkeypatch.setattr(cli, "entry_points", lambda group: points if group == cli.GROUP else ())


def run(*arguments: str) -> str:
    told = CliRunner().invoke(cli.app_for(list(arguments)), list(arguments))
    assert told.exit_code == 0, told.output
    return told.stdout


def test_all_groups_are_listed_though_one_is_broken() -> None:
    told = run("--help")

    assert "good" in told
    assert "The one command: every installed part is listed" in " ".join(told.replace("│", " ").split())
    assert "broken" in told


def test_the_group_that_is_asked_for_is_loaded() -> None:
    assert run("good", "hello") == "hello\n"
    assert "Greet." in run("good", "--help")


def test_a_broken_part_breaks_itself_alone() -> None:
    with pytest.raises(ModuleNotFoundError):
        cli.app_for(["broken"])


def test_an_entry_point_that_is_no_group_is_refused() -> None:
    with pytest.raises(cli.NoCommandGroup):
        cli.app_for(["wrong"])
