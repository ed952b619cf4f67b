"""`docs/reference/permissions.md`: permissions, roles, partners' scopes, and what each route needs."""

from collections.abc import Sequence
from typing import Final

from claimwright.security.permissions import CATALOG, PARTNER_SCOPES, ROLES, Role
from deploy.reference.services import DescribedRoute, DescribedService
from deploy.reference.tables import table

_HEAD: Final = """# Permissions

Written by `python -m deploy.reference` from the code; a test keeps it so.

Each route needs one permission or says why it is open; one that does neither does not import. A partner's key and a
person's role are sets of permissions. What shows sealed data (marked *opens*) is written to the audit trail at each
use.

"""


def page(services: Sequence[DescribedService]) -> str:
    """Return the page of permissions."""
    parts = [
        _HEAD,
        "## What there is\n\n",
        table(
            ("permission", "kind", "opens", "lets"),
            [
                (f"`{item.name}`", item.kind.value, "opens" if item.opens else "", item.says)
                for item in CATALOG.values()
            ],
        ),
        "\n## Who holds it\n\n",
        table(
            ("permission", "partner's key", *(role.value for role in Role)),
            [
                (
                    f"`{name}`",
                    "yes" if name in PARTNER_SCOPES else "",
                    *("yes" if name in ROLES[role] else "" for role in Role),
                )
                for name in CATALOG
            ],
        ),
        "\n## What each route needs\n",
    ]
    for service in services:
        rows = [(route.method, f"`{route.path}`", _needs(route)) for route in service.routes()]
        parts += [f"\n### {service.name.capitalize()}\n\n", table(("method", "path", "needs"), rows)]
    return "".join(parts)


def _needs(route: DescribedRoute) -> str:
    guard = route.guard
    return f"`{guard.permission}`" if guard.permission is not None else f"open: {guard.why}"
