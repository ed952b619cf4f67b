"""Brokers that speak TLS: each service gets in with its own password and our authority, and by nothing less.

The services' own client is used, with the settings that a stack gives them.
"""

import asyncio
import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaConnectionError, TopicAuthorizationFailedError
from typer.testing import CliRunner

from claimwright.events.topics import CODING, INTAKE
from claimwright.messaging.kafka import Admin, Outgoing, Producer
from claimwright.settings import KafkaSettings
from deploy.certificates import make_broker_certificate
from deploy.kafka.__main__ import main
from deploy.stack.secret_files import password, write_private
from deploy.stack.size import Size
from deploy.stack.topics import USERS
from tests.support.stack import TestStack


@pytest.fixture(scope="module")
def encrypted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestStack]:
    """A broker of its own that speaks nothing but TLS."""
    stack = TestStack.at(tmp_path_factory.mktemp("tls") / "state", size=Size(broker_tls=True))
    asyncio.run(stack.ensure("kafka"))
    yield stack
    stack.end()


def settings_of(stack: TestStack, service: str, **changes: Any) -> KafkaSettings:
    told = stack.environment_of(service)
    given = {
        "bootstrap": told["CLAIMWRIGHT_KAFKA__BOOTSTRAP"],
        "username": told["CLAIMWRIGHT_KAFKA__USERNAME"],
        "password_file": told["CLAIMWRIGHT_KAFKA__PASSWORD_FILE"],
        "tls_ca_file": told["CLAIMWRIGHT_KAFKA__TLS_CA_FILE"],
    }
    return KafkaSettings.model_validate(given | changes)


async def send(settings: KafkaSettings, topic: str) -> None:
    producer = Producer(settings, client_id="test")
    await producer.start()
    try:
        await producer.send_all([Outgoing(topic=topic, key=b"k", value=b"{}", headers=())])
    finally:
        await producer.discard()


async def test_a_service_writes_its_own_topic_over_tls_and_no_other(encrypted: TestStack) -> None:
    intake = settings_of(encrypted, "intake")

    await send(intake, INTAKE)

    with pytest.raises(TopicAuthorizationFailedError):
        await send(intake, CODING)
    assert len(await partitions(intake, INTAKE)) == 12


async def partitions(settings: KafkaSettings, topic: str) -> list[Any]:
    admin = Admin(settings)
    try:
        return list(await admin.partitions_of([topic]))
    finally:
        await admin.close()


async def test_plaintext_is_refused(encrypted: TestStack) -> None:
    with pytest.raises(KafkaConnectionError):
        await send(settings_of(encrypted, "intake", tls_ca_file=None), INTAKE)


async def test_a_wrong_password_is_refused(encrypted: TestStack, tmp_path: Path) -> None:
    write_private(tmp_path / "wrong", "wrong")

    with pytest.raises(KafkaConnectionError):
        await send(settings_of(encrypted, "intake", password_file=tmp_path / "wrong"), INTAKE)


async def test_a_broker_of_another_authority_is_refused(encrypted: TestStack, tmp_path: Path) -> None:
    make_broker_certificate(tmp_path)

    with pytest.raises(KafkaConnectionError):
        await send(settings_of(encrypted, "intake", tls_ca_file=tmp_path / "kafka-ca.pem"), INTAKE)


async def test_nobody_gets_in_without_a_user(encrypted: TestStack) -> None:
    trusted = ssl.create_default_context(cafile=encrypted.places.tls / "kafka-ca.pem")
    producer = AIOKafkaProducer(
        bootstrap_servers=f"127.0.0.1:{encrypted.ports.kafka}", security_protocol="SSL", ssl_context=trusted
    )
    try:
        with pytest.raises(KafkaConnectionError):
            await asyncio.wait_for(producer.start(), 30)
    finally:
        await producer.stop()


async def test_a_password_is_changed_by_the_command_and_the_old_one_ends(encrypted: TestStack, tmp_path: Path) -> None:
    places = encrypted.places
    for user in USERS:
        write_private(tmp_path / f"kafka_{user}", password(places.secrets, f"kafka_{user}"))
    write_private(tmp_path / "kafka_svc_intake", "a new one, drawn by somebody")
    command = [
        "apply",
        f"--bootstrap=127.0.0.1:{encrypted.ports.kafka}",
        f"--password-file={places.secrets / 'kafka_admin'}",
        f"--passwords={tmp_path}",
        f"--ca-file={places.tls / 'kafka-ca.pem'}",
        "--brokers=1",
        "--only-user=svc_intake",
    ]

    changed = await asyncio.to_thread(CliRunner().invoke, main, command)

    try:
        assert changed.exit_code == 0, changed.output
        await send(settings_of(encrypted, "intake", password_file=tmp_path / "kafka_svc_intake"), INTAKE)
        with pytest.raises(KafkaConnectionError):
            await send(settings_of(encrypted, "intake"), INTAKE)
    finally:
        write_private(tmp_path / "kafka_svc_intake", password(places.secrets, "kafka_svc_intake"))
        await asyncio.to_thread(CliRunner().invoke, main, command)
