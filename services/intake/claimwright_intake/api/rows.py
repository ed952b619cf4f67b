"""Many encounters in one body, one a line (NDJSON): read, and answered line by line."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from email.message import Message
from typing import Any, ClassVar, Final

from fastapi import Response
from pydantic import BaseModel, ConfigDict

from claimwright.findings import NOWHERE, Finding
from claimwright.http import strict_json
from claimwright.http.models import ProblemDocument
from claimwright.http.problems import document, problem, try_again
from claimwright.http.refusing import answer_to
from claimwright.messaging.faults import Fault, fault_of
from claimwright.refusals import Refusal
from claimwright.telemetry import logging
from claimwright_intake.domain.answer import EncounterAnswer

NDJSON: Final = "application/x-ndjson"
LARGEST_BATCH: Final = 4 << 20
MOST_ROWS: Final = 100
LARGEST_ROW: Final = 1 << 20
"""As large as an encounter that is posted alone."""

_log = logging.get("claimwright.intake")


class BatchRow(BaseModel):
    """The answer to one line: `encounter` where it was taken in, else `problem`."""

    model_config: ClassVar[ConfigDict] = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    row: int
    """The line of the request, from 1."""
    status: int
    """The status that the line would have been answered with alone: 202, 409, 422, …"""
    encounter: EncounterAnswer | None = None
    problem: ProblemDocument | None = None


class NdjsonResponse(Response):
    """An answer of one JSON document a line."""

    media_type = NDJSON


BATCH_BODY: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "description": f"One encounter a line, {MOST_ROWS} lines and {LARGEST_BATCH >> 20} MiB at most.",
        "content": {NDJSON: {"schema": {"$ref": "#/components/schemas/PostedEncounter"}}},
    }
}
BATCH_ANSWER: Final[dict[int | str, dict[str, Any]]] = {
    200: {"description": "One answer a line, in the order of the request.", "model": BatchRow}
}


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a batch: its document, or what keeps it from being read."""

    number: int
    body: bytes
    document: object = None
    findings: tuple[Finding, ...] = ()


def read_rows(content_type: str | None, body: bytes) -> list[Row] | Response:
    """Return the lines of a batch, or the answer to what is no batch at all. Blank lines are passed over."""
    message = Message()
    message["content-type"] = content_type or ""
    if message.get_content_type() != NDJSON or message.get_content_charset("utf-8") not in {"utf-8", "utf8"}:
        return document(
            415, "content_type_unsupported", "This takes NDJSON only", fix=f"Send `Content-Type: {NDJSON}`."
        )
    lines = [(number, line.strip()) for number, line in enumerate(body.split(b"\n"), start=1)]
    lines = [(number, line) for number, line in lines if line]
    if not lines:
        return problem([Finding("batch_empty", "The batch has no line.", fix="Send one encounter a line.")])
    if len(lines) > MOST_ROWS:
        return problem(
            [Finding("batch_too_long", f"A batch has {MOST_ROWS} lines at most.", fix="Send the rest in another one.")]
        )
    return [_row(number, line) for number, line in lines]


def row_problem(row: Row) -> Response:
    """Return the answer to a line that could not be read."""
    return problem(row.findings, status=400, code=row.findings[0].code, title="The line cannot be read")


def answer_rows(
    rows: Sequence[Row], told: Sequence[Response | Exception], status_of: Mapping[type[Refusal], int]
) -> Response:
    """Return the answer of a batch: what became of each line, in order."""
    lines = [_line(row, _answered(one, status_of)) for row, one in zip(rows, told, strict=True)]
    return NdjsonResponse(b"".join(lines))


def _row(number: int, line: bytes) -> Row:
    if len(line) > LARGEST_ROW:
        return Row(number, line, findings=(Finding("row_too_large", "A line has one MiB at most."),))
    try:
        found = strict_json.loads(line)
    except strict_json.NotStrictJson as wrong:
        return Row(number, line, findings=(Finding(wrong.code, wrong.says, where=NOWHERE, fix=wrong.fix),))
    if not isinstance(found, dict):
        return Row(number, line, findings=(Finding("row_no_object", "A line has to be one JSON object."),))
    return Row(number, line, found)


def _answered(told: Response | Exception, status_of: Mapping[type[Refusal], int]) -> Response:
    if isinstance(told, Response):
        return told
    answer = answer_to(told, status_of)
    if answer is None and fault_of(told) in {Fault.WORLD, Fault.PASSING}:
        answer = try_again(1.0)
    if answer is None:
        _log.error("row_failed", exc_info=told)
        return document(500, "internal", "This failed here", fix="Try again; give the request id if it stays so.")
    return answer


def _line(row: Row, answer: Response) -> bytes:
    name = b"encounter" if answer.status_code < 300 else b"problem"
    return b'{"row": %d, "status": %d, "%b": %b}\n' % (row.number, answer.status_code, name, bytes(answer.body))
