"""The command `claimwright-intake`."""

import json

import typer

from claimwright.service import add_projections, commands
from claimwright_intake.settings import Settings

main = commands("intake", Settings, "claimwright_intake.app:build", migrations="claimwright_intake.migrations")
add_projections(main, "intake", Settings, projections="claimwright_intake.projections:PROJECTIONS")


@main.command("openapi")
def openapi() -> None:
    """Print the API's description, as `services/intake/openapi.json` keeps it."""
    from claimwright_intake.app import description

    typer.echo(json.dumps(description(), indent=2, ensure_ascii=False))


if __name__ == "__main__":
    main()
