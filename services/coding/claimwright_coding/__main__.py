"""The command `claimwright-coding`."""

import json

import typer

from claimwright.service import commands
from claimwright_coding.settings import Settings

main = commands("coding", Settings, "claimwright_coding.app:build", migrations="claimwright_coding.migrations")


@main.command("openapi")
def openapi() -> None:
    """Print the API's description, as `services/coding/openapi.json` keeps it."""
    from claimwright_coding.app import description

    typer.echo(json.dumps(description(), indent=2, ensure_ascii=False))


if __name__ == "__main__":
    main()
