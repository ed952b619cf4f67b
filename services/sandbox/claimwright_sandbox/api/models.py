"""What submitters are answered."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from claimwright.http.models import Answer, Body


class FileTaken(Answer):
    """A file that the clearinghouse has."""

    file_id: str
    sha256: str
    received_at: datetime


class MailboxFile(Answer):
    """One file that waits in the mailbox; `cursor` is what to give as `after` to go on behind it."""

    id: str
    kind: str = Field(description="Functional group: FA (999), HN (277CA), HP (835), or TA1.")
    name: str
    sha256: str
    cursor: int


class Mailbox(Answer):
    """A page of the mailbox; `next` goes on behind its last file, and is `after` again when there is none."""

    files: list[MailboxFile]
    next: int


class ClockMove(Body):
    """How far to move time: to a moment, or by a number of hours. Forward only."""

    to: datetime | None = None
    hours: float | None = Field(None, gt=0, le=24 * 366)


class ClockAnswer(Answer):
    """What time it is now for every process of the run."""

    now: datetime


MailboxKind = Literal["FA", "HN", "HP", "TA1"]
