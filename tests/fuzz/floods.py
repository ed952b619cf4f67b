"""Inputs as long as any of the fuzzer: the start of a file of ours, and then one thing again and again.

They cost the most of what is known, by the byte. `make fuzz` starts from them too: python -m tests.fuzz.floods FOLDER
"""

import sys
from pathlib import Path

from tests.fuzz.checks_x12 import BYTES_MOST

GOLDEN = Path(__file__).parents[1] / "golden" / "x12"
# A file of ours, the last segment that is taken of it, and what follows it.
FLOODS: dict[str, tuple[str, str, str]] = {
    "outside": ("837p-one-claim.edi", "ISA", "Q~"),
    "groups": ("837p-one-claim.edi", "ISA", "GS~"),
    "interchanges": ("837p-one-claim.edi", "ISA", "ISA****************:~ISA||||||||||||||||:!"),
    "sets": ("837p-one-claim.edi", "ISA", "ST*837*0001~SE*2*0001~"),
    "sets-without-end": ("835-one-paid-claim.edi", "GS", "ST*835*1~"),
    "empty": ("837p-one-claim.edi", "SV1", "~"),
    "binary": ("275-two-attachments.edi", "ST", "BIN*9*A~"),
    "unknown-in-a-claim": ("837p-one-claim.edi", "SV1", "Q~"),
    "claims": ("837p-one-claim.edi", "NM1*PR", "CLM*1~"),
    "lines": ("837p-one-claim.edi", "HI", "LX*1~"),
    "levels": ("837p-one-claim.edi", "ST", "HL*1~"),
    "payments": ("835-one-paid-claim.edi", "LX", "CLP*1~"),
    "adjustments": ("835-one-paid-claim.edi", "SVC", "CAS*CO*1*1~"),
    "paid-lines": ("835-one-paid-claim.edi", "CLP", "SVC*A~"),
    "benefits": ("271-benefits.edi", "NM1*IL", "EB*1~"),
    "statuses": ("277-statuses.edi", "TRN*2", "STC*A~"),
    "errors": ("999-rejected-set.edi", "AK2", "IK3*A~"),
    "verdicts": ("277ca-one-accepted-one-rejected.edi", "TRN*2", "TRN*2*1~"),
}


def flood(name: str) -> bytes:
    """Build one of them."""
    file, last, again = FLOODS[name]
    segments = (GOLDEN / file).read_bytes().replace(b"\n", b"").split(b"~")
    until = next(place for place, each in enumerate(segments) if each.startswith(last.encode()))
    head = b"~".join(segments[: until + 1]) + b"~"
    return head + again.encode() * ((BYTES_MOST - len(head)) // len(again))


def main() -> None:
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for name in FLOODS:
        (folder / f"{name}.edi").write_bytes(flood(name))


if __name__ == "__main__":
    main()
