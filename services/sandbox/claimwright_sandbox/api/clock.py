"""Time of the whole run, for trials that must not wait two weeks for a remittance."""

from datetime import timedelta

from claimwright import clock
from claimwright.http.permissions import public
from claimwright.http.routes import Router
from claimwright_sandbox.api.models import ClockAnswer, ClockMove
from claimwright_sandbox.api.submitter import Calling
from claimwright_sandbox.domain.clock import ClockStands

router = Router(tags=["clock"])


@router.post("/v1/clock", dependencies=[public("the submitter's own user name and password are checked")])
async def move_clock(move: ClockMove, _: Calling) -> ClockAnswer:
    """Move time forward, for every process that reads the same clock file."""
    target = move.to or clock.now() + timedelta(hours=move.hours or 0)
    try:
        clock.move_to(target)
    except ValueError as stands:
        raise ClockStands("time goes forward only, and only in runs with a clock file") from stands
    return ClockAnswer(now=clock.now())
