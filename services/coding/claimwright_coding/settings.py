"""All that the coding service can be told."""

from typing import ClassVar

from claimwright.settings import Port, ServiceSettings, SharedSettings


class CodingSettings(ServiceSettings):
    """Coding's own section."""

    http_port: Port = 8402


class Settings(SharedSettings):
    """Everything the coding service can be told. Read once, in `__main__`."""

    SERVICE: ClassVar[str] = "coding"

    coding: CodingSettings = CodingSettings()
