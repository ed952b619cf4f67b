"""All that the remittance service can be told."""

from typing import ClassVar

from pydantic import Field, FilePath

from claimwright.settings import Port, ServiceSettings, SharedSettings


class RemittanceSettings(ServiceSettings):
    """Remittance's own section."""

    http_port: Port = 8404


class Settings(SharedSettings):
    """Everything the remittance service can be told. Read once, in `__main__`."""

    SERVICE: ClassVar[str] = "remittance"

    remittance: RemittanceSettings = RemittanceSettings()
    routes_file: FilePath = Field(description="The clearinghouse routes with their secrets; mode 0600.")
