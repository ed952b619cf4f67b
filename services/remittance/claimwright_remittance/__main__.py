"""The command `claimwright-remittance`."""

import json

import typer

from claimwright.service import commands
from claimwright_remittance.settings import Settings

main = commands(
    "remittance", Settings, "claimwright_remittance.app:build", migrations="claimwright_remittance.migrations"
)


@main.command("openapi")
def openapi() -> None:
    """Print the API's description, as `services/remittance/openapi.json` keeps it."""
    from claimwright_remittance.app import description

    typer.echo(json.dumps(description(), indent=2, ensure_ascii=False))


if __name__ == "__main__":
    main()
