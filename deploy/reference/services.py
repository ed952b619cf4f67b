"""Every service as it is built: its settings class and its app, without a database or a broker behind it."""

import asyncio
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from fastapi import FastAPI

from claimwright.http.app import routes_of
from claimwright.http.permissions import Guard
from claimwright.http.routes import guard_of
from claimwright.process import Service
from claimwright.settings import ProcessSettings, load_settings
from deploy.stack.places import ROOT, Places
from deploy.stack.ports import Ports
from deploy.stack.stack import Stack

SERVICES: Final = ("intake", "coding", "submission", "remittance", "console", "sandbox")


@dataclass(frozen=True, slots=True)
class DescribedRoute:
    """One route with what stands before it."""

    method: str
    path: str
    guard: Guard


@dataclass(frozen=True, slots=True)
class DescribedService:
    """One service: what it can be told, and the parts that it runs."""

    name: str
    settings: type[ProcessSettings]
    built: Service

    @property
    def app(self) -> FastAPI:
        """The app that it serves."""
        return self.built.app

    def routes(self) -> list[DescribedRoute]:
        """Return every route with its guard, in the order of path and method."""
        found = [
            DescribedRoute(method, route.path, guard_of(route))
            for route in routes_of(self.app)
            for method in sorted(route.methods or ())
        ]
        return sorted(found, key=lambda route: (route.path, route.method))


def described_services() -> tuple[DescribedService, ...]:
    """Build every service with the settings of a local run whose servers are never started."""
    with TemporaryDirectory() as folder:
        stack = Stack(Places(Path(folder), cache=ROOT / ".cache"), Ports())
        stack.prepare(space_needed=0)
        return tuple(_described(stack, name) for name in SERVICES)


def _described(stack: Stack, name: str) -> DescribedService:
    settings_class: type[ProcessSettings] = import_module(f"claimwright_{name}.settings").Settings
    build = import_module(f"claimwright_{name}.app").build
    settings = load_settings(settings_class, environ=stack.environment_of(name))

    async def built() -> Service:
        service: Service = await build(settings)
        for act in service.shutdown:
            await act()
        return service

    return DescribedService(name, settings_class, asyncio.run(built()))
