"""All that the remittance service can be told."""

from typing import Annotated, ClassVar

from pydantic import Field, FilePath

from claimwright.settings import Port, ServiceSettings, SharedSettings

Seconds = Annotated[float, Field(gt=0, le=3600)]


class RemittanceSettings(ServiceSettings):
    """Remittance's own section."""

    http_port: Port = 8404
    mailbox_every_seconds: Seconds = Field(60.0, description="How often mailboxes are looked into, behind callbacks.")
    exchange_seconds: Seconds = Field(15.0, description="How long one exchange with a clearinghouse may take.")


class Settings(SharedSettings):
    """Everything the remittance service can be told. Read once, in `__main__`."""

    SERVICE: ClassVar[str] = "remittance"

    remittance: RemittanceSettings = RemittanceSettings()
    routes_file: FilePath = Field(description="The clearinghouse routes with their secrets; mode 0600.")
