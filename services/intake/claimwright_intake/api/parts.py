"""The parts of a running intake service, as its routes reach them."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request, Response

from claimwright.http.group_commit import GroupCommit
from claimwright.http.parts import AppParts, parts_of
from claimwright_intake.api.postings import Posting


@dataclass(frozen=True, slots=True, kw_only=True)
class IntakeParts(AppParts):
    """What routes work with: the usual parts, and what joins posts that come together."""

    postings: GroupCommit[Posting, Response]


async def _parts(request: Request) -> IntakeParts:
    parts = parts_of(request)
    if not isinstance(parts, IntakeParts):
        raise TypeError("this app was not made with the parts of intake")
    return parts


Parts = Annotated[IntakeParts, Depends(_parts)]
