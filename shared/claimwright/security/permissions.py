"""Permissions and roles as data: each route names one permission, each role is a set of them.

What must stay apart (who posts money does not approve it, who administers sees no patient) is a test over these tables.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Kind(StrEnum):
    """What a permission touches: patients' and money data, or the deployment itself; seeing or changing."""

    DATA_READ = "DATA_READ"
    DATA_WRITE = "DATA_WRITE"
    ADMIN_READ = "ADMIN_READ"
    ADMIN_WRITE = "ADMIN_WRITE"


@dataclass(frozen=True, slots=True)
class Permission:
    """One permission. `opens` says whether what it shows was sealed; each use of such a one is audited."""

    name: str
    kind: Kind
    says: str
    opens: bool = False


_ALL: Final = (
    Permission("encounter:write", Kind.DATA_WRITE, "Post and amend encounters, and answer their gaps."),
    Permission("encounter:read", Kind.DATA_READ, "See encounters of the own organization, their gaps and findings."),
    Permission("file:write", Kind.DATA_WRITE, "Hand in files of claims."),
    Permission("file:read", Kind.DATA_READ, "See what became of a file that was handed in."),
    Permission("claim:read", Kind.DATA_READ, "See where claims stand, with codes and cents."),
    Permission("event:read", Kind.DATA_READ, "Read the feed of events: ids and codes."),
    Permission("identity:read", Kind.DATA_READ, "See who the patient is.", opens=True),
    Permission("case:read", Kind.DATA_READ, "See coding cases: codes, findings, holds.", opens=True),
    Permission("case:write", Kind.DATA_WRITE, "Write codes, answer queries, place and lift holds."),
    Permission("submission:write", Kind.DATA_WRITE, "Send, rebuild, replace and void submissions."),
    Permission("artifact:read", Kind.DATA_READ, "See the files that were sent and received, as they were.", opens=True),
    Permission("remittance:write", Kind.DATA_WRITE, "Hand in 835 files and post them."),
    Permission("remittance:read", Kind.DATA_READ, "See remittance files and what was posted for them.", opens=True),
    Permission("ledger:read", Kind.DATA_READ, "See postings and balances of claims."),
    Permission("adjustment:write", Kind.DATA_WRITE, "Post adjustments up to one's limit."),
    Permission("adjustment:approve", Kind.DATA_WRITE, "Approve adjustments that somebody else posted."),
    Permission("day:close", Kind.DATA_WRITE, "Close an accounting day, for good."),
    Permission("policy:write", Kind.DATA_WRITE, "Say how a payer's files are posted."),
    Permission("contract:write", Kind.DATA_WRITE, "Load the terms of contracts with payers."),
    Permission("parked:read", Kind.ADMIN_READ, "See which events are parked, and why."),
    Permission("parked:write", Kind.ADMIN_WRITE, "Release, edit and skip parked events; let a stopped consumer go on."),
    Permission("parked:open", Kind.DATA_READ, "See what a parked event says, sealed parts too.", opens=True),
    Permission("replay:write", Kind.ADMIN_WRITE, "Send published events again."),
    Permission("audit:read", Kind.ADMIN_READ, "See who saw and changed what."),
    Permission("access:read", Kind.ADMIN_READ, "See organizations, people, keys and roles."),
    Permission("access:write", Kind.ADMIN_WRITE, "Make and withdraw organizations, people, keys and roles."),
)

CATALOG: Final[dict[str, Permission]] = {permission.name: permission for permission in _ALL}


class Role(StrEnum):
    """What a person works as."""

    CODER = "coder"
    BILLER = "biller"
    POSTER = "poster"
    SUPERVISOR = "supervisor"
    AUDITOR = "auditor"
    ADMIN = "admin"


PARTNER_SCOPES: Final = frozenset(
    {
        "encounter:write",
        "encounter:read",
        "file:write",
        "file:read",
        "claim:read",
        "event:read",
    }
)
"""What an API key may be given; nothing else can be in its scopes."""

ROLES: Final[dict[Role, frozenset[str]]] = {
    Role.CODER: frozenset({"encounter:read", "claim:read", "event:read", "case:read", "case:write"}),
    Role.BILLER: frozenset(
        {
            "encounter:read",
            "encounter:write",
            "file:read",
            "file:write",
            "claim:read",
            "event:read",
            "identity:read",
            "case:read",
            "submission:write",
            "artifact:read",
            "ledger:read",
            "parked:read",
        }
    ),
    Role.POSTER: frozenset(
        {
            "claim:read",
            "event:read",
            "identity:read",
            "artifact:read",
            "remittance:read",
            "remittance:write",
            "ledger:read",
            "adjustment:write",
            "parked:read",
        }
    ),
    Role.SUPERVISOR: frozenset(
        {
            "encounter:read",
            "file:read",
            "claim:read",
            "event:read",
            "identity:read",
            "case:read",
            "artifact:read",
            "remittance:read",
            "ledger:read",
            "adjustment:approve",
            "contract:write",
            "day:close",
            "policy:write",
            "parked:read",
            "parked:write",
            "parked:open",
            "replay:write",
            "audit:read",
        }
    ),
    Role.AUDITOR: frozenset(
        permission.name for permission in _ALL if permission.kind in {Kind.DATA_READ, Kind.ADMIN_READ}
    ),
    Role.ADMIN: frozenset({"access:read", "access:write", "parked:read"}),
}


class UnknownPermission(ValueError):
    """A name that the catalog does not have."""


def known(name: str) -> str:
    """Return the name of a permission as it is.

    Errors: UnknownPermission, so that a route with a misspelled permission does not even import.
    """
    if name not in CATALOG:
        raise UnknownPermission(name)
    return name
