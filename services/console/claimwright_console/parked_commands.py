"""Parked events of every service: list, show, try, release, edit, skip; acts that take a while; replays.

By the console's API with the session of `claimwright access sign-in LINK`, so that each act has a person's name.
"""

import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from rich.console import Console
from rich.table import Table

from claimwright_console.session_calls import call, fail

parked: Final = typer.Typer(
    help="Parked events of every service.", no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False
)
jobs: Final = typer.Typer(help="Acts that take a while.", no_args_is_help=True)
consumers: Final = typer.Typer(help="Consumers that stand still.", no_args_is_help=True)
parked.add_typer(jobs, name="jobs")
parked.add_typer(consumers, name="consumers")

SERVICES: Final = ("intake", "coding", "submission", "remittance", "console")
Service = Annotated[str, typer.Argument(help=f"One of {', '.join(SERVICES)}.")]
Event = Annotated[str, typer.Argument(help="The parked event's id, prk_….")]
Job = Annotated[str, typer.Argument(help="The act's id, lac_….")]
Why = Annotated[str, typer.Option("--why", help="Why, in words for the audit trail; codes and ids, no names.")]
Consumer = Annotated[str | None, typer.Option(help="Of this consumer's.")]
Reason = Annotated[str | None, typer.Option(help="Parked for this reason, as the list says it.")]
EventType = Annotated[str | None, typer.Option("--type", help="Of this type.")]
Rate = Annotated[int, typer.Option(help="Events a second at most.")]
Wait = Annotated[bool, typer.Option(help="Wait and tell how far it has come; Ctrl-C leaves it running.")]


@parked.command("list")
def list_causes(service: Annotated[str | None, typer.Argument(help="One service; all without it.")] = None) -> None:
    """List why events are parked, with counts and ages."""
    rows: list[Mapping[str, Any]] = []
    for name in (service,) if service else SERVICES:
        found = call("GET", f"/v1/services/{name}/parked/causes")["items"]
        rows += [{"service": name, **cause} for cause in found]
    _table(rows, ("service", "consumer", "reason", "event_type", "events", "behind", "for_person", "oldest_at"))


@parked.command("events")
def list_events(
    service: Service, consumer: Consumer = None, reason: Reason = None, event_type: EventType = None
) -> None:
    """List parked events of a service, all or those of one cause."""
    chosen = _chosen(consumer, reason, event_type)
    rows: list[Mapping[str, Any]] = []
    after: str | None = None
    while True:
        page = call("GET", f"/v1/services/{service}/parked", params=chosen | ({"after": after} if after else {}))
        rows += page["items"]
        after = page["next"]
        if after is None:
            break
    _table(rows, ("id", "key", "event_type", "reason", "attempts", "waiting", "parked_at", "next_try"))


@parked.command("show")
def show(
    service: Service,
    event: Event,
    content: Annotated[bool, typer.Option("--open", help="With what it says; that is audited.")] = False,
) -> None:
    """Show one parked event: why, where it was read, whether it is of its schema, what was decided."""
    shown = call("GET", f"/v1/services/{service}/parked/events/{event}")
    if content:
        shown["content"] = call("POST", f"/v1/services/{service}/parked/events/{event}/open")
    typer.echo(json.dumps(shown, indent=2, ensure_ascii=False))


@parked.command("dry-run")
def dry_run(
    service: Service,
    event: Annotated[str | None, typer.Argument(help="One event; or name a cause.")] = None,
    skip: Annotated[bool, typer.Option("--skip", help="Try a skip instead of a release.")] = False,
    *,
    consumer: Consumer = None,
    reason: Reason = None,
    event_type: EventType = None,
) -> None:
    """Tell what an act would do, found out by doing it and taking it back."""
    what = _chosen(consumer, reason, event_type) | ({"parked_id": event} if event else {})
    tried = call("POST", f"/v1/services/{service}/parked/dry-run", body={"act": "skip" if skip else "release", **what})
    typer.echo(tried["says"])
    for code, count in tried["fails"].items():
        typer.echo(f"  would fail again: {code} {count}")
    for name, count in tried["publishes"].items():
        typer.echo(f"  would publish: {name} {count}")


@parked.command("release")
def release(
    service: Service,
    event: Annotated[str | None, typer.Argument(help="One event; or name a cause.")] = None,
    why: Annotated[str | None, typer.Option("--why", help="For a cause: why, for the audit trail.")] = None,
    *,
    consumer: Consumer = None,
    reason: Reason = None,
    event_type: EventType = None,
    rate: Rate = 20,
    wait: Wait = True,
) -> None:
    """Have one event tried again at once, or all of a cause."""
    if event:
        call("POST", f"/v1/services/{service}/parked/events/{event}/release")
        typer.echo("It is tried again now.")
        return
    _by_cause("release", service, why, _chosen(consumer, reason, event_type), rate=rate, wait=wait)


@parked.command("skip")
def skip(
    service: Service,
    event: Annotated[str | None, typer.Argument(help="One event; or name a cause.")] = None,
    *,
    why: Why,
    consumer: Consumer = None,
    reason: Reason = None,
    event_type: EventType = None,
    rate: Rate = 20,
    wait: Wait = True,
) -> None:
    """Leave one event out for good, or all of a cause."""
    if event:
        call("POST", f"/v1/services/{service}/parked/events/{event}/skip", body={"reason": why})
        typer.echo("It is left out for good.")
        return
    _by_cause("skip", service, why, _chosen(consumer, reason, event_type), rate=rate, wait=wait)


@parked.command("edit")
def edit(
    service: Service,
    event: Event,
    data: Annotated[Path, typer.Option(help="A JSON file with the whole data as it should have been.")],
    why: Why,
) -> None:
    """Keep a mended copy of an event's data, which is used from the next try on; `show --open` gives what came."""
    try:
        mended = json.loads(data.read_text())
    except (OSError, ValueError):
        fail("The file can't be read as JSON.")
    answer = call("POST", f"/v1/services/{service}/parked/events/{event}/edit", body={"data": mended, "reason": why})
    for change in answer["diff"]:
        typer.echo(f"{change['op']} {change['path']}: {change['was']} -> {change['value']}")


@parked.command("replay")
def replay(
    service: Service,
    *,
    why: Why,
    topic: Annotated[str | None, typer.Option(help="Only events of this topic.")] = None,
    key: Annotated[str | None, typer.Option(help="Only events of this record key.")] = None,
    first: Annotated[int, typer.Option(help="From this row of the outbox on.")] = 1,
    last: Annotated[int | None, typer.Option(help="Up to this row of the outbox.")] = None,
    since: Annotated[str | None, typer.Option(help="From this moment on, ISO 8601 with its offset.")] = None,
    until: Annotated[str | None, typer.Option(help="Before this moment.")] = None,
    to: Annotated[str | None, typer.Option(help="To one consumer alone, such as coding.coding.")] = None,
    rate: Rate = 2000,
    wait: Wait = True,
) -> None:
    """Have a service send events of the organization again; who handled them before does nothing."""
    given = {"topic": topic, "key": key, "first": first, "last": last, "since": since, "until": until, "to": to}
    body = {name: value for name, value in given.items() if value is not None}
    begun = call("POST", f"/v1/services/{service}/replays", body={**body, "because": why, "rate": rate})
    _follow(service, begun, wait=wait)


@jobs.command("list")
def list_jobs(service: Service) -> None:
    """List acts that take a while, the newest first."""
    rows = call("GET", f"/v1/services/{service}/long-acts")["items"]
    _table(rows, ("id", "kind", "state", "done", "passed_over", "total", "rate", "actor", "begun_at"))


@jobs.command("show")
def show_job(service: Service, job: Job) -> None:
    """Show one act."""
    typer.echo(json.dumps(call("GET", f"/v1/services/{service}/long-acts/{job}"), indent=2, ensure_ascii=False))


@jobs.command("stop")
def stop_job(service: Service, job: Job) -> None:
    """Let nobody go on with an act; what it has done stays done."""
    _tell(call("POST", f"/v1/services/{service}/long-acts/{job}/stop"))


@jobs.command("resume")
def resume_job(service: Service, job: Job, wait: Wait = True) -> None:
    """Go on with an act where it stopped."""
    _follow(service, call("POST", f"/v1/services/{service}/long-acts/{job}/resume"), wait=wait)


@consumers.command("list")
def list_consumers(service: Service) -> None:
    """List a service's consumers, and which stand still."""
    rows = call("GET", f"/v1/services/{service}/consumers")["items"]
    _table(rows, ("name", "is_stopped", "reason", "topic", "partition", "failed", "looked_at", "stopped_at"))


@consumers.command("resume")
def resume_consumer(service: Service, consumer: Annotated[str, typer.Argument()], why: Why) -> None:
    """Let a consumer go on that stopped since too many of its events parked."""
    call("POST", f"/v1/services/{service}/consumers/{consumer}/resume", body={"reason": why})
    typer.echo(f"{service}.{consumer} goes on.")


def _chosen(consumer: str | None, reason: str | None, event_type: str | None) -> dict[str, str]:
    given = {"consumer": consumer, "reason": reason, "event_type": event_type}
    return {name: value for name, value in given.items() if value}


def _by_cause(act: str, service: str, why: str | None, chosen: Mapping[str, str], *, rate: int, wait: bool) -> None:
    if why is None or not {"consumer", "reason"} <= chosen.keys():
        fail("Name one event, or a cause by --consumer, --reason, --type and --why.")
    begun = call(
        "POST", f"/v1/services/{service}/parked/acts", body={"act": act, "because": why, "rate": rate, **chosen}
    )
    _follow(service, begun, wait=wait)


def _follow(service: str, act: Mapping[str, Any], *, wait: bool) -> None:
    """Tell how far an act comes, until it ends or is stopped."""
    typer.echo(f"{act['id']} ({act['total']} events)")
    while wait and act["state"] == "running":
        time.sleep(1)
        act = call("GET", f"/v1/services/{service}/long-acts/{act['id']}")
        typer.echo(f"{act['done']} of {act['total']}", err=True)
    _tell(act)


def _tell(act: Mapping[str, Any]) -> None:
    typer.echo(f"{act['state']}: {act['done']} of {act['total']}, {act['passed_over']} passed over")


def _table(rows: list[Any], names: tuple[str, ...]) -> None:
    table = Table(*names)
    for row in rows:
        table.add_row(*("" if row.get(name) is None else str(row[name]) for name in names))
    Console(width=200).print(table)
