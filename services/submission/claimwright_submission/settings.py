"""What the submission service can be told: `CLAIMWRIGHT_SUBMISSION__…`, and the routes file."""

from typing import Annotated, ClassVar

from pydantic import Field, FilePath

from claimwright.settings import ServiceSettings, SharedSettings
from claimwright_submission.domain.batching import CLAIMS_A_SET_MOST

Seconds = Annotated[float, Field(gt=0, le=3600)]


class SubmissionSettings(ServiceSettings):
    """The service's own section."""

    http_port: int = 8403
    files_every_seconds: Seconds = Field(
        0.5, description="How often each route is looked at for claims to send and files in doubt."
    )
    files_gather_seconds: Annotated[float, Field(ge=0, le=1)] = Field(
        0.25,
        description="How long claims gather for the next file of a route after its last one; one alone leaves at once.",
    )
    answers_every_seconds: Seconds = Field(0.5, description="How often answers that no callback woke for are read.")
    answers_gather_seconds: Annotated[float, Field(ge=0, le=1)] = Field(
        0.05, description="How long answers gather before they are read; those to one file come close to each other."
    )
    mailbox_every_seconds: Seconds = Field(60.0, description="How often mailboxes are looked into, behind callbacks.")
    exchange_seconds: Seconds = Field(15.0, description="How long one exchange with a clearinghouse may take.")
    claims_a_file_most: Annotated[int, Field(ge=1, le=CLAIMS_A_SET_MOST)] = Field(
        500, description="How many claims one file holds at most. Events of the service wait while a file is written."
    )
    answer_mib_most: Annotated[int, Field(ge=1, le=256)] = Field(
        32, description="The largest answer that a callback may bring."
    )


class Settings(SharedSettings):
    """Everything the submission service can be told."""

    SERVICE: ClassVar[str] = "submission"

    submission: SubmissionSettings = SubmissionSettings()
    routes_file: FilePath = Field(description="The clearinghouse routes with their secrets; mode 0600.")
