"""What a service does by itself, it does in every replica: each such act names the test that shows it twice at once."""

import ast

import pytest

from deploy.reference.services import SERVICES, DescribedService, described_services
from deploy.stack.places import ROOT

_LONG_ACTS = "integration/backbone/test_parked_acts.py::test_an_act_goes_at_its_rate_and_not_faster_with_more_processes"
SHOWN = {
    "intake": {
        "retention": "integration/backbone/test_retention.py::test_only_one_process_keeps_house",
        "files": "integration/intake/test_files.py::test_two_readers_share_a_file_without_taking_a_claim_twice",
        "feed": "integration/intake/test_claims.py::test_two_that_move_the_horizon_never_move_it_back",
        "parked": "integration/backbone/test_handling.py::test_two_who_try_a_parked_key_at_once_handle_it_once",
        "long-acts": _LONG_ACTS,
    },
    "coding": {
        "retention": "integration/backbone/test_retention.py::test_only_one_process_keeps_house",
        "parked": "integration/backbone/test_handling.py::test_two_who_try_a_parked_key_at_once_handle_it_once",
        "long-acts": _LONG_ACTS,
    },
    "submission": {
        "retention": "integration/backbone/test_retention.py::test_only_one_process_keeps_house",
        "files": "integration/submission/test_sending.py::test_two_processes_never_put_one_claim_into_two_files",
        "mailbox": "integration/submission/test_answers.py::test_two_who_look_and_read_at_once_take_each_answer_once",
        "answers": "integration/submission/test_answers.py::test_two_who_look_and_read_at_once_take_each_answer_once",
        "parked": "integration/backbone/test_handling.py::test_two_who_try_a_parked_key_at_once_handle_it_once",
        "long-acts": _LONG_ACTS,
    },
    "remittance": {
        "retention": "integration/backbone/test_retention.py::test_only_one_process_keeps_house",
        "follow-ups": "integration/remittance/test_contracts_and_clocks.py::test_of_two_who_look_at_once_one_tells",
        "posting": "integration/remittance/test_restart.py::test_two_workers_at_one_file_post_it_once",
        "deposits": "integration/remittance/test_deposits.py::test_of_two_who_match_at_once_one_comes_first",
        "totals": "integration/remittance/test_totals.py::test_two_who_sum_up_at_once_do_it_once",
        "mailbox": "integration/remittance/test_mailbox.py::"
        "test_two_who_look_into_a_mailbox_at_once_take_each_file_once",
        "folder": "integration/remittance/test_watched_folder.py::test_two_workers_take_each_file_once",
        "parked": "integration/backbone/test_handling.py::test_two_who_try_a_parked_key_at_once_handle_it_once",
        "long-acts": _LONG_ACTS,
    },
    "console": {
        "retention": "integration/backbone/test_retention.py::test_only_one_process_keeps_house",
        "retry": "integration/backbone/test_handling.py::test_two_who_try_a_parked_key_at_once_handle_it_once",
        "long-acts": _LONG_ACTS,
    },
}
ONLY_LOOKS = {"console": {"watch"}, "remittance": {"ledger"}}
"""Acts that read, and keep what they found in memory or show it as a metric."""
NOT_REPLICATED = {"sandbox"}
PER_PLACE = {"submission": {"files", "mailbox", "answers"}, "remittance": {"mailbox", "folder"}}
"""Acts that there are by route or by setting: a service without them has none."""


@pytest.fixture(scope="module")
def services() -> dict[str, DescribedService]:
    return {each.name: each for each in described_services()}


@pytest.mark.parametrize("name", sorted(set(SERVICES) - NOT_REPLICATED))
def test_each_act_of_a_service_is_shown_to_be_safe_in_two_replicas(
    name: str, services: dict[str, DescribedService]
) -> None:
    acts = {periodic.name.split()[0] for periodic in services[name].built.periodics}

    assert acts | PER_PLACE.get(name, set()) == SHOWN[name].keys() | ONLY_LOOKS.get(name, set())


@pytest.mark.parametrize("shown", sorted({each for acts in SHOWN.values() for each in acts.values()}))
def test_the_test_that_shows_it_is_there(shown: str) -> None:
    file, _, name = shown.partition("::")
    tests = {
        each.name
        for each in ast.parse((ROOT / "tests" / file).read_text()).body
        if isinstance(each, ast.AsyncFunctionDef | ast.FunctionDef)
    }

    assert name in tests
