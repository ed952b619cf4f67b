"""All that the intake service can be told."""

from typing import ClassVar

from claimwright.settings import Port, ServiceSettings, SharedSettings


class IntakeSettings(ServiceSettings):
    """Intake's own section."""

    http_port: Port = 8401


class Settings(SharedSettings):
    """Everything the intake service can be told. Read once, in `__main__`."""

    SERVICE: ClassVar[str] = "intake"

    intake: IntakeSettings = IntakeSettings()
