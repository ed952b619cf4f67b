"""Read, judge, compare, cut and make up X12 files.

`-` stands for standard input. Names and numbers of people are hidden unless you ask for them.
"""

from __future__ import annotations

import json
import secrets
import sys
from collections import defaultdict
from collections.abc import Callable, Sequence
from contextvars import ContextVar
from datetime import UTC, date, datetime
from importlib.metadata import entry_points
from pathlib import Path
from typing import Annotated, Any, Final, NoReturn

import typer
from rich.console import Console
from typer.core import TyperGroup

from claimwright import clock
from claimwright import findings as shared
from claimwright.refusals import Refusal
from claimwright.x12.acknowledge import acknowledge_each, answering
from claimwright.x12.catalog import FAULTS
from claimwright.x12.code_sets import CodeSets, CodeTables, FirstThatKnows
from claimwright.x12.findings import Finding, Severity, blocks
from claimwright.x12.judge import judge
from claimwright.x12.models.acknowledgments import BatchAck, GroupAck
from claimwright.x12.models.attachments import AttachmentSet
from claimwright.x12.models.claims import ClaimSet
from claimwright.x12.models.eligibility import Eligibility
from claimwright.x12.models.envelopes import ControlNumbers, Delimiters, Endpoint, Envelope, Interchange
from claimwright.x12.models.remittances import Remittance
from claimwright.x12.models.status import StatusExchange
from claimwright.x12.models.values import Party
from claimwright.x12.profiles import Terms, read_profile
from claimwright.x12.readers.acknowledgments import read_277ca, read_999
from claimwright.x12.readers.attachments import read_275
from claimwright.x12.readers.claims import read_837p
from claimwright.x12.readers.eligibility import read_eligibility
from claimwright.x12.readers.envelopes import read_interchanges
from claimwright.x12.readers.reading import Reading
from claimwright.x12.readers.remittances import read_835
from claimwright.x12.readers.status import read_status
from claimwright.x12.tokens import Source, Unreadable
from claimwright.x12.tools import story
from claimwright.x12.tools.claim_numbers import claim_numbers
from claimwright.x12.tools.difference import differences
from claimwright.x12.tools.masking import masked
from claimwright.x12.tools.outline import MODELED, Outline, outlines
from claimwright.x12.tools.parcels import (
    PartNumbers,
    is_remittances,
    refuse_unless_claims,
    split_by_payer,
    split_by_set,
    split_claims,
)
from claimwright.x12.tools.parcels import merge as merged
from claimwright.x12.tools.progress import Bar, watching, working
from claimwright.x12.tools.synthetic import invented
from claimwright.x12.tools.synthetic_exchanges import invented_exchanges
from claimwright.x12.tools.synthetic_stays import invented_stays
from claimwright.x12.tools.veil import plain, veiled
from claimwright.x12.tools.words import readable
from claimwright.x12.write.acknowledgments import write_277ca, write_999, write_ta1
from claimwright.x12.write.claims import write_837d, write_837i, write_837p
from claimwright.x12.write.eligibility import write_270, write_271
from claimwright.x12.write.remittances import write_835
from claimwright.x12.write.segments import Written
from claimwright.x12.write.status import write_276, write_277


class _Plain(TyperGroup):
    """Says in one sentence why a command can't do what it is asked to, and never in a traceback."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command; the file that it read last is the one that can't be used."""
        _file_read.set("")
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            # Who reads our output has enough; Click ends quietly.
            raise
        except (Refusal, OSError) as failed:
            _stop(_why(failed, _file_read.get()))


app: Final = typer.Typer(cls=_Plain, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)

_file_read: Final = ContextVar("file read", default="")
# In the order of Answers.
_ANSWERS: Final[tuple[tuple[str, Callable[..., Written]], ...]] = (
    ("ta1", write_ta1),
    ("999", write_999),
    ("277ca", write_277ca),
)
_FINDINGS: Final = 1
_UNUSABLE: Final = 2
_YEARS: Final = (1900, 2999)
_CODE_SETS: Final = "claimwright.code_sets"
_LINES = Delimiters(line_break="\n")
_COLORS: Final = {Severity.NOTE: "dim", Severity.WARN: "yellow", Severity.ERROR: "red", Severity.FATAL: "bold red"}

File = Annotated[str, typer.Argument(help="An X12 file, or - for standard input.")]
Reveal = Annotated[bool, typer.Option("--reveal", help="Show names and numbers of people.")]
Into = Annotated[Path, typer.Option("--into", help="The folder to write into; it is made if it is not there.")]


@app.callback()
def group() -> None:
    """Read, judge, compare, cut and make up X12 files."""


@app.command()
def show(
    file: File,
    reveal: Reveal = False,
    as_json: Annotated[bool, typer.Option("--json", help="The values as JSON instead of a story.")] = False,
) -> None:
    """Tell a file in plain words: who bills whom for what, who pays what, and why not more.

    claimwright x12 show claims.837
    claimwright x12 show --json remit.835 | jq .
    """
    data = _read(file)
    with watching(file, len(data)) as bar:
        read = read_interchanges(bar.over(data))
        values = _values(data, bar)
        count = len(judge(data, behind=bar.told)) if not as_json else 0
    told = values if reveal else [veiled(value) for value in values]
    interchanges = read.values
    if not data.isascii():
        told, interchanges = [readable(value) for value in told], readable(interchanges)
    if as_json:
        typer.echo(json.dumps([{"kind": type(value).__name__, **plain(value)} for value in told], indent=2))
        return
    for interchange in interchanges:
        typer.echo(story.tell_interchange(interchange))
        for ack in interchange.acks:
            typer.echo("  " + story.tell_interchange_ack(ack))
        ordinals = {each.set_ordinal for group in interchange.groups for each in group.sets}
        for value in told:
            if _set_ordinal(value) in ordinals:
                for line in _story(value):
                    typer.echo("  " + line)
    if count:
        typer.echo(f"{count} finding{'s' if count > 1 else ''}: claimwright x12 check {file}", err=True)


@app.command()
def check(
    files: Annotated[list[str], typer.Argument(help="X12 files, or - for standard input.")],
    profile: Annotated[
        Path | None, typer.Option(help="A partner's profile, TOML or JSON: severities by code, and what it demands.")
    ] = None,
    codes: Annotated[
        list[str] | None,
        typer.Option(help="Outer codes to judge by: a CSV file with set,code,from,until, or one of those installed."),
    ] = None,
    day: Annotated[str, typer.Option(help="The day that chooses the profile's rules, YYYY-MM-DD; else today.")] = "",
    quiet: Annotated[bool, typer.Option("--quiet", help="Leave out notes and warnings.")] = False,
) -> None:
    """Say what is wrong, by claim, with the place and the mend; exit 1 if something blocks, 2 if a file can't be used.

    claimwright x12 check claims.837
    claimwright x12 check --profile partner.toml --day 2026-10-01 *.835
    claimwright x12 check --codes icd10cm --codes our-codes.csv claims.837
    """
    terms = _terms(profile, day)
    code_sets = _code_sets(codes or [])
    console = Console(markup=False, highlight=False, soft_wrap=True)
    is_blocked = is_unusable = False
    for file in files:
        try:
            data = _read(file)
        except (OSError, Unreadable) as failed:
            typer.echo(_why(failed, file), err=True)
            is_unusable = True
            continue
        with watching(file, len(data)) as bar:
            findings = judge(data, codes=code_sets, terms=terms, behind=bar.told)
        shown = [each for each in findings if each.blocks or not quiet]
        is_blocked = is_blocked or blocks(findings)
        console.print(f"{file}: {len(shown)} finding{'' if len(shown) == 1 else 's'}")
        _tell_findings(console, data, shown)
    if is_unusable:
        raise typer.Exit(_UNUSABLE)
    if is_blocked:
        raise typer.Exit(_FINDINGS)


@app.command()
def ack(
    file: File,
    into: Annotated[Path | None, typer.Option(help="Write the answers into this folder.")] = None,
    name: Annotated[str, typer.Option(help="Who answers.")] = "CLAIMWRIGHT",
) -> None:
    """Write the TA1, 999 and 277CA that we would answer, to the sender of each interchange.

    claimwright x12 ack claims.837
    claimwright x12 ack --into answers claims.837
    """
    data = _read(file)
    moment = clock.now()
    source = Party("AY", name, id_qualifier="46", id=name)
    with working(file, len(data)):
        reading = read_837p(data)
        each_answer = acknowledge_each(reading.interchanges, reading.values, judge(data), source=source, moment=moment)
    stem, number = Path(file).stem, 0
    for place, (interchange, answers) in enumerate(each_answer, start=1):
        name_of = stem if len(reading.interchanges) == 1 else f"{stem}-{place:04d}"
        for (kind, write), values in zip(_ANSWERS, answers, strict=True):
            if values:
                number += 1
                control = ControlNumbers(number, number, 1)
                written = write(values, envelope=_answering(interchange), moment=moment, control=control)
                _put(into, f"{name_of}.{kind}", _bytes(written))


@app.command()
def diff(first: File, second: File, reveal: Reveal = False) -> None:
    """Say what two files tell differently, claim by claim; exit 1 if they do.

    claimwright x12 diff sent.837 resent.837
    """
    ours, theirs = (_values_of(file) for file in (first, second))
    found = differences(ours, theirs)
    for difference in found:
        what, field, before, after, is_confidential = readable(difference)
        if field and is_confidential and not reveal:
            typer.echo(f"{what}: {field} differs")
        elif field:
            typer.echo(f"{what}: {field} is {before or 'empty'} there, {after or 'empty'} here")
        else:
            typer.echo(f"{what}: only in the {'first' if after is None else 'second'}")
    if found:
        raise typer.Exit(_FINDINGS)


@app.command()
def split(
    file: File,
    into: Into,
    by: Annotated[str, typer.Option(help="set; payer, for an 837 or 835; claim, for an 837.")] = "set",
) -> None:
    """Cut a file into smaller ones; together they hold what it held, or nothing is written.

    The first keeps the control number of the file, the others count up from it.

    claimwright x12 split claims.837 --by payer --into parts
    """
    if by not in ("set", "payer", "claim"):
        raise typer.BadParameter("say set, payer or claim")
    data = _read(file)
    stem = Path(file).stem if file != "-" else "part"
    with working(file, len(data)):
        cut = _cut(data, by)
    for number, (name, part) in enumerate(cut, start=1):
        _put(into, f"{stem}-{number:04d}{name}.edi", part)


@app.command()
def merge(files: Annotated[list[str], typer.Argument(help="X12 files of one sender and receiver.")]) -> None:
    """Put files together into one interchange.

    claimwright x12 merge parts/*.edi > whole.edi
    """
    contents = [_read(file) for file in files]
    with working(f"{len(files)} files", sum(map(len, contents))):
        whole = merged(contents)
    _put(None, "", whole)


@app.command()
def mask(
    file: File,
    key_file: Annotated[
        Path | None, typer.Option(help="A file whose bytes make the replacement repeatable; else it is random.")
    ] = None,
) -> None:
    """Write a copy that can be shown around: people and their numbers replaced, structure and money kept.

    claimwright x12 mask real.837 > example.837
    """
    key = key_file.read_bytes() if key_file is not None else secrets.token_bytes(32)
    data = _read(file)
    with watching(file, len(data)) as bar:
        copy = masked(bar.over(data), key)
    _put(None, "", copy)


@app.command()
def generate(
    into: Into,
    *,
    claims: Annotated[int, typer.Option(min=1, max=5000, help="How many claims.")] = 10,
    seed: Annotated[int, typer.Option(help="The same seed gives the same files.")] = 1,
    day: Annotated[str, typer.Option(help="The last day of service, YYYY-MM-DD.")] = "2026-11-20",
    stays: Annotated[
        bool, typer.Option("--stays", help="Stays in a hospital too, and the remittances for them.")
    ] = False,
    questions: Annotated[
        bool, typer.Option("--questions", help="Questions about coverage and claims too, and their answers.")
    ] = False,
) -> None:
    """Make up claims and the remittances that answer them.

    claimwright x12 generate --claims 100 --seed 7 --into made
    claimwright x12 generate --stays --questions --into made
    """
    last_day = _day(day)
    batch, remittances = invented(seed, claims, last_day=last_day)
    moment = datetime(last_day.year, last_day.month, last_day.day, 12, tzinfo=UTC)
    ours, theirs = Endpoint("ZZ", "INVENTED"), Endpoint("ZZ", "CLEARING")
    numbers = ControlNumbers(seed % 10**9 or 1, 1, 1)
    sent: dict[str, Any] = {"control": numbers, "moment": moment}
    _put(into, "claims.837", _bytes(write_837p(batch, envelope=Envelope(ours, theirs, "T", delimiters=_LINES), **sent)))
    back = Envelope(theirs, ours, "T", delimiters=_LINES)
    _put(into, "remit.835", _bytes(write_835(remittances, envelope=back, **sent)))
    if stays:
        there = Envelope(ours, theirs, "T", delimiters=_LINES)
        stayed, paid = invented_stays(seed, claims, last_day=last_day)
        _put(into, "stays.837", _bytes(write_837i(stayed, envelope=there, **sent)))
        _put(into, "stays.835", _bytes(write_835(paid, envelope=back, **sent)))
    if questions:
        made = invented_exchanges(seed, batch, remittances, last_day=last_day)
        there = Envelope(ours, theirs, "T", delimiters=_LINES)
        _put(into, "coverage.270", _bytes(write_270(made.coverage_asked, envelope=there, **sent)))
        _put(into, "coverage.271", _bytes(write_271(made.coverage_answered, envelope=back, **sent)))
        _put(into, "status.276", _bytes(write_276(made.status_asked, envelope=there, **sent)))
        _put(into, "status.277", _bytes(write_277(made.status_answered, envelope=back, **sent)))


# What the commands share


def _read(file: str) -> bytes:
    """Return the bytes of a file that begins like X12; what is wrong with it further on, its readers raise."""
    _file_read.set(file)
    data = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
    read_interchanges(data[:65536])
    return data


def _why(failed: Refusal | OSError, file: str) -> str:
    if isinstance(failed, Unreadable):
        fault = FAULTS[failed.fault]
        return f"{file}: {fault.says} {fault.fix} ({fault.code}, byte {failed.offset})"
    if isinstance(failed, Refusal):
        return f"{' '.join(filter(None, (str(failed), failed.fix)))} ({failed.code})"
    return f"{failed.filename or file}: {failed.strerror or failed}"


def _day(text: str) -> date:
    """Read a day that dates of X12 can be counted around."""
    try:
        found = date.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or not _YEARS[0] <= found.year <= _YEARS[1]:
        _stop(f"--day {text}: say a day as 2026-10-01")
    return found


def _stop(says: str) -> NoReturn:
    typer.echo(says, err=True)
    raise typer.Exit(_UNUSABLE)


_CLAIM_WRITERS: Final = {"P": write_837p, "I": write_837i, "D": write_837d}
_READERS: Final[tuple[tuple[frozenset[str], Callable[[Source], Reading[Any]]], ...]] = (
    (frozenset({"837"}), read_837p),
    (frozenset({"835"}), read_835),
    (frozenset({"999", "997"}), read_999),
    (frozenset({"277"}), read_277ca),
    (frozenset({"270", "271"}), read_eligibility),
    (frozenset({"276", "277"}), read_status),
    (frozenset({"275"}), read_275),
)


def _values_of(file: str) -> list[Any]:
    data = _read(file)
    with watching(file, len(data)) as bar:
        return _values(data, bar)


def _values(data: bytes, bar: Bar) -> list[Any]:
    """Return what a file says, set by set: values where the set has a model, else an outline."""
    interchanges = read_interchanges(bar.over(data)).values
    present = {each.set_id for interchange in interchanges for group in interchange.groups for each in group.sets}
    values = [value for sets, read in _READERS if present & sets for value in read(bar.over(data)).values]
    if present - MODELED:
        values += outlines(bar.over(data))
    # A 277 that answers a 276 has the levels of a 277CA too.
    answered = {value.set_ordinal for value in values if isinstance(value, StatusExchange)}
    values = [value for value in values if not (isinstance(value, BatchAck) and value.set_ordinal in answered)]
    return sorted(values, key=_set_ordinal)


def _set_ordinal(value: Any) -> int:
    ordinal: int = value.header.set_ordinal if isinstance(value, ClaimSet) else value.set_ordinal
    return ordinal


def _story(value: Any) -> story.Lines:
    match value:
        case ClaimSet():
            return story.tell_claims(value)
        case Remittance():
            return story.tell_remittance(value)
        case GroupAck():
            return story.tell_group_ack(value)
        case Eligibility():
            return story.tell_eligibility(value)
        case StatusExchange():
            return story.tell_status(value)
        case AttachmentSet():
            return story.tell_attachments(value)
        case Outline():
            return story.tell_outline(value)
        case _:
            return story.tell_batch_ack(value)


def _terms(path: Path | None, day: str) -> Terms | None:
    """Return what of a profile holds on the day, or stop with everything that is wrong with the file."""
    on = _day(day) if day else clock.now().date()
    if path is None:
        return None
    profile, wrong = read_profile(path.read_bytes())
    if profile is None:
        _stop(_told(path, wrong))
    return profile.on(on)


def _code_sets(names: Sequence[str]) -> CodeSets | None:
    """Return the answers that are named: files, or those that installed packages offer."""
    offered = {point.name: point for point in entry_points(group=_CODE_SETS)}
    tables, answers = CodeTables(), list[CodeSets]()
    for name in names:
        if name in offered:
            answers.append(offered[name].load()())
            continue
        try:
            wrong = tables.read(Path(name).read_bytes())
        except OSError as failed:
            known = ", ".join(sorted(offered)) or "none"
            _stop(f"{name}: {failed.strerror}; installed code sets: {known}")
        if wrong:
            _stop(_told(Path(name), wrong))
    return FirstThatKnows([tables, *answers]) if names else None


def _told(path: Path, wrong: Sequence[shared.Finding]) -> str:
    return "\n".join(f"{path}: {each.where.pointer or 'file'}: {each.says} {each.fix}" for each in wrong)


def _tell_findings(console: Console, data: bytes, findings: Sequence[Finding]) -> None:
    """Print findings under the claim that they are of; claims and what is in them in file order."""
    numbers = claim_numbers(data, {(each.transaction, each.claim) for each in findings if each.claim})
    grouped: dict[tuple[int, int], list[Finding]] = defaultdict(list)
    for each in findings:
        grouped[each.transaction, each.claim].append(each)
    for (transaction, claim), own in grouped.items():
        of_claim = f", claim {claim}" if claim else ""
        under = f"transaction {transaction}{of_claim}" if transaction else "envelope"
        number = readable(numbers.get((transaction, claim), ""))
        console.print(f"  claim {number} ({under})" if number else f"  {under}", style="bold")
        for each in own:
            _tell_finding(console, each)


def _tell_finding(console: Console, each: Finding) -> None:
    element = f"{each.element:02d}" if each.element else ""
    component = f"-{each.component}" if each.component else ""
    places = (
        f"segment {each.segment} {each.segment_id}{element}{component}".rstrip(),
        f"loop {each.loop}" if each.loop else "",
        f"byte {each.byte_start}",
    )
    console.print(f"    {each.severity} {each.code}: {', '.join(filter(None, places))}", style=_COLORS[each.severity])
    console.print(f"      {each.says} {each.fix}")


def _answering(interchange: Interchange) -> Envelope:
    envelope = answering(interchange)
    delimiters = envelope.delimiters
    line_break = "" if delimiters.segment == "\n" else _LINES.line_break
    return envelope._replace(delimiters=delimiters._replace(line_break=line_break))


def _cut(data: bytes, by: str) -> list[tuple[str, bytes]]:
    """Return all parts, each with what its name ends with."""
    if by == "set":
        return [("", each) for each in split_by_set(data)]
    if by == "payer" and is_remittances(data):
        return [(_ending(payer), part) for payer, part in split_by_payer(data)]
    return _cut_claims(data, by)


def _ending(name: str) -> str:
    return f"-{''.join(filter(str.isalnum, name))}"


def _cut_claims(data: bytes, by: str) -> list[tuple[str, bytes]]:
    """Return all parts, each with what its name ends with; one that can't be written stops us before any is."""
    refuse_unless_claims(data)
    _stop_if_refused(judge(data))
    reading = read_837p(data)
    numbers, moment = PartNumbers(), clock.now()
    made = []
    for batch in reading.values:
        interchange = reading.interchanges[batch.header.interchange_ordinal - 1]
        for name, part in split_claims(batch, by):
            number = numbers.next(interchange.control_number)
            control = ControlNumbers(number, number, 1)
            write = _CLAIM_WRITERS[batch.header.kind]
            written = write(part, envelope=_repeated(interchange), control=control, moment=moment)
            made.append((_ending(name), _bytes(written)))
    return made


def _repeated(interchange: Interchange) -> Envelope:
    return Envelope(interchange.sender, interchange.receiver, interchange.usage_indicator, delimiters=_LINES)


def _bytes(written: Written) -> bytes:
    if not written.data:
        _stop_if_refused(written.findings)
    return written.data


def _stop_if_refused(findings: Sequence[Finding]) -> None:
    codes = ", ".join(dict.fromkeys(each.code for each in findings if each.blocks))
    if codes:
        _stop(f"nothing is written, since it would be refused: {codes}")


def _put(folder: Path | None, name: str, data: bytes) -> None:
    if folder is None:
        sys.stdout.buffer.write(data)
        return
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(data)
    typer.echo(str(folder / name))
