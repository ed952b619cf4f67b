"""All that the remittance service can be told."""

from datetime import timedelta
from typing import Annotated, ClassVar

from pydantic import DirectoryPath, Field, FilePath

from claimwright.settings import Port, ServiceSettings, SharedSettings
from claimwright_remittance.domain.deposits.ageing import Terms

Seconds = Annotated[float, Field(gt=0, le=3600)]
Days = Annotated[int, Field(ge=0, le=366)]


class RemittanceSettings(ServiceSettings):
    """Remittance's own section."""

    http_port: Port = 8404
    mailbox_every_seconds: Seconds = Field(60.0, description="How often mailboxes are looked into, behind callbacks.")
    exchange_seconds: Seconds = Field(15.0, description="How long one exchange with a clearinghouse may take.")
    watched_folder: DirectoryPath | None = Field(
        None, description="Files dropped into its folders are taken in; each is named by an organization's id."
    )
    watched_every_seconds: Seconds = Field(5.0, description="How often the watched folder is looked into.")
    watched_settle_seconds: Seconds = Field(
        10.0, description="How long a dropped file has to stay unchanged before it is taken in."
    )
    deposit_window_days: Days = Field(
        7, description="How many days a deposit and the payment date of its remittance may lie apart."
    )
    remit_without_eft_days: Days = Field(
        7, description="After so many days a remittance paid electronically without its deposit is flagged."
    )
    remit_without_check_days: Days = Field(
        21, description="After so many days a remittance paid by check without its deposit is flagged."
    )
    eft_without_remit_days: Days = Field(
        7, description="After so many days an electronic credit without its remittance is flagged."
    )

    @property
    def terms(self) -> Terms:
        """Return the days of deposits."""
        return Terms(
            window=timedelta(days=self.deposit_window_days),
            remit_without_eft=timedelta(days=self.remit_without_eft_days),
            remit_without_check=timedelta(days=self.remit_without_check_days),
            eft_without_remit=timedelta(days=self.eft_without_remit_days),
        )


class Settings(SharedSettings):
    """Everything the remittance service can be told. Read once, in `__main__`."""

    SERVICE: ClassVar[str] = "remittance"

    remittance: RemittanceSettings = RemittanceSettings()
    routes_file: FilePath = Field(description="The clearinghouse routes with their secrets; mode 0600.")
