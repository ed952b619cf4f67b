"""A process that does nothing but send the files of its routes a few times, to be killed on the way.

`python -m tests.support.sending_process ROUNDS`, with the settings of the submission service in its environment.
"""

import asyncio
import sys

from claimwright.clearinghouse.https import HttpsClearinghouse
from claimwright.clearinghouse.routes import load_routes
from claimwright.database.engine import Database
from claimwright.messaging.work import Transactions
from claimwright.security.access import Access
from claimwright.security.keys import Keyring
from claimwright.settings import load_settings
from claimwright_submission.settings import Settings
from claimwright_submission.timers import periodics_for
from claimwright_submission.usecases.send_files import Road
from claimwright_submission.wakes import Wakes


async def send(rounds: int) -> None:
    """Let the timers of all files act, round by round."""
    settings = load_settings(Settings)
    database = Database.connect(settings.database, service="submission")
    access = Access(database)
    transactions = Transactions(database, Keyring(settings.keys, access), asyncio.Event(), "submission")
    routes = load_routes(settings.routes_file)
    roads = [Road(route, HttpsClearinghouse(route, seconds=5), seconds=5, claims_most=500) for route in routes]
    timers = [
        each
        for each in periodics_for(roads, transactions, access, Wakes.of(routes), settings.submission)
        if each.name.startswith("files")
    ]
    for _ in range(rounds):
        for timer in timers:
            await timer.act()
    await database.close()


if __name__ == "__main__":
    asyncio.run(send(int(sys.argv[1])))
