"""The smallest valid questions and answers, 270, 271, 276 and 277, for tests; each test changes what matters to it."""

from typing import Any

from claimwright.x12.models import Dated, Party, Procedure, Reference, money_of_cents, quantity_of
from claimwright.x12.models.eligibility import Benefit, CoveredPerson, Eligibility, Inquiry, Trace
from claimwright.x12.models.status import (
    StatusClaim,
    StatusCode,
    StatusExchange,
    StatusLine,
    StatusPerson,
    StatusProvider,
    StatusReport,
)
from tests.support.builders_x12 import PAYER

PROVIDER = Party("1P", "SPRINGFIELD CLINIC", id_qualifier="XX", id="1234567893")
MEMBER = Party("IL", "DOE", "JANE", kind="1", id_qualifier="MI", id="PAID123456", birth_date="19800229", gender="F")
CHILD = Party("03", "DOE", "JACK", kind="1", birth_date="20150401", gender="M")
SERVED = (Dated("472", "D8", "20261101"),)


def a_covered_person(**changes: Any) -> CoveredPerson:
    """Make a subscriber; with dependents behind it, it needs neither inquiries nor benefits."""
    return CoveredPerson(is_dependent=False, party=MEMBER, traces=(Trace("TRACE1", "9123456789"),))._replace(**changes)


def a_dependent(**changes: Any) -> CoveredPerson:
    return CoveredPerson(is_dependent=True, party=CHILD, traces=(Trace("TRACE2", "9123456789"),))._replace(**changes)


def an_inquiry(*people: CoveredPerson, **changes: Any) -> Eligibility:
    """Make a 270 that asks about one subscriber's coverage as a whole."""
    asked = a_covered_person(inquiries=(Inquiry(("30",)),), dates=(Dated("291", "D8", "20261120"),))
    return Eligibility("270", PAYER, PROVIDER, people or (asked,), reference="ASK1", purpose="13")._replace(**changes)


def an_answer(*people: CoveredPerson, **changes: Any) -> Eligibility:
    """Make a 271 that says that one subscriber is covered."""
    answered = a_covered_person(
        traces=(Trace("TRACE1", "9123456789", "2"),),
        benefits=(Benefit("1", "IND", ("30",), plan="GOLD"),),
        dates=(Dated("346", "D8", "20260101"),),
    )
    return Eligibility("271", PAYER, PROVIDER, people or (answered,), reference="ASK1", purpose="11")._replace(
        **changes
    )


def a_status_line(**changes: Any) -> StatusLine:
    return StatusLine(
        Procedure("HC", "99213"),
        money_of_cents(125_00),
        units=quantity_of(1),
        references=(Reference("FJ", "L1"),),
        dates=SERVED,
    )._replace(**changes)


def an_asked_claim(**changes: Any) -> StatusClaim:
    return StatusClaim(
        "TRACE1", money_of_cents(125_00), references=(Reference("EJ", "PCN0001"),), dates=SERVED
    )._replace(**changes)


def a_report(*codes: str, **changes: Any) -> StatusReport:
    """Make a status of codes as they are usually written, as in `a_report("F1:65")`."""
    made = tuple(StatusCode(*code.split(":")) for code in codes or ("P1:20",))
    return StatusReport(made, "20261120", money_of_cents(125_00))._replace(**changes)


def an_answered_claim(**changes: Any) -> StatusClaim:
    return StatusClaim(
        "TRACE1",
        statuses=(a_report(),),
        references=(Reference("1K", "ICN1"), Reference("EJ", "PCN0001")),
        dates=SERVED,
    )._replace(**changes)


def a_status_exchange(set_id: str, *claims: StatusClaim, **changes: Any) -> StatusExchange:
    """Make a 276 or 277 over the claims of one subscriber."""
    is_question = set_id == "276"
    claims = claims or (an_asked_claim() if is_question else an_answered_claim(),)
    member = MEMBER if is_question else MEMBER._replace(birth_date="", gender="")
    return StatusExchange(
        set_id,
        PAYER,
        Party("41", "BILLING SERVICE", id_qualifier="46", id="SUB01"),
        (StatusProvider((PROVIDER,), people=(StatusPerson(is_dependent=False, party=member, claims=claims),)),),
        reference="STATUS1",
    )._replace(**changes)
