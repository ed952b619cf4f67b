"""atheris harness of the X12 codec: `make fuzz`; see README.md beside it."""

import sys

import atheris

with atheris.instrument_imports(include=["claimwright.x12"]):
    from tests.fuzz.checks_x12 import check


def main() -> None:
    atheris.Setup(sys.argv, check)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
