"""The command `claimwright-submission`."""

import json

import typer

from claimwright.service import commands
from claimwright_submission.settings import Settings

main = commands(
    "submission", Settings, "claimwright_submission.app:build", migrations="claimwright_submission.migrations"
)


@main.command("openapi")
def openapi() -> None:
    """Print the API's description, as `services/submission/openapi.json` keeps it."""
    from claimwright_submission.app import description

    typer.echo(json.dumps(description(), indent=2, ensure_ascii=False))


if __name__ == "__main__":
    main()
