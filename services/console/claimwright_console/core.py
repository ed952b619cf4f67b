"""The database side of the console: what its process and its commands both work with, without a web framework."""

import asyncio
from dataclasses import dataclass

from claimwright.database.engine import Database
from claimwright.messaging.work import Transactions
from claimwright.security.access import Access
from claimwright.security.keys import Keyring
from claimwright_console.settings import Settings


@dataclass(frozen=True, slots=True)
class Core:
    """Connections, keys and transactions."""

    database: Database
    access: Access
    transactions: Transactions
    keyring: Keyring
    wake: asyncio.Event


def core(settings: Settings) -> Core:
    """Return the database side of the console."""
    database = Database.connect(settings.database, service=Settings.SERVICE)
    access = Access(database)
    keyring = Keyring(settings.keys, access)
    wake = asyncio.Event()
    return Core(database, access, Transactions(database, keyring, wake, Settings.SERVICE), keyring, wake)
