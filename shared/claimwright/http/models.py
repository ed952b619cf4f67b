"""What requests and answers are made of: frozen, nothing unknown, numbers as numbers, and no input in an error."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Cents = Annotated[int, Field(strict=True, ge=-(10**12), le=10**12)]
"""Whole cents. A text, a fraction or an exponent is no amount of money here; ten billion dollars are enough."""


class Body(BaseModel):
    """What a caller posts. An unknown field is a finding, and so is a number that came as text."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True, str_strip_whitespace=True)


class Answer(BaseModel):
    """What a caller is told."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class ProblemFinding(Answer):
    """One thing wrong: where (a JSON Pointer into what was posted), in plain words, and what would mend it."""

    code: str
    pointer: str | None = None
    detail: str
    fix: str | None = None


class ProblemDocument(Answer):
    """A problem as RFC 9457 has it, with all findings at once."""

    type: str
    title: str
    status: int
    code: str
    detail: str | None = None
    fix: str | None = None
    request_id: str | None = None
    findings: list[ProblemFinding] = Field(default_factory=list)
