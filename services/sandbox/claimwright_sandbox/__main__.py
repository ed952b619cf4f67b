"""`claimwright-sandbox`: serve, migrate, check-settings and openapi."""

import json

import typer

from claimwright.service import commands
from claimwright_sandbox.settings import Settings

main = commands("sandbox", Settings, "claimwright_sandbox.app:build", migrations="claimwright_sandbox.migrations")


@main.command("openapi")
def openapi() -> None:
    """Print the API's description, as `services/sandbox/openapi.json` keeps it."""
    from claimwright_sandbox.app import description

    typer.echo(json.dumps(description(), indent=2, ensure_ascii=False))


if __name__ == "__main__":
    main()
