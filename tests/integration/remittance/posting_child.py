"""Posts one file in a process of its own, for tests that kill it."""

import asyncio
import json
import sys
from pathlib import Path
from uuid import UUID

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

from claimwright.database.engine import Database
from claimwright.messaging.work import Transactions
from claimwright.security.access import Access
from claimwright.settings import DatabaseSettings
from claimwright_remittance.worker import PostingWorker
from tests.support.backbone import OneKey


async def main() -> None:
    told = json.loads(sys.argv[1])
    settings = DatabaseSettings(port=told["port"], name=told["database"], password_file=Path(told["password_file"]))
    database = Database.connect(settings, service="remittance")
    transactions = Transactions(database, OneKey(), asyncio.Event(), "remittance")
    worker = PostingWorker(transactions, Access(database), claims_at_once=2)
    await worker.post_file(UUID(told["org_id"]), UUID(told["file_id"]))
    await database.close()


asyncio.run(main())
