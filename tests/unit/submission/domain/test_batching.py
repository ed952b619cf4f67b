"""Which claims leave together."""

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from claimwright_submission.domain.batching import Waiting, batches


def waiting(number: int, *, route: str = "rte_one", usage: str = "T", guide: str = "X222", npi: str = "1") -> Waiting:
    return Waiting(
        submission_id=UUID(int=number),
        route_id=route,
        usage_indicator=usage,
        guide=guide,
        billing_npi=npi,
        patient_control_number=f"P{number}",
    )


def test_one_route_usage_and_guide_a_file() -> None:
    some = [
        waiting(1),
        waiting(2, route="rte_two"),
        waiting(3, usage="P"),
        waiting(4, guide="X223"),
        waiting(5),
    ]

    files = batches(some)

    assert sorted(sorted(each.submission_id.int for each in file) for file in files) == [[1, 5], [2], [3], [4]]


def test_no_file_holds_more_claims_than_the_guide_allows() -> None:
    files = batches([waiting(number) for number in range(7)], most=3)

    assert [len(file) for file in files] == [3, 3, 1]


def test_claims_of_one_billing_provider_stand_together() -> None:
    (file,) = batches([waiting(1, npi="2"), waiting(2, npi="1"), waiting(3, npi="2")])

    assert [each.billing_npi for each in file] == ["1", "2", "2"]


@given(
    st.lists(
        st.builds(
            waiting,
            st.integers(1, 10_000),
            route=st.sampled_from(["a", "b"]),
            usage=st.sampled_from(["T", "P"]),
            npi=st.sampled_from(["1", "2"]),
        ),
        unique_by=lambda each: each.submission_id,
    ),
    st.integers(1, 5),
)
def test_every_waiting_claim_is_in_one_file(some: list[Waiting], most: int) -> None:
    files = batches(some, most=most)

    assert sorted(each.submission_id for file in files for each in file) == sorted(each.submission_id for each in some)
    assert all(0 < len(file) <= most for file in files)
