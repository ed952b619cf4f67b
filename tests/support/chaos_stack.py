"""A whole stack for tests that kill: every service has as many lives as it needs, and proxies stand before its servers.

What is armed, and the clock of each service, are files that the test writes; `restarted` and `hits` tell what happened.
"""

import asyncio
import json
import os
import signal
import sys
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from pathlib import Path

from deploy.stack.kafka import Kafka
from deploy.stack.kafka_properties import ADMIN, MECHANISM
from deploy.stack.places import ROOT, Places
from deploy.stack.ports import HOST, Ports, instance_of
from deploy.stack.postgres_roles import DATABASE
from deploy.stack.size import Size
from deploy.stack.table import Table
from tests.support.proxy import Proxy
from tests.support.stack import TestStack

SERVICES = ("intake", "coding", "submission", "remittance", "console")


class ChaosStack(TestStack):
    """The stack, its proxies, and the folder by which the test speaks to the services' keepers."""

    seed = 0
    folder: Path
    postgres_proxy: Proxy
    kafka_proxy: Proxy

    @classmethod
    def made(cls, state: Path, *, replicas: int = 1) -> "ChaosStack":
        """Describe a stack on free ports, with so many replicas of each service; nothing is started yet."""
        size = Size(replicas=dict.fromkeys(SERVICES, replicas))
        ports, outside = Ports.free(size.further()), Ports.free()
        stack = cls(Places(state, cache=ROOT / ".cache"), ports, durable=True, size=size)
        keepers = {
            name: replace(part, command=(sys.executable, "-m", "tests.chaos.lives", part.service, name))
            for name, part in stack.table.parts.items()
            if instance_of(name)[0] in SERVICES
        }
        stack.table = Table({**stack.table.parts, **keepers})
        stack.prepare()
        stack._kafka = Kafka(stack.places, ports, known_port=outside.kafka)
        stack.postgres_proxy = Proxy(outside.postgres, ports.postgres)
        stack.kafka_proxy = Proxy(outside.kafka, ports.kafka)
        stack.folder = state / "chaos"
        stack.folder.mkdir()
        return stack

    @asynccontextmanager
    async def running(self) -> AsyncIterator["ChaosStack"]:
        """Start everything, and stop it in the end."""
        await self.postgres_proxy.start()
        await self.kafka_proxy.start()
        try:
            await self.start()
            yield self
        finally:
            await self.stop()
            await self.postgres_proxy.stop()
            await self.kafka_proxy.stop()

    def environment_of(self, service: str, *, database: str = DATABASE) -> dict[str, str]:
        """Return what a service is told: to come through the proxies, and what the test asks of it."""
        told = super().environment_of(service, database=database)
        if service in SERVICES:
            told |= {
                "CLAIMWRIGHT_DATABASE__PORT": str(self.postgres_proxy.port),
                "CLAIMWRIGHT_KAFKA__BOOTSTRAP": f"{HOST}:{self.kafka_proxy.port}",
                "CLAIMWRIGHT_CLOCK_FILE": str(self.clock_of(service)),
                "CLAIMWRIGHT_FAILPOINT_HITS": str(self.folder / "hits"),
                "CHAOS_FOLDER": str(self.folder),
                "CHAOS_SEED": str(self.seed),
                "PYTHONPATH": str(ROOT),
            }
        return told

    def clock_of(self, service: str) -> Path:
        """Return the file that says how many seconds a service's clock is ahead."""
        return self.folder / f"{service}.clock"

    def arm(self, chances: Mapping[str, Mapping[str, float]], *, times: int, switches: Iterable[str] = ()) -> None:
        """Say what the lives of each service that begin from now on arm, until a point has killed so many times."""
        half = self.folder / "arms.half"
        half.write_text(json.dumps({"chances": chances, "times": times, "switches": list(switches)}))
        half.replace(self.folder / "arms.json")

    def hits(self) -> Counter[str]:
        """Return how often each point killed."""
        file = self.folder / "hits"
        return Counter(line.split()[1] for line in file.read_text().splitlines()) if file.exists() else Counter()

    def pid_of(self, name: str) -> int:
        """Return the process of the present life of a service, or of its second replica, `coding-2`."""
        return int((self.folder / f"{name}.pid").read_text())

    def send(self, name: str, number: signal.Signals) -> None:
        """Send a signal to a service's present life; one that has just died gets none."""
        with suppress(ProcessLookupError):
            os.kill(self.pid_of(name), number)

    async def restart_server(self, name: str, number: signal.Signals, *, after: float) -> None:
        """End PostgreSQL or Kafka by a signal, and start it again after some seconds."""
        self._children[name].process.send_signal(number)
        await self.ended_part(name)
        await asyncio.sleep(after)
        await self.start_part(name)

    def freeze(self, name: str) -> None:
        """Stop a server's process where it stands."""
        self._children[name].process.send_signal(signal.SIGSTOP)

    def thaw(self, name: str) -> None:
        """Let it go on."""
        self._children[name].process.send_signal(signal.SIGCONT)

    def spare_port(self) -> int:
        """Return a port for one more process; no part of this stack listens there."""
        return Ports.free().console

    def checker_config(self, journal: Path) -> dict[str, object]:
        """Return what the checker is told: how to log in everywhere, and what the client noted."""
        return {
            "postgres": {
                "host": HOST,
                "port": self.ports.postgres,
                "user": "postgres",
                "password": self.password_of("postgres"),
                "database": DATABASE,
            },
            "kafka": {
                "bootstrap": f"{HOST}:{self.ports.kafka}",
                "username": ADMIN,
                "password": self.password_of(f"kafka_{ADMIN}"),
                "mechanism": MECHANISM,
            },
            "sandbox_key_file": str(self.places.keys / "sandbox.key"),
            "journal": str(journal),
            "logs": [str(self.log_of(service)) for service in SERVICES],
        }
