"""The console's commands: what every service has, and bootstrap, sign-in-links, rebuild, digest and openapi."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, TypeVar

import typer

from claimwright.service import commands
from claimwright.settings import SettingsRefused, load_settings
from claimwright_console.settings import Settings

if TYPE_CHECKING:
    from claimwright_console.core import Core
    from claimwright_console.usecases.bootstrap import Handover

ResultT = TypeVar("ResultT")
main: Final = commands(
    "console", Settings, "claimwright_console.app:build", migrations="claimwright_console.migrations"
)
_REFUSED: Final = 2


@main.command()
def bootstrap(
    handover_file: Annotated[Path, typer.Option(help="Where the organization's id and its partner's key lie, 0600.")],
) -> None:
    """Make keys, a first test organization and people where there are none; opens the database itself.

    The file is written whole. When it was lost, a new key is issued for it; when it is there, it stays as it is.
    """
    from claimwright_console.usecases.bootstrap import bootstrap as make_what_lacks
    from claimwright_console.usecases.bootstrap import write_secret

    settings = _settings()

    async def act(base: "Core") -> "Handover | None":
        return await make_what_lacks(
            base.transactions, encryption_keys=settings.keys, needs_key=not handover_file.exists()
        )

    handover = _with_core(settings, act)
    if handover is not None:
        write_secret(handover_file, handover.as_json())
    typer.echo("The deployment has its keys, its first organization and its people.")


@main.command("sign-in-links")
def sign_in_links(
    console_url: Annotated[str, typer.Option(help="How a browser reaches the console.")],
) -> None:
    """Print fresh one-time sign-in links as JSON, one a role; each works once, for fifteen minutes.

    In production it prints the operator's alone: people get theirs from an admin. Opens the database itself.
    """
    from claimwright_console.usecases.bootstrap import issue_links, link_url

    settings = _settings()
    links = _with_core(settings, lambda base: issue_links(base.transactions, operator_only=settings.is_production))
    told = [
        {"role": link.role, "person": link.person, "url": link_url(console_url.rstrip("/"), link.token)}
        for link in links
    ]
    typer.echo(json.dumps(told))


@main.command()
def rebuild() -> None:
    """Forget the read models, so that a replay of the topics builds them anew.

    Afterwards run `replay --to console.console` of intake, coding, submission, remittance and console. `digest` tells
    whether the read models came out as they were.
    """
    from claimwright_console.usecases.rebuild import digest, forget

    async def act(base: "Core") -> str:
        before = await digest(base.transactions)
        await forget(base.transactions)
        return before

    typer.echo(f"The read models are empty. Their digest was {_with_core(_settings(), act)}")


@main.command("digest")
def tell_digest() -> None:
    """Print the digest of the read models: equal digests are equal read models."""
    from claimwright_console.usecases.rebuild import digest

    typer.echo(_with_core(_settings(), lambda base: digest(base.transactions)))


@main.command("openapi")
def openapi() -> None:
    """Print the API's description, as `services/console/openapi.json` keeps it."""
    from claimwright_console.app import description

    typer.echo(json.dumps(description(), indent=2, ensure_ascii=False))


def _with_core(settings: Settings, act: "Callable[[Core], Awaitable[ResultT]]") -> ResultT:
    """Return what an act gives that works on the database alone."""
    from claimwright_console.core import core

    async def run() -> ResultT:
        base = core(settings)
        try:
            return await act(base)
        finally:
            await base.database.close()

    return asyncio.run(run())


def _settings() -> Settings:
    try:
        return load_settings(Settings)
    except SettingsRefused as refused:
        for problem in refused.problems:
            typer.echo(problem, err=True)
        raise typer.Exit(_REFUSED) from None


if __name__ == "__main__":
    main()
