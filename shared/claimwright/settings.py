"""What every process can be told: read once at start, listed in whole when something is wrong, never shown.

`CLAIMWRIGHT_…` variables, nested by `__`. A secret is given as the file that holds it, and its field ends in `_file`.
A service adds one section of its own, named after it (`CLAIMWRIGHT_INTAKE__HTTP_PORT`).
"""

import os
from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, ClassVar, Final, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, FilePath, SecretStr, ValidationError
from pydantic_settings import BaseSettings, EnvSettingsSource, PydanticBaseSettingsSource, SettingsConfigDict

from claimwright.clock import CLOCK_FILE
from claimwright.events.envelope import Purpose
from claimwright.events.topics import Service

PREFIX: Final = "CLAIMWRIGHT_"
NESTING: Final = "__"
KEY_BYTES: Final = 32
_SECTIONS: Final = (*(service.value for service in Service), "sandbox")
_READ_ELSEWHERE: Final = frozenset({f"{PREFIX}FAILPOINTS", f"{PREFIX}FAILPOINT_HITS"})
"""Read by `claimwright.failpoints` where they stand; a production start refuses them."""

Port = Annotated[int, Field(ge=1, le=65535)]
SettingsT = TypeVar("SettingsT", bound="ProcessSettings")


class SettingsRefused(Exception):
    """A start that what it was told does not allow. Each problem names a setting; none shows a value."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class Section(BaseModel):
    """A group of settings. Unknown names are refused, and errors show no input."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class DatabaseSettings(Section):
    """Where PostgreSQL is, and the files with the passwords of this service's roles."""

    host: str = Field("127.0.0.1", description="The host of PostgreSQL.")
    port: Port = Field(8432, description="Its port.")
    name: str = Field("claimwright", description="The database; a service has a schema of its own in it.")
    password_file: FilePath = Field(description="The password of the role svc_<service>.")
    relay_password_file: FilePath | None = Field(None, description="That of relay_<service>; where the relay runs.")
    migrator_password_file: FilePath | None = Field(None, description="That of migrator; for `migrate` only.")
    pool_size: Annotated[int, Field(ge=1, le=200)] = Field(
        10, description="The most transactions of one process at once."
    )
    tls_ca_file: FilePath | None = Field(None, description="With it the connection is encrypted and the host checked.")

    @property
    def password(self) -> SecretStr:
        """Return the password of the service's role, read now, so that a new one needs no restart."""
        return read_secret(self.password_file)


class KafkaSettings(Section):
    """Where the broker is, and this service's own user there."""

    bootstrap: str = Field("127.0.0.1:8492", description="Host and port of a broker; several by commas.")
    username: str = Field(description="The service's own SCRAM user, which may write its own topic only.")
    password_file: FilePath = Field(description="The password of that user.")
    tls_ca_file: FilePath | None = Field(None, description="With it the connection is encrypted and the host checked.")

    @property
    def password(self) -> SecretStr:
        """Return the password of the service's broker user, read now."""
        return read_secret(self.password_file)


class KeySettings(Section):
    """Files with the key-encryption keys of the purposes that this process may open: 32 bytes in base64 each."""

    identity_file: FilePath | None = Field(None, description="For names, numbers and addresses of people.")
    clinical_file: FilePath | None = Field(None, description="For diagnoses and notes.")
    financial_file: FilePath | None = Field(None, description="For billed lines, payers and ledger entries.")

    def key_encryption_key(self, purpose: Purpose) -> bytes | None:
        """Return the key that wraps the data keys of a purpose, or None where this process may not open it."""
        path: Path | None = getattr(self, f"{purpose.value}_file")
        return None if path is None else _key_in(path)


class EdgeSettings(Section):
    """What the HTTP edge takes up at once, and from whom. Each process counts for itself."""

    rate_per_second: Annotated[float, Field(gt=0)] = Field(
        1000, description="Requests a second that one organization may go on asking; a row of a batch counts as one."
    )
    burst: Annotated[int, Field(ge=100)] = Field(
        2000, description="The most that one organization may ask at once; 100 at least, which is one full batch."
    )
    most_in_flight: Annotated[int, Field(ge=0)] = Field(
        256, description="Requests that are answered at once; the next gets 503 instead of making everyone wait."
    )
    longest_database_wait_ms: Annotated[int, Field(ge=1)] = Field(
        250, description="While a request has waited longer than this for a connection of the pool, new ones get 503."
    )


class RetentionSettings(Section):
    """How long a service keeps what only its own machinery needs; business records are kept whatever stands here."""

    ended_claim_days: Annotated[int, Field(ge=14)] = Field(
        90, description="Events of a claim stay in the outbox until it has been over for this long."
    )
    other_days: Annotated[int, Field(ge=14)] = Field(
        30, description="Any event stays in the outbox this long; a week more than the broker keeps it, at least."
    )
    inbox_days: Annotated[int, Field(ge=62)] = Field(
        93, description="A consumer remembers the ids of events for this long; their versions it remembers for good."
    )
    idempotency_days: Annotated[int, Field(ge=30)] = Field(
        400, description="The answer to a request with an Idempotency-Key is kept for this long."
    )


class ServiceSettings(Section):
    """What every service's own section has. With a certificate it answers HTTPS, else plain HTTP."""

    http_port: Port = Field(description="The port of the API, of health and metrics.")
    tls_certificate_file: FilePath | None = Field(None, description="The server's certificate and chain (PEM).")
    tls_key_file: FilePath | None = Field(None, description="Its private key (PEM).")

    @property
    def tls(self) -> tuple[Path, Path] | None:
        """Return the files of certificate and private key, if there are both."""
        if self.tls_certificate_file is None or self.tls_key_file is None:
            return None
        return self.tls_certificate_file, self.tls_key_file


class ProcessSettings(BaseSettings):
    """What a process without broker and keys can be told; most services want `SharedSettings`.

    A subclass sets `SERVICE` and has a section of that name, a `ServiceSettings`.
    """

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_nested_delimiter=NESTING,
        frozen=True,
        extra="forbid",
        hide_input_in_errors=True,
    )
    SERVICE: ClassVar[str]

    environment: Literal["local", "production"] = Field(
        "local", description="In production the conveniences of local runs are refused."
    )
    database: DatabaseSettings
    clock_file: Path | None = Field(None, description="Seconds to add to the time; local only.")
    otlp_endpoint: str | None = Field(None, description="Where spans go by OTLP over HTTP; they go nowhere without it.")
    traced_share: Annotated[float, Field(ge=0, le=1)] | None = Field(
        None,
        description="The share of traces that is kept beside those of errors, parked events and `X-Trace: 1`: "
        "all in a local run and 0.05 in production where nothing is told.",
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="The least that is logged.")
    http_host: str = Field("127.0.0.1", description="The address that the API listens on.")

    @property
    def own(self) -> ServiceSettings:
        """Return the section of the service itself."""
        section = getattr(self, self.SERVICE)
        if not isinstance(section, ServiceSettings):
            raise TypeError(f"{type(self).__name__}.{self.SERVICE} is no ServiceSettings")
        return section

    @property
    def is_production(self) -> bool:
        """Return whether the conveniences of a local run are refused."""
        return self.environment == "production"

    def refused_in_production(self) -> Iterator[str]:
        """Yield why these settings may not serve patients. A subclass adds to it."""
        if self.clock_file is not None:
            yield f"{CLOCK_FILE}: time is real in production"
        if self.database.tls_ca_file is None:
            yield f"{PREFIX}DATABASE__TLS_CA_FILE: production speaks to PostgreSQL over TLS only"

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003 - Pydantic hands these over by name
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Take only what `load_settings` hands over: it has read the environment, and no file is looked for."""
        return (init_settings,)


class SharedSettings(ProcessSettings):
    """What every service can be told that publishes, reads and opens events."""

    kafka: KafkaSettings
    keys: KeySettings = KeySettings()
    edge: EdgeSettings = EdgeSettings()
    retention: RetentionSettings = RetentionSettings()

    def refused_in_production(self) -> Iterator[str]:
        """Yield why these settings may not serve patients."""
        yield from super().refused_in_production()
        if self.kafka.tls_ca_file is None:
            yield f"{PREFIX}KAFKA__TLS_CA_FILE: production speaks to Kafka over TLS only"
        if all(self.keys.key_encryption_key(purpose) is None for purpose in Purpose):
            yield f"{PREFIX}KEYS__…_FILE: no key-encryption key is given"


def load_settings(cls: type[SettingsT], *, environ: Mapping[str, str] | None = None) -> SettingsT:
    """Return the settings of a process from its environment.

    Errors: SettingsRefused with every problem at once, each by its variable's name and without a value.
    """
    given = os.environ if environ is None else environ
    problems = list(_unknown_names(cls, given))
    try:
        settings = cls(**_values_from(cls, given))
    except ValidationError as wrong:
        problems += _sentences(cls, wrong)
        raise SettingsRefused(tuple(problems)) from None
    problems += _unreadable(settings)
    if settings.is_production and not problems:
        problems += settings.refused_in_production()
        problems += (f"{name}: failpoints are for tests" for name in sorted(_READ_ELSEWHERE) if name in given)
    if problems:
        raise SettingsRefused(tuple(problems))
    return settings


def read_secret(path: Path) -> SecretStr:
    """Return the secret that a file holds, without the line end that an editor leaves behind."""
    return SecretStr(path.read_text().strip())


def variable(*path: str) -> str:
    """Return the name of the variable that sets a field, given by the names that lead to it."""
    return PREFIX + NESTING.join(path).upper()


def fields_of(model: type[BaseModel], *path: str) -> Iterator[tuple[str, Any]]:
    """Yield each variable's name with the field behind it, sections opened, in the order of the class."""
    for name, field in model.model_fields.items():
        annotation = field.annotation
        if isinstance(annotation, type) and issubclass(annotation, BaseModel):
            yield from fields_of(annotation, *path, name)
        else:
            yield variable(*path, name), field


def _values_from(cls: type[ProcessSettings], environ: Mapping[str, str]) -> dict[str, Any]:
    source = EnvSettingsSource(cls)
    source.env_vars = {name.lower(): value for name, value in environ.items() if value != ""}
    return source()


def _unknown_names(cls: type[ProcessSettings], environ: Mapping[str, str]) -> Iterator[str]:
    """Yield the variables of ours that this process does not know; sections of other services may stand beside."""
    known = {name for name, _ in fields_of(cls)} | _READ_ELSEWHERE
    others = tuple(f"{PREFIX}{section.upper()}{NESTING}" for section in _SECTIONS if section != cls.SERVICE)
    for name in sorted(environ):
        if name.startswith(PREFIX) and name not in known and not name.startswith(others):
            yield f"{name}: no such setting"


def _sentences(cls: type[ProcessSettings], wrong: ValidationError) -> list[str]:
    """Return one sentence an error, in our own words: Pydantic's could repeat what it was given.

    Of a section that is missing whole, each setting that it needs is named.
    """
    words = {
        "missing": "is needed",
        "path_not_file": "names no file that can be read",
        "literal_error": "is none of the allowed words",
        "int_parsing": "has to be a whole number",
    }
    return [
        f"{name}: {words.get(error['type'], 'is not usable')}"
        for error in wrong.errors(include_input=False, include_context=False, include_url=False)
        if error["type"] != "extra_forbidden"  # told already, by the name as it was written
        for name in _needed_below(cls, variable(*(str(step) for step in error["loc"])))
    ]


def _needed_below(cls: type[ProcessSettings], name: str) -> list[str]:
    needed = [field for field, info in fields_of(cls) if info.is_required() and field.startswith(f"{name}{NESTING}")]
    return needed or [name]


def _unreadable(settings: ProcessSettings) -> Iterator[str]:
    """Yield what is wrong inside the files that the settings name."""
    for name, path in _files(settings):
        try:
            empty = not path.read_bytes().strip()
        except OSError:
            yield f"{name}: cannot be read"
            continue
        if empty:
            yield f"{name}: is empty"
        elif name.startswith(f"{PREFIX}KEYS{NESTING}") and _key_in(path) is None:
            yield f"{name}: does not hold {KEY_BYTES} bytes in base64"


def _files(section: BaseModel, *path: str) -> Iterator[tuple[str, Path]]:
    for name in type(section).model_fields:
        value = getattr(section, name)
        if isinstance(value, BaseModel):
            yield from _files(value, *path, name)
        elif name.endswith("_file") and name != "clock_file" and isinstance(value, Path):
            yield variable(*path, name), value


def _key_in(path: Path) -> bytes | None:
    try:
        key = b64decode(path.read_text().strip(), validate=True)
    except (NotBase64, ValueError):
        return None
    return key if len(key) == KEY_BYTES else None
