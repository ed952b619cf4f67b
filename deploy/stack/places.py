"""Where a stack keeps what it keeps."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Places:
    """The folders of one stack: `state` is data, logs and secrets; `cache` can be fetched again."""

    state: Path
    cache: Path = ROOT / ".cache"

    @property
    def logs(self) -> Path:
        return self.state / "logs"

    @property
    def secrets(self) -> Path:
        return self.state / "secrets"

    @property
    def keys(self) -> Path:
        return self.state / "keys"

    @property
    def tls(self) -> Path:
        return self.state / "tls"

    @property
    def postgres_data(self) -> Path:
        return self.state / "postgres" / "data"

    @property
    def kafka(self) -> Path:
        return self.state / "kafka"

    @property
    def jars(self) -> Path:
        return self.cache / "jars"

    @property
    def clock(self) -> Path:
        return self.state / "clock"

    def make(self) -> None:
        """Make the folders, closed to everybody else."""
        for folder in (self.state, self.logs, self.secrets, self.keys, self.tls, self.postgres_data.parent, self.kafka):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.jars.mkdir(parents=True, exist_ok=True)
