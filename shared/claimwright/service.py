"""The commands that every service has: serve, migrate, replay, check-settings.

A crash on the way up is told by its type and the places of our code, as everywhere: its words may hold a patient's.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from datetime import UTC, datetime
from enum import StrEnum
from pkgutil import resolve_name
from typing import Annotated, Any, Final, TypeVar

import typer

from claimwright.settings import ProcessSettings, SettingsRefused, SharedSettings, fields_of, load_settings
from claimwright.telemetry import logging, tracing

SettingsT = TypeVar("SettingsT", bound=ProcessSettings)
ResultT = TypeVar("ResultT")
REFUSED: Final = 2
"""Exit code of a start that the settings do not allow; starting again without a change does not help."""
FAILED: Final = 1


class Only(StrEnum):
    """The parts of a service that may run in processes of their own."""

    API = "api"
    CONSUMER = "consumer"
    RELAY = "relay"
    PERIODIC = "periodic"


def commands(name: str, settings_class: type[ProcessSettings], build: str, *, migrations: str) -> typer.Typer:
    """Return the command line of a service; it adds its own commands to it.

    `build` is the place of the coroutine that makes a `claimwright.process.Service` of the settings
    (`claimwright_intake.app:build`): it is imported when there is something to serve, which takes a second that
    `migrate` and `--help` need not wait. `migrations` names the package of its migrations.
    """
    main = typer.Typer(
        help=f"The {name} service.", no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False
    )

    @main.command()
    def serve(
        only: Annotated[
            list[Only] | None, typer.Option(help="Run this part alone; may be given more than once.")
        ] = None,
    ) -> None:
        """Run the service until it is told to stop."""
        from claimwright import process

        settings = _settings_or_exit(settings_class)
        logging.configure(name, settings.log_level)
        tracing.configure(name, settings)
        parts = frozenset(part.value for part in only) if only else None

        async def run() -> None:
            service = await resolve_name(build)(settings)
            own = settings.own
            await process.serve(service, host=settings.http_host, port=own.http_port, only=parts, tls=own.tls)

        _run(name, run())

    @main.command()
    def migrate() -> None:
        """Bring the service's schema to what this version expects."""
        from claimwright.database.migrate import migrate as bring_up

        settings = _settings_or_exit(settings_class)
        logging.configure(name, settings.log_level)
        package = migrations.removesuffix(".migrations")
        asyncio.run(bring_up(settings.database, service=name, package=package))
        typer.echo(f"The schema of {name} is as this version expects it.")

    if issubclass(settings_class, SharedSettings):
        _add_replay(main, name, settings_class)

    @main.command("check-settings")
    def check_settings() -> None:
        """Tell whether the settings can be used, by name and without values."""
        settings = _settings_or_exit(settings_class)
        count = sum(1 for _ in fields_of(settings_class))
        typer.echo(f"All {count} settings of {name} can be used; the environment is {settings.environment}.")

    return main


def _add_replay(main: typer.Typer, name: str, settings_class: type[SharedSettings]) -> None:
    @main.command()
    def replay(
        topic: Annotated[str | None, typer.Option(help="Only events of this topic.")] = None,
        key: Annotated[str | None, typer.Option(help="Only events of this record key.")] = None,
        first: Annotated[int, typer.Option(help="From this row of the outbox on.")] = 1,
        last: Annotated[int | None, typer.Option(help="Up to this row of the outbox.")] = None,
        *,
        since: Annotated[datetime | None, typer.Option(help="From this moment on, in UTC.")] = None,
        until: Annotated[datetime | None, typer.Option(help="Before this moment, in UTC.")] = None,
        to: Annotated[str | None, typer.Option(help="To one consumer alone, such as coding.coding.")] = None,
        rate: Annotated[int, typer.Option(help="Events a second at most.", min=1, max=10_000)] = 10_000,
        resume: Annotated[str | None, typer.Option(help="Go on with this replay instead, lac_….")] = None,
    ) -> None:
        """Send events that were published before again; who handled them before does nothing. Ctrl-C stops it."""
        from claimwright import ids
        from claimwright.messaging.long_acts import LongAct
        from claimwright.messaging.replay import Which
        from claimwright.messaging.replay_by_hand import name_of, run
        from claimwright.refusals import Refusal

        settings = _settings_or_exit(settings_class)
        logging.configure(name, settings.log_level)
        which = Which(topic=topic, key=key, first=first, last=last, since=_utc(since), until=_utc(until), to=to)

        def tell(act: LongAct) -> None:
            typer.echo(f"{name_of(act)} {act.state}: {act.done} of {act.total} events sent", err=True)

        try:
            resumed = None if resume is None else ids.parse(ids.LONG_ACT, resume)
            act = asyncio.run(run(settings, service=name, which=which, resumed=resumed, rate=rate, progress=tell))
        except (Refusal, ids.MalformedId) as refusal:
            typer.echo(f"{refusal} {getattr(refusal, 'fix', None) or ''}".strip(), err=True)
            raise typer.Exit(FAILED) from None
        except KeyboardInterrupt:
            typer.echo(f"Stopped. Go on by: claimwright-{name} replay --resume with the id above.", err=True)
            raise typer.Exit(FAILED) from None
        typer.echo(f"{act.done} events were sent again.")
        if act.state != "done":
            typer.echo(f"It is {act.state}: {act.problem or 'go on by --resume'}", err=True)
            raise typer.Exit(FAILED)


def add_projections(main: typer.Typer, name: str, settings_class: type[SharedSettings], *, projections: str) -> None:
    """Add `rebuild` and `digest`; `projections` is the place of the service's projections."""

    def found(projection: str) -> Any:
        known = {one.name: one for one in resolve_name(projections)}
        if projection not in known:
            typer.echo(f"{name} has {', '.join(known)}.", err=True)
            raise typer.Exit(REFUSED)
        return known[projection]

    def on_database(act: Callable[..., Awaitable[ResultT]], projection: str) -> ResultT:
        from claimwright.messaging.projections import with_organizations

        settings = _settings_or_exit(settings_class)
        return asyncio.run(with_organizations(settings, name, act, found(projection)))

    @main.command()
    def rebuild(projection: Annotated[str, typer.Argument(help="Its name, such as partner-view.")]) -> None:
        """Forget what a projection was built of, so that replays to its consumer build it anew.

        `digest` before and after tells whether it came out the same.
        """
        from claimwright.events.topics import TOPIC_NAMED
        from claimwright.messaging.projections import digest, forget

        wanted = found(projection)
        before = on_database(digest, projection)
        on_database(forget, projection)
        typer.echo(f"{projection} is empty. Its digest was {before}\nFill it again by:")
        for topic in wanted.topics:
            publisher = TOPIC_NAMED[topic].owner.value
            typer.echo(f"  claimwright-{publisher} replay --topic {topic} --to {name}.{wanted.consumer}")

    @main.command("digest")
    def tell_digest(projection: Annotated[str, typer.Argument(help="Its name, such as partner-view.")]) -> None:
        """Print the digest of a projection: equal digests are equal projections."""
        from claimwright.messaging.projections import digest

        typer.echo(on_database(digest, projection))


def _utc(moment: datetime | None) -> datetime | None:
    return None if moment is None else moment.replace(tzinfo=UTC)


def _settings_or_exit(settings_class: type[SettingsT]) -> SettingsT:
    """Return the settings, or end with every problem on a line of its own."""
    try:
        return load_settings(settings_class)
    except SettingsRefused as refused:
        for problem in refused.problems:
            typer.echo(problem, err=True)
        raise typer.Exit(REFUSED) from None


def _run(name: str, running: Coroutine[Any, Any, None]) -> None:
    """Run a service to its end; what stops it unforeseen is told by its type and place."""
    from claimwright import process

    try:
        process.run(running)
    except KeyboardInterrupt:
        return
    except SettingsRefused as refused:  # of a file that the settings name
        for problem in refused.problems:
            typer.echo(problem, err=True)
        raise typer.Exit(REFUSED) from None
    except Exception as error:  # noqa: BLE001 - the last catch of the process
        logging.get(f"claimwright.{name}").error("service_failed", exc_info=error)
        raise typer.Exit(FAILED) from None
