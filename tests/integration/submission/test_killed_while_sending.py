"""A process that dies anywhere between a claim and its file leaves nothing lost and nothing sent twice."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from claimwright import ids, x12
from deploy.certificates import make_sandbox_certificate
from tests.support.builders_submission import CALLBACK_SECRET, ORGANIZATION, a_content
from tests.support.fake_clearinghouse import ClearinghouseServer, FarEnd
from tests.support.submission import SubmissionBench

ROOT = Path(__file__).parents[3]
CLAIMS = 4


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[ClearinghouseServer]:
    make_sandbox_certificate(tmp_path)
    server = ClearinghouseServer(FarEnd(), certificate=tmp_path / "sandbox.pem", key=tmp_path / "sandbox-key.pem")
    await server.start()
    yield server
    await server.stop()


async def run_sender(
    bench: SubmissionBench, server: ClearinghouseServer, folder: Path, *, failpoint: str | None = None
) -> int:
    """Run the sender for some rounds, and return how it ended."""
    routes = folder / "routes.json"
    route = {
        "id": "rte_one",
        "org_id": ids.text(ids.ORGANIZATION, ORGANIZATION),
        "name": "Sandbox",
        "kind": "sandbox",
        "base_url": f"https://127.0.0.1:{server.port}",
        "ca_file": str(folder / "ca.pem"),
        "submitter_id": "CWSUBMITTER",
        "receiver_id": "SANDBOXCH",
        "username": "submitter",
        "password": "a-password",
        "submission_callback_secret": CALLBACK_SECRET,
        "remittance_callback_secret": CALLBACK_SECRET,
    }
    routes.touch(0o600)
    routes.write_text(json.dumps([route]))
    environment = bench.stack.environment_of("submission", database=bench.database_name) | {
        "CLAIMWRIGHT_ROUTES_FILE": str(routes),
        "PYTHONPATH": str(ROOT),
    }
    if failpoint is not None:
        environment["CLAIMWRIGHT_FAILPOINTS"] = f"{failpoint}:1"
        environment["CLAIMWRIGHT_FAILPOINT_HITS"] = str(folder / "hits")
    sender = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.support.sending_process", "3", env=environment, cwd=ROOT
    )
    return await sender.wait()


# Seen to fail at `edi.after_send` by sending a file again whose sender was lost, instead of asking for it.
@pytest.mark.parametrize("failpoint", ["edi.after_allocate", "edi.after_store", "edi.after_send", "edi.after_mark"])
async def test_every_claim_arrives_once_wherever_the_sender_is_killed(
    bench: SubmissionBench, server: ClearinghouseServer, tmp_path: Path, failpoint: str
) -> None:
    claims = [await bench.coded(a_content(member_id=f"PAID{number}")) for number in range(CLAIMS)]

    killed = await run_sender(bench, server, tmp_path, failpoint=failpoint)
    await bench.end_leases()
    ended = await run_sender(bench, server, tmp_path)

    assert killed == -signal.SIGKILL
    assert failpoint in (tmp_path / "hits").read_text()
    assert ended == os.EX_OK
    ((sha256, data),) = server.far_end.taken.items()
    assert server.far_end.arrivals == [sha256]
    assert len(x12.read_837p(data).values[0].claims) == CLAIMS
    for claim_id in claims:
        assert await bench.stage_of(claim_id) == "TRANSMITTED"
        told = await bench.types_told(claim_id)
        assert told[-1] in {"submission.sent", "submission.outcome_resolved"}
        assert len(told) == len(set(told))
    assert x12.read_interchanges(data).values[0].control_number == "000000001"
