"""A failpoint does nothing until a test arms it, and a name that nothing passes is refused."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from claimwright import failpoints

PASS_THREE_TIMES = (
    "from claimwright.failpoints import failpoint\n"
    "for number in range(3):\n"
    "    print(number, flush=True)\n"
    "    failpoint('relay.after_ack')\n"
)


def _run(environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", PASS_THREE_TIMES],
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_unarmed_it_lets_pass() -> None:
    assert _run({}).returncode == 0


def test_armed_it_kills_at_the_passing_that_was_named_and_leaves_a_line(tmp_path: Path) -> None:
    hits = tmp_path / "hits"

    ended = _run({"CLAIMWRIGHT_FAILPOINTS": "relay.after_ack:2", "CLAIMWRIGHT_FAILPOINT_HITS": str(hits)})

    assert (ended.returncode, ended.stdout.split()) == (-9, ["0", "1"])
    assert [line.split()[1] for line in hits.read_text().splitlines()] == ["relay.after_ack"]


def test_a_number_with_a_point_is_a_chance() -> None:
    assert _run({"CLAIMWRIGHT_FAILPOINTS": "relay.after_ack:1.0"}).stdout.split() == ["0"]
    assert _run({"CLAIMWRIGHT_FAILPOINTS": "relay.after_ack:0.0"}).returncode == 0


def test_a_name_that_no_code_passes_is_refused() -> None:
    with pytest.raises(ValueError, match=r"relay\.never"):
        failpoints.parse("relay.never:1")


def test_each_name_is_passed_somewhere() -> None:
    package = Path(failpoints.__file__).parent
    code = "".join(path.read_text() for path in package.rglob("*.py") if path.name != "failpoints.py")
    services = Path(__file__).parents[3] / "services"
    code += "".join(path.read_text() for path in services.rglob("*.py"))

    passed = {name for name in failpoints.NAMES if f'failpoint("{name}")' in code}

    assert passed == failpoints.NAMES - failpoints.SWITCHES
