"""The command group `claimwright sample`: write the sample day, play a folder, report what became of it."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, Final, TypeVar

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from claimwright.money import dollars
from claimwright_intake.sample.address import Intake, IntakeNotReached, IntakeRefuses, KeyFileUnreadable, read_key
from claimwright_intake.sample.generate import write_sample
from claimwright_intake.sample.play import AT_ONCE, WAIT_SECONDS, Played, play
from claimwright_intake.sample.report import Report, all_claims, wait_and_report

main: Final = typer.Typer(
    help="The sample day: invented encounters, played into a running stack.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

FAILED: Final = 1
_MOST_NAMED: Final = 20

IntakeUrl = Annotated[str, typer.Option("--intake-url", "--intake", help="Where intake answers.")]
KeyFile = Annotated[Path, typer.Option(help="A file with the API key, or the handover of a first start.")]
Wait = Annotated[float, typer.Option(help="Seconds after which files and claims that still move are told as they are.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for a program, without a bar or a table.")]
ResultT = TypeVar("ResultT")


@main.command()
def generate(
    folder: Annotated[Path, typer.Argument(help="Where the files go; sample files there are replaced.")],
) -> None:
    """Write the sample day; the same bytes every time."""
    typer.echo(f"{write_sample(folder)} files are in {folder}.")


@main.command("play")
def play_folder(
    folder: Annotated[Path, typer.Argument(exists=True, file_okay=False, help="JSON encounters and 837P files.")],
    *,
    intake_url: IntakeUrl,
    key_file: KeyFile,
    at_once: Annotated[int, typer.Option(min=1, max=64, help="How many requests are open at a time.")] = AT_ONCE,
    report: Annotated[bool, typer.Option(help="Wait until all claims are at rest, and report.")] = True,
    wait_seconds: Wait = WAIT_SECONDS,
    as_json: AsJson = False,
) -> None:
    """Post a folder of encounters and 837P files, and tell what became of them."""
    console = Console(stderr=as_json, quiet=as_json, highlight=False)

    async def act(intake: Intake) -> tuple[Played, Report | None]:
        with _bar(console, "Posting") as told:
            played = await play(intake, folder, at_once=at_once, wait_seconds=wait_seconds, on_posted=told)
        if not report:
            return played, None
        with _bar(console, "At rest") as told:
            return played, await wait_and_report(intake, played.claims, wait_seconds=wait_seconds, on_look=told)

    played, reported = _with_intake(intake_url, key_file, act)
    if as_json:
        told: dict[str, Any] = played.as_json()
        typer.echo(json.dumps(told | ({"report": reported.as_json()} if reported else {}), indent=2))
        return
    _print_played(console, played)
    if reported:
        _print_report(console, reported)


@main.command("report")
def report_all(
    intake_url: IntakeUrl, key_file: KeyFile, wait_seconds: Wait = WAIT_SECONDS, as_json: AsJson = False
) -> None:
    """Wait until every claim of the organization is at rest, and report what became of them."""
    console = Console(stderr=as_json, quiet=as_json, highlight=False)

    async def act(intake: Intake) -> Report:
        with _bar(console, "At rest") as told:
            return await wait_and_report(intake, await all_claims(intake), wait_seconds=wait_seconds, on_look=told)

    reported = _with_intake(intake_url, key_file, act)
    if as_json:
        typer.echo(json.dumps(reported.as_json(), indent=2))
    else:
        _print_report(console, reported)


def _with_intake(url: str, key_file: Path, act: Callable[[Intake], Awaitable[ResultT]]) -> ResultT:
    """Do an act with intake's API, or end with a sentence that says what is in the way."""

    async def run() -> ResultT:
        intake = Intake.at(url, read_key(key_file))
        try:
            return await act(intake)
        finally:
            await intake.close()

    try:
        return asyncio.run(run())
    except KeyFileUnreadable:
        typer.echo(f"There is no API key in {key_file}.", err=True)
    except IntakeNotReached:
        typer.echo(f"Intake does not answer at {url}.", err=True)
    except IntakeRefuses as refusal:
        typer.echo(f"Intake refuses at {url}: {refusal}.", err=True)
    raise typer.Exit(FAILED)


@contextmanager
def _bar(console: Console, title: str) -> Iterator[Callable[[int, int], None]]:
    columns = (TextColumn("{task.description:<8}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, disable=console.quiet) as progress:
        task = progress.add_task(title, total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total)


def _print_played(console: Console, played: Played) -> None:
    told = played.as_json()
    console.print(
        f"{told['documents']} documents: {told['taken']} taken, {len(told['refused'])} refused; "
        f"{told['claims']} claims, {told['refused_claims_of_files']} claims of files listed with findings."
    )
    for name, codes in list(told["refused"].items())[:_MOST_NAMED]:
        console.print(f"Refused: {name}: {', '.join(codes)}")
    for name in told["still_being_read"]:
        console.print(f"Still being read, its claims are not counted: {name}")
    for name in told["passed_over"]:
        console.print(f"Passed over, neither JSON nor X12: {name}")


def _print_report(console: Console, reported: Report) -> None:
    table = Table(show_header=False, title="What became of it", title_justify="left")
    table.add_row("Encounters", str(reported.encounters))
    table.add_row("Claims", str(reported.claims))
    for stage, count in reported.by_stage.items():
        table.add_row(f"  {stage}", str(count))
    if reported.still_moving:
        table.add_row("  of which still moving", str(reported.still_moving))
    table.add_section()
    for title, cents in (
        ("Charged", reported.charge_cents),
        ("Paid", reported.paid_cents),
        ("Adjusted", reported.adjusted_cents),
        ("Patient share", reported.patient_cents),
        ("Still open", reported.open_cents),
    ):
        table.add_row(title, dollars(cents))
    table.add_section()
    table.add_row("POST to posted, p50", _seconds(reported.seconds_p50))
    table.add_row("POST to posted, p95", _seconds(reported.seconds_p95))
    console.print(table)


def _seconds(value: float | None) -> str:
    return "–" if value is None else f"{value:.1f} s"
