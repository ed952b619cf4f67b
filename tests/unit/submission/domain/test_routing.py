"""Which road a claim takes: a test organization never reaches a payer, a live one never a sandbox."""

from claimwright_submission.domain.routing import route_for, usage_indicator
from tests.support.builders_submission import ORGANIZATION, OTHER_ORGANIZATION, a_route

SANDBOX = a_route(id="rte_sand")
LIVE = a_route(id="rte_live", kind="live", contact_phone="5185550100")


def test_a_test_organization_takes_sandboxes_only() -> None:
    assert route_for([LIVE, SANDBOX], org_id=ORGANIZATION, is_test=True) is SANDBOX
    assert route_for([LIVE], org_id=ORGANIZATION, is_test=True) is None


def test_a_live_organization_takes_no_sandbox() -> None:
    assert route_for([SANDBOX, LIVE], org_id=ORGANIZATION, is_test=False) is LIVE
    assert route_for([SANDBOX], org_id=ORGANIZATION, is_test=False) is None


def test_the_road_of_another_organization_is_none() -> None:
    assert route_for([SANDBOX], org_id=OTHER_ORGANIZATION, is_test=True) is None


def test_the_envelope_says_whether_it_is_a_test() -> None:
    assert usage_indicator(is_test=True) == "T"
    assert usage_indicator(is_test=False) == "P"
