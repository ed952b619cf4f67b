"""The parts of a running remittance service, as its routes reach them."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Depends, Request

from claimwright.clearinghouse.routes import Route
from claimwright.http.parts import AppParts, parts_of
from claimwright_remittance.domain.deposits.ageing import Terms


@dataclass(frozen=True, slots=True, kw_only=True)
class RemittanceParts(AppParts):
    """What routes work with: the usual parts, the clearinghouse routes by their ids, and the terms of deposits.

    `file_came` is set when a file that waits to be posted has been committed.
    """

    routes: Mapping[str, Route] = field(default_factory=dict)
    terms: Terms = field(default_factory=Terms)
    file_came: asyncio.Event = field(default_factory=asyncio.Event)


async def _parts(request: Request) -> RemittanceParts:
    parts = parts_of(request)
    if not isinstance(parts, RemittanceParts):
        raise TypeError("this app was not made with the parts of remittance")
    return parts


Parts = Annotated[RemittanceParts, Depends(_parts)]
