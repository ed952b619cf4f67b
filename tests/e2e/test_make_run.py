"""What `make run` starts, as a newcomer meets it: the sample day, the links, the line that posts, Ctrl-C, and again.

Seen to fail with `is_due` that does not ask whether data is there: the second start played the sample day once more.
"""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from claimwright.security.permissions import ROLES
from deploy.stack.places import ROOT
from deploy.stack.ports import Ports
from deploy.stack.sample import EXAMPLES

pytestmark = pytest.mark.timeout(400)

READY_SECONDS = 150  # the sample day with it, on a machine that is busy with other things; 15 s on a quiet one
SIGN_INS = {*ROLES, "operator"}
PLAYED = "3 documents: 3 taken, 0 refused"


def start(folder: Path, ports: Ports, output: Path, **chosen: str) -> subprocess.Popen[bytes]:
    told = {name: value for name, value in os.environ.items() if name not in {"SAMPLE", "PARTS", "PORT_BASE"}}
    told |= {f"{name.upper()}_PORT": str(ports.of(name)) for name in Ports.names()}
    with output.open("wb") as file:
        return subprocess.Popen(
            [sys.executable, "-m", "deploy.run"],
            cwd=ROOT,
            env=told | {"STATE": str(folder / "state"), "COLUMNS": "200"} | chosen,
            stdout=file,
            stderr=file,
        )


def wait_until_ready(run: subprocess.Popen[bytes], output: Path) -> str:
    until = time.monotonic() + READY_SECONDS
    while "Stop: Ctrl-C" not in (said := output.read_text()):
        assert run.poll() is None, said
        assert time.monotonic() < until, said
        time.sleep(0.1)
    return said


def stop(run: subprocess.Popen[bytes]) -> int:
    run.send_signal(signal.SIGINT)
    return run.wait(60)


def test_a_first_run_shows_the_sample_day_and_a_second_goes_on_with_its_data(tmp_path: Path) -> None:
    ports, first_said, second_said = Ports.free(), tmp_path / "first", tmp_path / "second"
    sample = tmp_path / "sample"
    sample.mkdir()
    for path in sorted(EXAMPLES.glob("*.json"))[:3]:
        shutil.copy(path, sample)

    run = start(tmp_path, ports, first_said, SAMPLE=str(sample))
    try:
        said = wait_until_ready(run, first_said)
        [line] = [line for line in said.splitlines() if "| curl " in line]
        command = ["sh", "-c", line + r" -w '\n%{http_code}'"]
        posted = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=60)
    finally:
        code = stop(run)

    assert PLAYED in said
    assert re.search(r"Claims\W+3\b", said)
    assert re.search(r"Charged\W+\$\d", said)
    assert set(re.findall(rf"^  (\w+) +http://127\.0\.0\.1:{ports.console}/\S+$", said, re.MULTILINE)) == SIGN_INS
    assert said.index("Post an encounter:") < said.index(line)
    answer, _, status = posted.stdout.rpartition("\n")
    assert status == "202"
    told = json.loads(answer)
    assert told["id"].startswith("enc_")
    assert [claim["id"][:4] for claim in told["claims"]] == ["clm_"]
    assert code == 0, first_said.read_text()

    run = start(tmp_path, ports, second_said)
    try:
        said = wait_until_ready(run, second_said)
    finally:
        code = stop(run)

    assert "Post an encounter:" in said
    assert "documents:" not in said
    assert code == 0, second_said.read_text()
