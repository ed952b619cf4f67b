"""From refusal to HTTP status."""

from collections.abc import Mapping
from typing import Final

from claimwright.refusals import Refusal
from claimwright_submission.usecases.rebuild_submission import SubmissionHasNoRoute, SubmissionNotRejected

STATUS_OF: Final[Mapping[type[Refusal], int]] = {
    SubmissionNotRejected: 409,
    SubmissionHasNoRoute: 409,
}
