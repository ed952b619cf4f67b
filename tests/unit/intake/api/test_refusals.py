"""Every refusal of intake has a status, a stable code and words that say what to do."""

from claimwright.refusals import Refusal
from claimwright_intake.api.refusals import STATUS_OF
from claimwright_intake.domain import refusals


def test_every_refusal_has_a_status_and_a_mend() -> None:
    # Seen to fail once: with `ClaimOnItsWay` left out of the table.
    known = {
        value
        for value in vars(refusals).values()
        if isinstance(value, type) and issubclass(value, Refusal) and value is not Refusal
    }

    assert known == STATUS_OF.keys()
    assert len({refusal.code for refusal in known}) == len(known)
    assert all(refusal.fix for refusal in known)
