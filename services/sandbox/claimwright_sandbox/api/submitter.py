"""Who is calling: the submitter of a user name and password."""

from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPBasic, HTTPBasicCredentials

from claimwright.http.permissions import NotAuthenticated
from claimwright_sandbox.submitters import Submitter, Submitters

_basic = HTTPBasic(realm="sandbox", auto_error=False)


async def _submitter(
    request: Request, credentials: Annotated[HTTPBasicCredentials | None, Depends(_basic)]
) -> Submitter:
    submitters: Submitters = request.app.state.sandbox.submitters
    found = submitters.of_credentials(credentials.username, credentials.password) if credentials else None
    if found is None:
        raise NotAuthenticated("unknown user name or password")
    return found


Calling = Annotated[Submitter, Depends(_submitter)]
