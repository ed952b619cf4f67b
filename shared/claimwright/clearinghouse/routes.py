"""The clearinghouse routes of a deployment, from one secret file; tables keep no secret."""

import json
import os
from pathlib import Path
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, ValidationError, model_validator

from claimwright import ids
from claimwright.settings import SettingsRefused


class RoutesRefused(SettingsRefused):
    """A routes file that can't be used: names each problem by its place, and no value."""


def _organization(given: object) -> object:
    return ids.parse(ids.ORGANIZATION, given) if isinstance(given, str) else given


class Route(BaseModel):
    """One road to one clearinghouse for one organization.

    `submitter_id` and `receiver_id` are the addresses of the envelope (ISA06, ISA08), so at most 15 characters.
    `ca_file` pins who may have signed the clearinghouse's certificate; without it the system's authorities count.
    A live route names a contact, since the guide wants one that can be reached.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    id: str = Field(pattern=r"^rte_[0-9a-z]+$")
    org_id: Annotated[UUID, BeforeValidator(_organization)]
    name: str = Field(min_length=1, max_length=60)
    kind: Literal["sandbox", "live"]
    base_url: str = Field(pattern=r"^https://")
    ca_file: Path | None = None
    submitter_id: str = Field(min_length=2, max_length=15)
    receiver_id: str = Field(min_length=2, max_length=15)
    username: str
    password: SecretStr
    submission_callback_secret: SecretStr
    remittance_callback_secret: SecretStr
    submitter_name: str | None = Field(default=None, min_length=1, max_length=60)
    contact_name: str | None = Field(default=None, min_length=1, max_length=60)
    contact_phone: str | None = Field(default=None, pattern=r"^[0-9]{10}$")
    contact_email: str | None = None

    @model_validator(mode="after")
    def _live_names_a_contact(self) -> "Route":
        if self.kind == "live" and not (self.contact_phone or self.contact_email):
            raise ValueError("a live route needs contact_phone or contact_email")
        return self


def load_routes(path: Path) -> tuple[Route, ...]:
    """Read the routes file.

    Errors: RoutesRefused with all problems at once, for a file that others than its owner may read, too. One that a
    cluster mounts is root's, and its group, which is this process's own, may read it.
    """
    try:
        found = path.stat()
        given = json.loads(path.read_text())
    except FileNotFoundError:
        raise RoutesRefused(("the routes file is not there",)) from None
    except (OSError, ValueError):
        raise RoutesRefused(("the routes file can't be read as JSON",)) from None
    problems = [] if _is_closed(found) else ["the routes file may be read by others than its owner: chmod 600"]
    if not isinstance(given, list):
        raise RoutesRefused(("the routes file holds no list",))
    routes: list[Route] = []
    for place, each in enumerate(given):
        try:
            routes.append(Route.model_validate(each))
        except ValidationError as refused:
            problems += [
                f"route {place}: {'.'.join(str(part) for part in error['loc']) or 'whole'}: {error['type']}"
                for error in refused.errors(include_input=False, include_url=False, include_context=False)
            ]
    seen: set[str] = set()
    for route in routes:
        if route.id in seen:
            problems.append(f"route {route.id} stands in the file twice")
        seen.add(route.id)
    if problems:
        raise RoutesRefused(tuple(problems))
    return tuple(routes)


def _is_closed(found: os.stat_result) -> bool:
    """Tell whether nobody but us may read a file, and nobody but its owner may change it."""
    may = found.st_mode & 0o077
    is_ours_by_group = found.st_uid != os.geteuid() and found.st_gid in {os.getegid(), *os.getgroups()}
    return may == 0 or (may == 0o040 and is_ours_by_group)
