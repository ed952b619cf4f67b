"""When the time of a run can't be moved."""

from claimwright.refusals import Refusal


class ClockStands(Refusal):
    """Time can't be moved so: it would go back, or this run has no movable clock."""

    code = "sandbox.clock_stands"
    fix = "Name a moment that lies ahead; a production run has no movable clock."
