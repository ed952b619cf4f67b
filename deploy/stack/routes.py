"""The routes of a local run: the one test organization sends to the sandbox, with secrets that were made here."""

import json
import secrets
from base64 import b64encode
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from claimwright import ids
from deploy.stack.places import Places
from deploy.stack.secret_files import write_private

SUBMITTER: Final = "CLAIMWRIGHT"
RECEIVER: Final = "SANDBOX"


@dataclass(frozen=True, slots=True)
class Handover:
    """What the first start made: the test organization and a key for its partner."""

    org_id: str
    organization: str
    api_key: str

    @classmethod
    def read(cls, path: Path) -> "Handover":
        """Read what `claimwright-console bootstrap` wrote."""
        row = json.loads(path.read_text())
        return cls(org_id=row["org_id"], organization=row["organization"], api_key=row["api_key"])


def handover_file(places: Places) -> Path:
    return places.secrets / "handover.json"


def authorization_file(places: Places) -> Path:
    """Return the file with the header that the partner's key makes, for `curl -H @…`."""
    return places.secrets / "authorization"


def routes_file(places: Places) -> Path:
    return places.secrets / "routes.json"


def make_empty_routes(places: Places) -> None:
    """Write a file without routes unless one is there: settings name it before there is an organization."""
    if not routes_file(places).exists():
        write_private(routes_file(places), "[]\n")


def write_authorization(places: Places) -> None:
    """Write the test partner's authorization header."""
    write_private(authorization_file(places), f"Authorization: Bearer {Handover.read(handover_file(places)).api_key}\n")


def write_routes(places: Places, *, sandbox_url: str, ca_file: Path | None = None) -> None:
    """Give the test organization its route to the sandbox; ids and secrets stay as they are once made."""
    org_id = Handover.read(handover_file(places)).org_id
    before = {route["org_id"]: route for route in json.loads(routes_file(places).read_text())}
    route = before.get(org_id) or {
        "id": ids.text(ids.ROUTE, ids.new()),
        "org_id": org_id,
        "name": "sandbox",
        "kind": "sandbox",
        "submitter_id": SUBMITTER,
        "receiver_id": RECEIVER,
        "username": SUBMITTER.lower(),
        "password": secrets.token_urlsafe(24),
        "submission_callback_secret": _webhook_secret(),
        "remittance_callback_secret": _webhook_secret(),
    }
    route |= {
        "base_url": sandbox_url,
        "ca_file": str(ca_file or places.tls / "ca.pem"),
    }  # addresses may be others than last time
    write_private(routes_file(places), json.dumps([route], indent=1) + "\n")


def _webhook_secret() -> str:
    return f"whsec_{b64encode(secrets.token_bytes(24)).decode()}"
