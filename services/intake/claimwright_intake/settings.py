"""All that the intake service can be told."""

from typing import Annotated, ClassVar

from pydantic import Field

from claimwright.settings import Port, ServiceSettings, SharedSettings


class IntakeSettings(ServiceSettings):
    """Intake's own section."""

    http_port: Port = 8401
    group_most: Annotated[int, Field(ge=1, le=500)] = Field(
        32, description="The most single posts of one caller that share a commit, and keep others waiting meanwhile."
    )
    group_wait_ms: Annotated[int, Field(ge=0, le=1000)] = Field(
        5, description="How long posts wait for the commit before them until they get one of their own."
    )


class Settings(SharedSettings):
    """Everything the intake service can be told. Read once, in `__main__`."""

    SERVICE: ClassVar[str] = "intake"

    intake: IntakeSettings = IntakeSettings()
