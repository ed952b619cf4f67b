"""All that the console can be told."""

from typing import ClassVar

from pydantic import Field

from claimwright.settings import ServiceSettings, SharedSettings


class ConsoleSettings(ServiceSettings):
    """The console's own section.

    `base_url` is how a browser reaches the console: links are made of it, what is posted has to come from it, and with
    `https` the session's cookie is bound to it. The other addresses are how the console reaches the owners of data.
    """

    http_port: int = 8400
    base_url: str = Field("", description="How a browser reaches the console; by default its own address.")
    intake_url: str = Field("http://127.0.0.1:8401", description="Where the intake service's API is.")
    coding_url: str = Field("http://127.0.0.1:8402", description="Where the coding service's API is.")
    submission_url: str = Field("http://127.0.0.1:8403", description="Where the submission service's API is.")
    remittance_url: str = Field("http://127.0.0.1:8404", description="Where the remittance service's API is.")


class Settings(SharedSettings):
    """Everything the console can be told."""

    SERVICE: ClassVar[str] = "console"

    console: ConsoleSettings = ConsoleSettings()

    @property
    def base_url(self) -> str:
        """Return the console's address as a browser has it, without a slash at the end."""
        return (self.console.base_url or f"http://{self.http_host}:{self.console.http_port}").rstrip("/")
