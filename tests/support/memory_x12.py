"""A process that reads a stream of claims and says how much memory it took beyond its imports, in MiB.

`python -m tests.support.memory_x12 837P|835 FILE MEGABYTES`: the stream is made of copies of the file, never stored.
"""

import sys
from pathlib import Path

from claimwright.x12 import Finding, read_claims, read_remitted_claims
from tests.support.benches_x12 import stream


def peak_mib() -> tuple[int, float]:
    """Read; return how many claims came by and the highest resident size since the imports, less the size then."""
    kind, path, megabytes = sys.argv[1:]
    pieces = stream(Path(path), float(megabytes))
    findings: list[Finding] = []
    before = resident("VmRSS")
    # The mark of the highest size starts anew here.
    Path("/proc/self/clear_refs").write_text("5")
    if kind == "835":
        count = sum(1 for _, claim in read_remitted_claims(pieces, findings) if claim)
    else:
        count = sum(1 for _ in read_claims(pieces, findings))
    assert not findings
    return count, (resident("VmHWM") - before) / 1024


def resident(name: str) -> int:
    """Return a size of this process in KiB."""
    status = Path("/proc/self/status").read_text()
    return int(next(line.split()[1] for line in status.splitlines() if line.startswith(name + ":")))


if __name__ == "__main__":
    print(*peak_mib())
