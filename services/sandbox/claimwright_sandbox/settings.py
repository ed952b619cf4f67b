"""All that the sandbox can be told."""

from typing import Annotated, ClassVar

from pydantic import Field, FilePath

from claimwright.settings import ProcessSettings, ServiceSettings


class SandboxSettings(ServiceSettings):
    """The clearinghouse's own settings."""

    http_port: int = 8410
    key_file: FilePath = Field(description="32 bytes in base64: seals the files that came and go.")
    submission_url: str = Field("http://127.0.0.1:8403", description="Where acknowledgments are called back.")
    remittance_url: str = Field("http://127.0.0.1:8404", description="Where remittances are called back.")
    pace: Annotated[float, Field(gt=0)] = Field(
        1.0, description="Milliseconds that a day of the payers lasts; 86400000 is real time."
    )


class Settings(ProcessSettings):
    """Everything that the sandbox can be told. Read once, in `__main__`."""

    SERVICE: ClassVar[str] = "sandbox"

    routes_file: FilePath = Field(description="The routes whose submitters may send here (JSON, secret).")
    sandbox: SandboxSettings
