"""A process that posts a small file, then another, and says what the second took: seconds, CPU seconds, MiB, its id.

`python -m tests.support.posting_process '{"port": …, "database": …, "password_file": …, "org_id": …, "files": […]}'`
"""

import asyncio
import json
import sys
import time
from pathlib import Path
from uuid import UUID

from sqlalchemy import text

from claimwright.database.engine import Database
from claimwright.messaging.work import Transactions
from claimwright.process import run, spare_collections
from claimwright.security.access import Access
from claimwright.settings import DatabaseSettings
from claimwright_remittance.usecases.receive_file import receive_file
from claimwright_remittance.worker import PostingWorker
from tests.support.backbone import OneKey
from tests.support.memory_x12 import resident
from tests.support.posting_bench import cpu_seconds_of

_SERVING = text("select pid from pg_stat_activity where usename = current_user and datname = current_database()")


async def main() -> None:
    """Post both files; the first makes the process ready, and idle is the size after it."""
    told = json.loads(sys.argv[1])
    org_id = UUID(told["org_id"])
    settings = DatabaseSettings(port=told["port"], name=told["database"], password_file=Path(told["password_file"]))
    database = Database.connect(settings, service="remittance")
    transactions = Transactions(database, OneKey(), asyncio.Event(), "remittance")
    worker = PostingWorker(transactions, Access(database))

    async def post(path: str) -> UUID:
        content = Path(path).read_bytes()
        async with transactions.begin(org_id=org_id, actor="bench") as work:
            taken = await receive_file(work, content, source="bench")
        del content
        await worker.post_file(org_id, taken.file_id)
        return taken.file_id

    await post(told["files"][0])
    async with database.lookup() as connection:
        serving = (await connection.execute(_SERVING)).scalars().all()
    spare_collections()
    idle = resident("VmRSS")
    Path("/proc/self/clear_refs").write_text("5")
    start, cpu, served = time.perf_counter(), time.process_time(), sum(map(cpu_seconds_of, serving))
    file_id = await post(told["files"][1])
    seconds, cpu, served = (
        time.perf_counter() - start,
        time.process_time() - cpu,
        sum(map(cpu_seconds_of, serving)) - served,
    )
    print(seconds, cpu, served, (resident("VmHWM") - idle) / 1024, file_id)
    await database.close()


if __name__ == "__main__":
    run(main())
