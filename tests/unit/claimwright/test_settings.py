"""Settings: told all at once, by name and without values; production takes no conveniences.

Seen to fail: with `_unknown_names` left out a misspelled name started; with `error["input"]` put into `_sentences`, the
values stood in the problems.
"""

from base64 import b64encode
from pathlib import Path
from typing import ClassVar

import pytest

from claimwright.events.envelope import Purpose
from claimwright.settings import ServiceSettings, SettingsRefused, SharedSettings, load_settings


class IntakeSettings(ServiceSettings):
    """A service's own section."""

    http_port: int = 8401


class Settings(SharedSettings):
    """Settings of a service."""

    SERVICE: ClassVar[str] = "intake"
    intake: IntakeSettings = IntakeSettings()


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    """Everything that production asks for."""
    for name, text in {
        "database": "db-secret\n",
        "kafka": "kafka-secret",
        "ca": "certificate",
        "identity": b64encode(bytes(32)).decode(),
    }.items():
        (tmp_path / name).write_text(text)
    return {
        "CLAIMWRIGHT_ENVIRONMENT": "production",
        "CLAIMWRIGHT_DATABASE__PASSWORD_FILE": str(tmp_path / "database"),
        "CLAIMWRIGHT_DATABASE__TLS_CA_FILE": str(tmp_path / "ca"),
        "CLAIMWRIGHT_KAFKA__USERNAME": "svc_intake",
        "CLAIMWRIGHT_KAFKA__PASSWORD_FILE": str(tmp_path / "kafka"),
        "CLAIMWRIGHT_KAFKA__TLS_CA_FILE": str(tmp_path / "ca"),
        "CLAIMWRIGHT_KEYS__IDENTITY_FILE": str(tmp_path / "identity"),
        "CLAIMWRIGHT_INTAKE__HTTP_PORT": "9401",
    }


def problems_of(environ: dict[str, str]) -> str:
    with pytest.raises(SettingsRefused) as refused:
        load_settings(Settings, environ=environ)
    return str(refused.value)


def test_settings_are_read_with_their_secrets(environ: dict[str, str]) -> None:
    settings = load_settings(Settings, environ=environ)

    assert settings.own.http_port == 9401
    assert settings.database.password.get_secret_value() == "db-secret"
    assert settings.kafka.password.get_secret_value() == "kafka-secret"
    assert settings.keys.key_encryption_key(Purpose.IDENTITY) == bytes(32)
    assert settings.keys.key_encryption_key(Purpose.CLINICAL) is None


def test_a_new_password_in_the_file_needs_no_restart(environ: dict[str, str], tmp_path: Path) -> None:
    settings = load_settings(Settings, environ=environ)

    (tmp_path / "database").write_text("next-secret")

    assert settings.database.password.get_secret_value() == "next-secret"


def test_no_secret_shows_in_the_settings(environ: dict[str, str]) -> None:
    settings = load_settings(Settings, environ=environ)

    assert "db-secret" not in repr(settings)
    assert "db-secret" not in repr(settings.database.password)
    assert b64encode(bytes(32)).decode() not in repr(settings)


def test_all_problems_are_told_at_once_by_name_and_without_values(environ: dict[str, str]) -> None:
    del environ["CLAIMWRIGHT_KAFKA__USERNAME"]
    environ["CLAIMWRIGHT_INTAKE__HTTP_PORT"] = "hunter2"
    environ["CLAIMWRIGHT_ENVIRONMENT"] = "prodution"
    environ["CLAIMWRIGHT_DATABSE__HOST"] = "db.internal"
    environ["CLAIMWRIGHT_DATABASE__PASSWORD_FILE"] = "/nowhere/at/all"

    told = problems_of(environ)

    for name in (
        "CLAIMWRIGHT_KAFKA__USERNAME",
        "CLAIMWRIGHT_INTAKE__HTTP_PORT",
        "CLAIMWRIGHT_ENVIRONMENT",
        "CLAIMWRIGHT_DATABSE__HOST",
        "CLAIMWRIGHT_DATABASE__PASSWORD_FILE",
    ):
        assert name in told
    for value in ("hunter2", "prodution", "db.internal", "/nowhere"):
        assert value not in told


def test_another_services_section_may_stand_beside(environ: dict[str, str]) -> None:
    environ["CLAIMWRIGHT_CODING__HTTP_PORT"] = "8402"

    assert load_settings(Settings, environ=environ)


def test_a_misspelled_name_in_the_own_section_is_told(environ: dict[str, str]) -> None:
    environ["CLAIMWRIGHT_INTAKE__HTTP_PROT"] = "1"

    assert "CLAIMWRIGHT_INTAKE__HTTP_PROT: no such setting" in problems_of(environ)


def test_an_empty_secret_and_a_key_of_the_wrong_length_are_told(environ: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "kafka").write_text("\n")
    (tmp_path / "identity").write_text(b64encode(bytes(31)).decode())

    told = problems_of(environ)

    assert "CLAIMWRIGHT_KAFKA__PASSWORD_FILE: is empty" in told
    assert "CLAIMWRIGHT_KEYS__IDENTITY_FILE: does not hold 32 bytes in base64" in told


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CLAIMWRIGHT_CLOCK_FILE", "clock"),
        ("CLAIMWRIGHT_DATABASE__TLS_CA_FILE", None),
        ("CLAIMWRIGHT_KAFKA__TLS_CA_FILE", None),
        ("CLAIMWRIGHT_KEYS__IDENTITY_FILE", None),
        ("CLAIMWRIGHT_FAILPOINTS", "consumer.before_commit:1"),
    ],
)
def test_production_refuses_what_is_for_local_runs(environ: dict[str, str], name: str, value: str | None) -> None:
    environ.pop(name, None)
    if value is not None:
        environ[name] = value
    local = environ | {"CLAIMWRIGHT_ENVIRONMENT": "local"}

    told = problems_of(environ)

    assert name.replace("IDENTITY", "…") in told
    assert load_settings(Settings, environ=local)
