"""Which refusal of ours is which status."""

from collections.abc import Mapping
from typing import Final

from claimwright.refusals import Refusal
from claimwright_remittance.usecases.receive_file import EmptyFile

STATUS_OF: Final[Mapping[type[Refusal], int]] = {EmptyFile: 422}
