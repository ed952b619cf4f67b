"""Findings and refusals as problem documents (RFC 9457): our own words, a pointer, a fix; never what was sent to us."""

import re
from collections.abc import Iterable, Mapping, Sequence
from http import HTTPStatus
from typing import Any, ClassVar, Final
from uuid import UUID

from fastapi.responses import JSONResponse
from pydantic_core import PydanticCustomError

from claimwright import ids
from claimwright.findings import Finding, at
from claimwright.http.models import ProblemDocument, ProblemFinding
from claimwright.refusals import Refusal
from claimwright.telemetry import metrics

MEDIA_TYPE: Final = "application/problem+json"
MOST_FINDINGS: Final = 200
"""A body of one MiB can be wrong in many ways; the first two hundred are enough to start with."""
_OURS: Final = "claimwright"
_PLAIN_NAME: Final = re.compile(r"[a-z][A-Za-z0-9_]{0,47}")

FORM_FINDINGS: Final[Mapping[str, tuple[str, str, str]]] = {
    "missing": ("field_missing", "This field is needed.", "Send the field."),
    "extra_forbidden": (
        "field_unknown",
        "This API has no such field.",
        "Leave it out, or see whether it is misspelled.",
    ),
    "string_too_long": ("text_too_long", "This text is longer than the field takes.", "Shorten the text."),
    "string_too_short": ("text_too_short", "This text is shorter than the field takes.", "Send the whole text."),
    "string_pattern_mismatch": ("text_malformed", "This text has not the form of the field.", "See the field's form."),
    "string_type": ("wrong_type", "This has to be a text.", "Send a JSON string."),
    "int_type": ("wrong_type", "This has to be a whole number.", "Send a whole JSON number; money goes in cents."),
    "int_parsing": ("wrong_type", "This has to be a whole number.", "Send a whole JSON number; money goes in cents."),
    "int_from_float": (
        "wrong_type",
        "This has to be a whole number.",
        "Send a whole JSON number; money goes in cents.",
    ),
    "decimal_type": ("wrong_type", "This has to be a number.", "Send a plain decimal number."),
    "decimal_parsing": ("wrong_type", "This has to be a number.", "Send a plain decimal number."),
    "bool_type": ("wrong_type", "This has to be true or false.", "Send a JSON boolean."),
    "bool_parsing": ("wrong_type", "This has to be true or false.", "Send a JSON boolean."),
    "list_type": ("wrong_type", "This has to be a list.", "Send a JSON array."),
    "tuple_type": ("wrong_type", "This has to be a list.", "Send a JSON array."),
    "dict_type": ("wrong_type", "This has to be an object.", "Send a JSON object."),
    "model_type": ("wrong_type", "This has to be an object.", "Send a JSON object."),
    "model_attributes_type": ("wrong_type", "This has to be an object.", "Send a JSON object."),
    "date_type": ("date_malformed", "This has to be a date.", "Send the date as YYYY-MM-DD."),
    "date_parsing": ("date_malformed", "This is no date.", "Send the date as YYYY-MM-DD."),
    "date_from_datetime_parsing": ("date_malformed", "This is no date.", "Send the date as YYYY-MM-DD."),
    "date_from_datetime_inexact": ("date_malformed", "This has to be a date without a time.", "Send YYYY-MM-DD."),
    "literal_error": ("value_unknown", "This is none of the values that the field takes.", "See the field's values."),
    "enum": ("value_unknown", "This is none of the values that the field takes.", "See the field's values."),
    "greater_than": ("value_too_small", "This is below what the field takes.", "See the field's limits."),
    "greater_than_equal": ("value_too_small", "This is below what the field takes.", "See the field's limits."),
    "less_than": ("value_too_large", "This is above what the field takes.", "See the field's limits."),
    "less_than_equal": ("value_too_large", "This is above what the field takes.", "See the field's limits."),
    "too_long": ("list_too_long", "This list is longer than the field takes.", "See the field's limits."),
    "too_short": ("list_too_short", "This list is shorter than the field takes.", "See the field's limits."),
}
"""Pydantic's kind of error → our code, words and fix. Its own words may repeat the input."""
OTHER_FORM_FINDING: Final = ("value_not_usable", "This value cannot be used here.", "See the field's description.")


class NotFound(Refusal):
    """Nothing of this kind and id is there for this caller; another organization's is not there either."""

    code: ClassVar[str] = "not_found"
    fix: ClassVar[str | None] = "See whether the id is right, and of the organization of this key."

    def __init__(self, prefix: str) -> None:
        super().__init__(f"there is no {prefix}_… of this id")


def rule(code: str, says: str, *, fix: str | None = None) -> PydanticCustomError:
    """Return the error of a rule of our own, to be raised inside a model's validator; its words are shown as they are.

    `says` and `fix` are texts of ours: no value enters them.
    """
    return PydanticCustomError(_as_code(code), _as_code(says.replace("{", "(").replace("}", ")")), {_OURS: fix or ""})


def problem(
    findings: Iterable[Finding],
    *,
    status: int = HTTPStatus.UNPROCESSABLE_ENTITY,
    code: str = "findings",
    title: str = "What was sent cannot be taken as it is",
    headers: Mapping[str, str] | None = None,
) -> JSONResponse:
    """Return the answer that tells all findings at once."""
    return document(status, code, title, findings=list(findings), headers=headers)


def refused(refusal: Refusal, status: int) -> JSONResponse:
    """Return the answer to an act that the present state does not allow."""
    return document(status, refusal.code, HTTPStatus(status).phrase, detail=str(refusal) or None, fix=refusal.fix)


def document(
    status: int,
    code: str,
    title: str,
    *,
    detail: str | None = None,
    fix: str | None = None,
    findings: Sequence[Finding] = (),
    headers: Mapping[str, str] | None = None,
) -> JSONResponse:
    """Return one problem document as an answer, and count it."""
    metrics.of(metrics.PROBLEMS, code).inc()
    problem = ProblemDocument(
        type=f"/problems/{code}",
        title=title,
        status=int(status),
        code=code,
        detail=detail,
        fix=fix,
        findings=[_told(finding) for finding in findings[:MOST_FINDINGS]],
    )
    return answer_of(problem, headers)


def answer_of(problem: ProblemDocument, headers: Mapping[str, str] | None = None) -> JSONResponse:
    """Return a problem document as an answer that nobody has counted yet."""
    content = problem.model_dump(exclude_none=True)
    return JSONResponse(content, status_code=problem.status, headers=dict(headers or {}), media_type=MEDIA_TYPE)


def try_again(seconds: float) -> JSONResponse:
    """Return the answer to what a later try can do."""
    return document(
        503,
        "try_again",
        "Something that this needs is not there at the moment",
        fix="Try again after the seconds in Retry-After.",
        headers={"retry-after": str(max(1, round(seconds)))},
    )


def findings_of(errors: Iterable[Mapping[str, Any]]) -> list[Finding]:
    """Return Pydantic's errors as findings in our words, each with its pointer; the input stays out."""
    return [_finding_of(error) for error in errors]


def path_id(prefix: str, text: str) -> UUID:
    """Return the id in a path.

    Errors: NotFound for a text that is no id of this kind, since nothing of it can be there.
    """
    try:
        return ids.parse(prefix, text)
    except ids.MalformedId:
        raise NotFound(prefix) from None


def _finding_of(error: Mapping[str, Any]) -> Finding:
    kind = str(error["type"])
    place = [step for step in error["loc"] if not _is_union_tag(step)]
    source, steps = (str(place[0]), place[1:]) if place else ("body", [])
    context = error.get("ctx") or {}
    if _OURS in context:
        code, says, fix = kind, str(error["msg"]), str(context[_OURS]) or None
    else:
        code, says, fix = FORM_FINDINGS.get(kind, OTHER_FORM_FINDING)
    if kind == "extra_forbidden" and steps and not _PLAIN_NAME.fullmatch(str(steps[-1])):
        steps = steps[:-1]  # a name of the caller's that looks like none of ours may be a patient's
    if source == "body":
        return Finding(code=code, says=says, where=at(pointer(steps)), fix=fix)
    parameter = str(steps[0]) if steps else source
    if not _PLAIN_NAME.fullmatch(parameter.replace("-", "_").lower()):
        parameter = source
    return Finding(code=code, says=f"{source} parameter `{parameter}`: {says}", fix=fix)


def pointer(steps: Iterable[str | int]) -> str:
    """Return the JSON Pointer (RFC 6901) of these steps."""
    return "".join(f"/{str(step).replace('~', '~0').replace('/', '~1')}" for step in steps)


def _is_union_tag(step: object) -> bool:
    """Return whether a step of Pydantic's is the name of a branch of a union, which is no place in the document."""
    return isinstance(step, str) and ("[" in step or "(" in step)


def _told(finding: Finding) -> ProblemFinding:
    return ProblemFinding(code=finding.code, pointer=finding.where.pointer, detail=finding.says, fix=finding.fix)


def _as_code(text: str) -> Any:
    """Return a text for a parameter that wants a literal; these texts are constants of the calling module."""
    return text
