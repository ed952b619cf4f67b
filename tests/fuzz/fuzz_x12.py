"""atheris harness of the X12 codec: `make fuzz`; see README.md beside it."""

import atexit
import sys

import atheris

with atheris.instrument_imports(include=["claimwright.x12"]):
    from tests.fuzz.checks_x12 import SLOWEST, check


def _tell() -> None:
    sys.stderr.write(f"slowest call: {SLOWEST.what}, {SLOWEST.seconds:.2f} s for {SLOWEST.size} bytes\n")


def main() -> None:
    atexit.register(_tell)
    atheris.Setup(sys.argv, check)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
