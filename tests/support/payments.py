"""The remittance service in earnest behind a console: its own routes, guards and database, and a day of files."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final, cast

import httpx2

from claimwright import ids
from claimwright.control_numbers import mint
from claimwright.http.app import create_app
from claimwright.security.access import Access
from claimwright_console.gateways.owners import Owners
from claimwright_remittance.api.refusals import STATUS_OF
from claimwright_remittance.app import ROUTERS
from claimwright_remittance.domain.contracts.terms import Rate, Terms
from claimwright_remittance.domain.remits.policy import Unbalanced
from claimwright_remittance.parts import RemittanceParts
from claimwright_remittance.usecases.set_policy import set_policy
from claimwright_remittance.usecases.take_bank_file import read_bank_file, take_bank_file
from tests.support.bank_files import Said, csv_of
from tests.support.console import TestConsole
from tests.support.files_835 import SERVICE_DAY, ClaimSaid, LineSaid, SetSaid, file_835
from tests.support.remittance import RemittanceBench, a_bench
from tests.support.stack import TestStack

OURS: Final = mint(4711, payer_order=1, key=bytes(32))
BANK_TEXT: Final = "LOCKBOX QUILLFEATHER"
"""What a bank wrote, with a name in it that appears nowhere else, so that a leak can be found."""


@dataclass
class Money:
    """The owner of payments behind a console, and the files that its day left, by name."""

    bench: RemittanceBench
    files: dict[str, str] = field(default_factory=dict)

    def claim(self, name: str) -> str:
        """Return the id of a billed claim."""
        return ids.text(ids.CLAIM, self.bench.claims[name])

    async def send(self, name: str, content: bytes) -> None:
        """Take in a file, post it as far as it goes, and remember its id."""
        await self.bench.send(content)
        assert self.bench.file_id is not None
        self.files[name] = ids.text(ids.FILE, self.bench.file_id)

    async def only_id(self, prefix: str, question: str) -> str:
        """Return the one id that a question finds."""
        (row,) = await self.bench.rows(question)
        return ids.text(prefix, row[0])


@asynccontextmanager
async def money_behind(stack: TestStack, console: TestConsole) -> AsyncIterator[Money]:
    """Let a console reach a remittance service on a database of its own; other services give no answer."""
    async with a_bench(stack) as bench:
        bench.org_id = console.org_id
        root = await bench.root()
        await root.execute("insert into access_organization values ($1, 'test', 'Test')", console.org_id)
        await root.close()
        parts = RemittanceParts(
            service="remittance",
            status_of=STATUS_OF,
            database=bench.transactions.database,
            transactions=bench.transactions,
            access=Access(console.core.database),
            keyring=console.core.keyring,
        )
        app = create_app("remittance", ROUTERS, parts=parts)
        owners = cast("Owners", console.service.app.state.console.owners)
        owners._client = httpx2.AsyncClient(transport=_Only(owners.address_of("remittance"), app))
        yield Money(bench)


class _Only(httpx2.AsyncBaseTransport):
    """Answers for one service."""

    def __init__(self, address: str, app: object) -> None:
        self._address = address
        self._inner = httpx2.ASGITransport(app=app)  # type: ignore[arg-type]

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        if not str(request.url).startswith(self._address):
            raise httpx2.ConnectError("nobody listens")
        return await self._inner.handle_async_request(request)


async def a_posted_file(money: Money) -> None:
    """Tell a file with a paid claim, one whose number was mistyped, a takeback and interest."""
    await money.bench.bill(OURS, name="ours", payer_order=1, payer_count=1, charges=(100_00, 50_00))
    await money.bench.bill(_number(8), name="free", payer_order=1, payer_count=1, charges=(100_00, 50_00))
    lines = (
        LineSaid(60_00, (("CO-45", 30_00), ("PR-2", 10_00)), control=f"{OURS}01"),
        LineSaid(40_00, (("CO-45", 10_00),), code="99214", control=f"{OURS}02"),
    )
    lost = ClaimSaid(
        _mistyped(8), (LineSaid(55_00, (("CO-45", 45_00),)), LineSaid(5_00, (("CO-45", 45_00),))), icn="ICN2"
    )
    items = [("WO", "TAKEN1", 20_00), ("L6", "LATE1", -1_50)]
    said = SetSaid("CHECK1", claims=[ClaimSaid(OURS, lines, icn="ICN1", interest=1_50), lost], provider_items=items)
    await money.send("posted", file_835([said]))


async def a_held_file(money: Money) -> None:
    """Tell a file whose payment is off by fifty cents."""
    number = _number(2)
    await money.bench.bill(number, name="held", payer_order=1, payer_count=1, charges=(80_00,))
    said = ClaimSaid(number, (LineSaid(60_00, (("CO-45", 20_00),), control=f"{number}01"),), icn="ICN3")
    await money.send("held", file_835([SetSaid("CHECK2", claims=[said], total=60_50)], control=2))


async def an_unbalanced_claim(money: Money) -> None:
    """Tell a policy that posts what adds up, and a file whose one claim leaves a dollar unexplained."""
    async with money.bench.transactions.begin(org_id=money.bench.org_id, actor="test") as work:
        await set_policy(
            work, payer_id=None, unbalanced=Unbalanced.POST_BALANCED, valid_from=SERVICE_DAY, reason="agreed"
        )
    number = _number(6)
    await money.bench.bill(number, name="crooked", payer_order=1, payer_count=1, charges=(101_00,))
    line = LineSaid(60_00, (("CO-45", 40_00),), charge=101_00, control=f"{number}01")
    await money.send("crooked", file_835([SetSaid("CHECK6", claims=[ClaimSaid(number, (line,), icn="ICN6")])]))


async def a_clash(money: Money) -> None:
    """Tell the first check again with other content."""
    said = ClaimSaid(_number(3), (LineSaid(141_50, (("CO-45", 8_50),)),), icn="ICN9")
    await money.send("clash", file_835([SetSaid("CHECK1", claims=[said])], control=3))


async def a_bank_file(money: Money) -> None:
    """Tell a bank's file: a line that a person may match with the first check, and one of nobody."""
    content = csv_of([Said(141_50, text="PAYER1 PAYMENT", reference="A"), Said(77_00, trace="OTHER9", text=BANK_TEXT)])
    async with money.bench.transactions.begin(org_id=money.bench.org_id, actor="test") as work:
        await take_bank_file(work, content, read_bank_file(content), source="test")


async def an_underpayment(money: Money) -> None:
    """Tell terms of a contract, and a payment below them."""
    await money.bench.load(Terms(payer_id="PAYER1", valid_from=SERVICE_DAY, rates=(Rate("99213", 90_00),)))
    number = _number(5)
    await money.bench.bill(number, name="under", payer_order=1, payer_count=1, charges=(120_00,))
    said = ClaimSaid(number, (LineSaid(70_00, (("CO-45", 50_00),), control=f"{number}01"),), icn="ICN5")
    await money.send("underpaid", file_835([SetSaid("CHECK5", claims=[said])], control=5))


async def a_money_day(money: Money) -> None:
    """Tell a day with something on every page."""
    await a_posted_file(money)
    await a_held_file(money)
    await a_clash(money)
    await a_bank_file(money)
    await an_underpayment(money)


def _number(counter: int) -> str:
    return mint(counter, payer_order=1, key=bytes(32))


def _mistyped(counter: int) -> str:
    number = _number(counter)
    return number[:-1] + ("2" if number[-1] != "2" else "3")
