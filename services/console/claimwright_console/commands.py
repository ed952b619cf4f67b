"""`claimwright access …`: organizations, people and API keys, by the console's API with an admin's session.

The session stands in a file that only its owner can read, and ends like any other: fifteen minutes after the last act.
"""

from typing import Annotated, Any, Final

import httpx2
import typer
from rich.console import Console
from rich.table import Table

from claimwright.security.permissions import Role
from claimwright_console.domain.sessions import parse_token
from claimwright_console.session_calls import TIMEOUT, call, fail, session_file
from claimwright_console.usecases.bootstrap import write_secret

access: Final = typer.Typer(help="Organizations, people and API keys.", no_args_is_help=True, add_completion=False)
organizations: Final = typer.Typer(help="Organizations: test or live for good.", no_args_is_help=True)
people: Final = typer.Typer(help="People and their roles.", no_args_is_help=True)
keys: Final = typer.Typer(help="API keys of partners.", no_args_is_help=True)
access.add_typer(organizations, name="organizations")
access.add_typer(people, name="people")
access.add_typer(keys, name="keys")

Organization = Annotated[
    str | None, typer.Option("--organization", help="Another organization's id; for the operator alone.")
]


@access.command("sign-in")
def sign_in(link: Annotated[str, typer.Argument(help="A one-time sign-in link of an admin.")]) -> None:
    """Use up a link and keep the session for the next commands."""
    base_url, _, secret = link.partition("/sign-in#")
    if parse_token(secret) is None:
        fail("This is no sign-in link.")
    answer = httpx2.post(f"{base_url}/sign-in", data={"token": secret}, headers={"origin": base_url}, timeout=TIMEOUT)
    session = next(iter(answer.cookies.values()), None)
    if session is None:
        fail("This link does not work any more: each works once, for fifteen minutes.")
    file = session_file()
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_secret(file, f"{base_url}\n{session}")
    typer.echo("Signed in.")


@organizations.command("list")
def list_organizations() -> None:
    """List organizations."""
    _table(_call("GET", "organizations"), ("org_id", "name", "kind"))


@organizations.command("create")
def create_organization(
    name: Annotated[str, typer.Argument(help="Its name.")],
    live: Annotated[bool, typer.Option("--live", help="Live instead of test; it stays so for good.")] = False,
) -> None:
    """Create an organization with a first admin."""
    made = _call("POST", "organizations", body={"name": name, "kind": "live" if live else "test"})
    typer.echo(f"{made['org_id']}\nIts first admin signs in, within fifteen minutes, by {made['sign_in']}")


@people.command("list")
def list_people(organization: Organization = None) -> None:
    """List people by id and role; names stay sealed."""
    _table(_call("GET", "people", organization), ("person_id", "role", "created_at", "withdrawn_at"))


@people.command("create")
def create_person(
    role: Annotated[Role, typer.Argument(help="What the person works as.")],
    organization: Organization = None,
) -> None:
    """Create a person; the name is asked for, so that it stands in no shell's history."""
    name = typer.prompt("Name")
    email = typer.prompt("E-mail (may be empty)", default="", show_default=False) or None
    made = _call("POST", "people", organization, body={"role": role.value, "name": name, "email": email})
    typer.echo(f"{made['person_id']}\nSigns in, within fifteen minutes, by {made['sign_in']}")


@people.command("link")
def renew_link(person_id: Annotated[str, typer.Argument(help="per_…")], organization: Organization = None) -> None:
    """Issue a fresh one-time sign-in link."""
    typer.echo(_call("POST", f"people/{person_id}/sign-in-link", organization)["sign_in"])


@people.command("withdraw")
def withdraw_person(person_id: Annotated[str, typer.Argument(help="per_…")], organization: Organization = None) -> None:
    """Withdraw a person: their sessions end now."""
    _call("POST", f"people/{person_id}/withdraw", organization)
    typer.echo("Withdrawn.")


@keys.command("list")
def list_keys(organization: Organization = None) -> None:
    """List API keys."""
    _table(_call("GET", "keys", organization), ("key_id", "scopes", "expires_at", "revoked_at"))


@keys.command("issue")
def issue_key(
    scope: Annotated[list[str] | None, typer.Option(help="A scope; all that partners may have without it.")] = None,
    organization: Organization = None,
) -> None:
    """Issue an API key; it is shown once."""
    made = _call("POST", "keys", organization, body={"scopes": scope} if scope else {})
    typer.echo(made["key"])


@keys.command("revoke")
def revoke_key(key_id: Annotated[str, typer.Argument()], organization: Organization = None) -> None:
    """Revoke an API key, everywhere within two seconds."""
    _call("POST", f"keys/{key_id}/revoke", organization)
    typer.echo("Revoked.")


def _call(method: str, path: str, organization: str | None = None, *, body: dict[str, Any] | None = None) -> Any:
    """Return the answer of the access API."""
    params = {"org_id": organization} if organization else None
    return call(method, f"/v1/access/{path}", params=params, body=body)


def _table(rows: list[dict[str, Any]], columns: tuple[str, ...]) -> None:
    table = Table(*columns, box=None)
    for row in rows:
        table.add_row(*(_cell(row[column]) for column in columns))
    Console().print(table)


def _cell(value: Any) -> str:
    if isinstance(value, list):
        return " ".join(map(str, value))
    return "" if value is None else str(value)
