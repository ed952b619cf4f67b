"""The one command `claimwright`: each installed package adds its group through the entry points `claimwright.commands`.

Only the group that is asked for is imported, so that `--help` answers at once and a broken package breaks itself alone.
"""

import ast
import sys
from importlib.metadata import EntryPoint, entry_points
from importlib.util import find_spec
from pathlib import Path
from typing import Final

import typer

GROUP: Final = "claimwright.commands"
_HELP: Final = """Claims processing from encounter to paid claim.

Each group belongs to one part; `claimwright GROUP --help` tells what it does.
"""


class NoCommandGroup(TypeError):
    """An entry point that is no group of commands."""


def main() -> None:
    """Run the command line."""
    app_for(sys.argv[1:])(prog_name="claimwright")


def app_for(arguments: list[str]) -> typer.Typer:
    """Return the command line with the asked group loaded, and the others by name and one sentence."""
    asked = next((argument for argument in arguments if not argument.startswith("-")), None)
    app = _group(_HELP)
    for point in sorted(entry_points(group=GROUP), key=lambda point: point.name):
        group = _loaded(point) if point.name == asked else _group(_sentence(point))
        app.add_typer(group, name=point.name, help=_sentence(point))
    return app


def _group(says: str) -> typer.Typer:
    """Return a group of commands without any yet."""
    group = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
    group.callback(help=says)(lambda: None)
    return group


def _loaded(point: EntryPoint) -> typer.Typer:
    group = point.load()
    if not isinstance(group, typer.Typer):
        raise NoCommandGroup(point.value)
    return group


def _sentence(point: EntryPoint) -> str:
    """Return what a service's package says it is, or how another group's module begins; nothing is imported for it."""
    if point.dist is not None and point.module.endswith(".__main__"):
        return str(point.dist.metadata["Summary"])
    try:
        found = find_spec(point.module)
    except ImportError:
        found = None
    if found is None or found.origin is None:
        return "(not installed whole)"
    words = ast.get_docstring(ast.parse(Path(found.origin).read_text())) or ""
    return words.split("\n\n")[0].replace("\n", " ")
