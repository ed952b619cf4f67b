"""Every route of every service says who may call it, and what it says is in the catalog and held by somebody.

Seen to fail: with a `Router` route without a guard (the module does not import), with `permission="claims:read"`, and
with a route of the sandbox left off the list.
"""

import pytest

from claimwright.http.app import routes_of
from claimwright.http.routes import StrictRoute, guard_of
from claimwright.security.permissions import CATALOG, PARTNER_SCOPES, ROLES
from deploy.reference.services import SERVICES, DescribedService, described_services

OPEN_IN_EVERY_SERVICE = {"/healthz", "/readyz", "/metrics", "/openapi.json"}
OPEN: dict[str, set[str]] = {
    "submission": {"/v1/callbacks/{route_id}"},
    "remittance": {"/v1/callbacks/{route_id}"},
    "console": {"/", "/sign-in", "/sign-out", "/static/{version}/{path:path}"},
    "sandbox": {
        "/v1/clock",
        "/v1/files",
        "/v1/files/by-hash/{sha256}",
        "/v1/mailbox",
        "/v1/mailbox/{file_id}",
    },
}
"""Open routes by service, beside the ones of health: signed callbacks, the way to a sign-in, and all that the sandbox
has, since it knows submitters and no permissions."""

READ_BY_POST = {("console", "/find")}
"""What is looked for stays out of the address."""


@pytest.fixture(scope="module")
def services() -> dict[str, DescribedService]:
    return {service.name: service for service in described_services()}


def test_every_service_is_walked(services: dict[str, DescribedService]) -> None:
    assert set(services) == set(SERVICES)
    for service in services.values():
        assert len(service.routes()) > len(OPEN_IN_EVERY_SERVICE)


def test_every_route_has_exactly_one_guard_and_its_permission_is_held_by_somebody(
    services: dict[str, DescribedService],
) -> None:
    held = PARTNER_SCOPES.union(*ROLES.values())
    for service in services.values():
        for route in routes_of(service.app):
            assert isinstance(route, StrictRoute), f"{service.name} {route.path}"
            guard = guard_of(route)
            assert (guard.permission is None) != (guard.why is None), f"{service.name} {route.path}"
            if guard.permission is not None:
                assert guard.permission in CATALOG, f"{service.name} {route.path}"
                assert guard.permission in held, f"{service.name} {route.path}"


@pytest.mark.parametrize("name", SERVICES)
def test_only_the_named_routes_are_open(services: dict[str, DescribedService], name: str) -> None:
    open_ones = {route.path for route in services[name].routes() if route.guard.permission is None}

    assert open_ones == OPEN_IN_EVERY_SERVICE | OPEN.get(name, set())


def test_a_route_that_is_an_act_needs_a_permission_to_write_or_to_open(services: dict[str, DescribedService]) -> None:
    for service in services.values():
        for route in service.routes():
            if route.method not in {"GET", "HEAD", "QUERY"} and route.guard.permission is not None:
                permission = CATALOG[route.guard.permission]
                writes = permission.kind.value.endswith("WRITE")
                reads = (service.name, route.path) in READ_BY_POST
                assert writes or permission.opens or reads, f"{service.name} {route.method} {route.path}"
