"""atheris harness of the X12 codec: `make fuzz`; see README.md beside it."""

import os
import subprocess
import sys

import atheris

with atheris.instrument_imports(include=["claimwright.x12"]):
    from tests.fuzz.checks_x12 import SLOWEST, TookTooLong, check


def _check(data: bytes) -> None:
    """Put one input through the codec; what took too long is timed again by a process whose code is not watched.

    Watching each line makes the codec some three times slower than it is.
    """
    slowest = SLOWEST.seconds
    try:
        check(data)
    except TookTooLong:
        alone = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
        if subprocess.run([sys.executable, "-m", "tests.fuzz.again"], input=data, env=alone, check=False).returncode:
            raise
    # Told whenever it changes, since the fuzzer ends without a last word to us.
    if SLOWEST.seconds > slowest:
        sys.stderr.write(f"slowest call, watched: {SLOWEST.what}, {SLOWEST.seconds:.2f} s for {SLOWEST.size} bytes\n")


def main() -> None:
    atheris.Setup(sys.argv, _check)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
