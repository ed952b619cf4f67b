"""An altered number suggests the claim that it may have meant, and never decides."""

import pytest

from claimwright_remittance.domain.remits.suggestions import Known, suggest

OURS = Known("7K2M9QW4XT1P", "clm_1", 100_00)
OTHER = Known("7K2M9QW4AAAA", "clm_2", 55_00)


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ("7k2m9qw4xt1p", "written_otherwise"),
        (" 7K2M-9QW4-XT1P ", "written_otherwise"),
        ("7K2M9QW4XT", "cut"),
        ("9QW4XT1P", "cut"),
        ("0007K2M9QW4XT1P", "padded"),
        ("7K2M9QW4XT1Q", "one_character_differs"),
    ],
)
def test_an_altered_number_suggests_the_claim_and_says_why(given: str, reason: str) -> None:
    (found,) = suggest(given, 1_00, [OURS, OTHER])

    assert (found.known, found.reasons) == (OURS, (reason,))


def test_an_equal_charge_speaks_for_a_claim() -> None:
    found = suggest("7K2M9QW4", 55_00, [OURS, OTHER])

    assert [(each.known.claim_id, each.reasons) for each in found] == [
        ("clm_2", ("cut", "charge_equals")),
        ("clm_1", ("cut",)),
    ]


@pytest.mark.parametrize("given", ["", "0", "7K2M9", "7K2M9QW4XX11", "SOMEBODYELSE"])
def test_what_could_be_anything_suggests_nothing(given: str) -> None:
    assert suggest(given, 100_00, [OURS, OTHER]) == []
