"""Puts the input that it is given through the codec once more, as it runs for its users: ends with 1 if it fails."""

import sys

from tests.fuzz.checks_x12 import check

if __name__ == "__main__":
    check(sys.stdin.buffer.read())
