"""Refusal → HTTP status."""

from collections.abc import Mapping
from typing import Final

from claimwright.refusals import Refusal
from claimwright_sandbox.domain.clock import ClockStands
from claimwright_sandbox.domain.intake import HashDiffers, NotAnInterchange, WrongSender

STATUS_OF: Final[Mapping[type[Refusal], int]] = {
    ClockStands: 409,
    HashDiffers: 422,
    NotAnInterchange: 422,
    WrongSender: 422,
}
