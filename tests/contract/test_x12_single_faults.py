"""One rule broken at a time: found with the right code and place, and with no false company.

The envelope's, the balance's and the situations' rules have their files in the unit tests; here are the guides'. Levels
above the guide may speak of the same value once more: an NPI that is too long has no right check digit either.
"""

import pytest

from claimwright.x12 import judge
from tests.contract.test_x12_golden import GOLDEN
from tests.support.single_faults_x12 import SingleFault, single_faults

VALID = {
    "837p-one-claim.edi": "837P",
    "837p-two-dependents.edi": "837P",
    "837p-secondary-claim.edi": "837P",
    "837i-inpatient.edi": "837I",
    "837d-one-claim.edi": "837D",
    "835-reversal-and-correction.edi": "835",
    "277ca-one-accepted-one-rejected.edi": "277CA",
    "999-rejected-set.edi": "999",
}
FAULTS = {
    fault.rule: fault for name, table in VALID.items() for fault in single_faults(table, (GOLDEN / name).read_bytes())
}


def test_there_are_enough_rules() -> None:
    assert len(FAULTS) > 800


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_one_broken_rule_is_found_and_nothing_else(fault: SingleFault) -> None:
    findings = [each for each in judge(fault.data) if each.level <= 2]

    assert [(each.code, each.segment_id, each.element, each.component) for each in findings] == [
        (fault.code, fault.segment_id, fault.element, fault.component)
    ]


@pytest.mark.parametrize("name", VALID)
def test_each_required_segment_is_missed_when_it_is_gone(name: str) -> None:
    data = (GOLDEN / name).read_bytes()
    rows = data.split(b"~\n")
    whole = {(each.code, each.segment_id) for each in judge(data)}

    for place, row in enumerate(rows[3:-4], start=3):
        left = judge(b"~\n".join(rows[:place] + rows[place + 1 :]))
        found = {(each.code, each.segment_id) for each in left} - whole
        # Only the count may complain where the guide can do without the segment.
        assert ("x12.segment_count", "SE") in found, row[:3]
