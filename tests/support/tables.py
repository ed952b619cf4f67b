"""Ledger cases as text tables: what happens on which day, in which file, and what has to stand in the books after it.

    day  file  does                                 expect
    1          bill A 100.00                        A insurance 100.00
    5    F     pay A 60.00 CO-45 25.00 PR-2 15.00   A patient 15.00, insurance 0.00, PAID_FULL, released 15.00
    9    G     reverse A
         G     pay A 50.00 CO-45 50.00 icn 2        A open 0.00, closed, file posted
    9    G     again                                nothing changes

The columns begin where their headings do. Rows that name the same file one after the other make one file, which goes in
after the last of them; only that one may expect anything. A row that begins with `/`, `&`
or `+` goes on with the one above it. Bytes are real: written by the codec, and read by it again.

`does`
    bill NAME CHARGE[+CHARGE…] [payers N]   the claim goes to its first payer; `bill NAME@2` to its second
    pay NAME[@ORDER] LINE [/ LINE…] [& CODE CENTS…] [as STATUS] [icn NUMBER] [was NUMBER] [interest CENTS] [crossed]
        [insured]
        LINE: PAID [CODE AMOUNT…] with any of: line N, code X, billed X, charge AMOUNT, remark X, no6R, nodate
        `&` begins the adjustments of the claim as a whole; a claim without lines is `pay NAME none & …`
    reverse NAME[@ORDER] [LINE …]           the mirror of what was paid last, or the lines that are given, negated
    plb CODE REFERENCE AMOUNT               positive takes from the payment
    takeback NAME AMOUNT, put-off NAME AMOUNT   plb WO with the payer's number of the claim, plus or minus
    total AMOUNT, trace NUMBER, payer ID    what the transaction says of itself
    set                                     begins a second transaction in the file
    again, again-enveloped                  the file before once more, as it was or with other control numbers
    bank AMOUNT [trace NUMBER] [late DAYS]  the bank credits an amount, as CSV; so many days after the payment date
    contract by head                        our contract with the first payer pays by head
`expect`, joined by commas; a claim's name counts until the next one
    insurance, disputed, patient, contractual, sequestration, increase, capitated, paid, adjusted, open AMOUNT
    PAID_FULL, DENIED … (the outcome), released AMOUNT, closed, working, denial AMOUNT, no denial
    suspense, takeback, forwarded, interest, refund, other … AMOUNT (of the organization)
    file posted | duplicate | quarantined | CODE of a difference AMOUNT
    deposits open | matched | mismatched COUNT, awaited AMOUNT (of remittances whose money has not come)
    holds REASON, nothing held, nothing changes
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Final, Protocol

from claimwright import control_numbers
from claimwright_remittance.domain.contracts.terms import Terms
from claimwright_remittance.domain.ledger.chart import Account
from tests.support.bank_files import Said, csv_of
from tests.support.files_835 import SERVICE_DAY, ClaimSaid, LineSaid, SetSaid, file_835

CODES: Final = ("99213", "80053", "36415", "93000", "97110", "99395")
KEY: Final = bytes(range(16))
_AMOUNT: Final = re.compile(r"-?\d+\.\d\d")
_CODE: Final = re.compile(r"[A-Z]{2}-\w+")

OF_CLAIM: Final[Mapping[str, Sequence[Account]]] = {
    "insurance": (Account.RECEIVABLE_INSURANCE,),
    "disputed": (Account.RECEIVABLE_DISPUTED,),
    "patient": (Account.RECEIVABLE_PATIENT,),
    "contractual": (Account.CONTRACTUAL,),
    "sequestration": (Account.SEQUESTRATION,),
    "increase": (Account.INCREASE,),
    "capitated": (Account.CAPITATED,),
    "paid": (Account.PAYMENTS,),
    "adjusted": (
        Account.CONTRACTUAL,
        Account.SEQUESTRATION,
        Account.INCREASE,
        Account.BUNDLING,
        Account.CAPITATED,
    ),
    "open": (Account.RECEIVABLE_INSURANCE, Account.RECEIVABLE_DISPUTED, Account.RECEIVABLE_PATIENT),
}
OF_ORGANIZATION: Final[Mapping[str, Account]] = {
    "suspense": Account.SUSPENSE,
    "takeback": Account.TAKEBACK,
    "forwarded": Account.FORWARDED_BALANCE,
    "interest": Account.INTEREST,
    "refund": Account.REFUND,
    "advance": Account.ADVANCE,
    "levy": Account.LEVY,
    "other": Account.OTHER_PROVIDER,
}


class TableWrong(Exception):
    """A table that the runner can't read."""


@dataclass(frozen=True)
class Row:
    """One row of a table."""

    number: int
    day: str
    file: str
    does: str
    expect: str


@dataclass(frozen=True)
class Seen:
    """What stands in the books: by claim and account, of the organization, and what became of the last file."""

    claims: Mapping[str, Mapping[Account, int]] = field(default_factory=dict)
    organization: Mapping[Account, int] = field(default_factory=dict)
    outcomes: Mapping[tuple[str, int], str] = field(default_factory=dict)
    states: Mapping[str, tuple[str, int]] = field(default_factory=dict)
    denials: Mapping[str, int] = field(default_factory=dict)
    held_for: tuple[str, ...] = ()
    file_state: str = ""
    differences: tuple[tuple[str, int], ...] = ()
    deposits: Mapping[str, int] = field(default_factory=dict)
    awaited_cents: int = 0


class Bench(Protocol):
    """Books that a table is played on: in memory, or the service on its database."""

    async def bill(self, number: str, *, name: str, payer_order: int, payer_count: int, charges: Sequence[int]) -> None:
        """Let a submission be known."""

    async def send(self, content: bytes) -> None:
        """Take in a file and post it as far as it goes."""

    async def load(self, terms: Terms) -> None:
        """Let a contract of ours be known."""

    async def bank(self, content: bytes) -> None:
        """Take in a bank's file, and match what fits."""

    async def see(self) -> Seen:
        """Return what stands in the books."""

    async def faults(self) -> Sequence[str]:
        """Return what does not add up in the books."""


async def run(table: str, bench: Bench) -> None:
    """Play a table and hold the books to it; after every row everything adds up."""
    play = Play(bench)
    for rows in _steps(rows_of(table)):
        before = await bench.see()
        for row in rows:
            await play.do(row)
        await play.send_file()
        after = await bench.see()
        last = rows[-1]
        place = f"row {last.number}: {last.does}"
        assert not await bench.faults(), f"{place}: the books do not add up: {await bench.faults()}"
        for wanted in judge(last.expect, before, after):
            raise AssertionError(f"{place}: {wanted}\nin the books: {after}")


def rows_of(table: str) -> list[Row]:
    """Return the rows of a table.

    Errors: TableWrong for a table without its four headings or with a row that reaches into the wrong column.
    """
    lines = [line for line in table.splitlines() if line.strip()]
    if not lines:
        raise TableWrong("the table is empty")
    heading = lines[0]
    if heading.split() != ["day", "file", "does", "expect"]:
        raise TableWrong("the headings are: day, file, does, expect")
    starts = [heading.index(word) for word in ("day", "file", "does", "expect")]
    rows: list[Row] = []
    for number, line in enumerate(lines[1:], 1):
        if any(line[start - 2 : start].strip() for start in starts[1:]):
            raise TableWrong(f"row {number}: a word reaches into the next column; two spaces stand before each")
        row = Row(number, *(line[start:end].strip() for start, end in zip(starts, [*starts[1:], None], strict=True)))
        if rows and row.does[:1] in {"/", "&", "+"}:
            begun = rows.pop()
            row = replace(begun, does=f"{begun.does} {row.does.removeprefix('+')}", expect=row.expect)
        rows.append(row)
    return rows


def _steps(rows: Sequence[Row]) -> Iterator[list[Row]]:
    """Yield the rows that go together: those of one file, and each that is of no file."""
    step: list[Row] = []
    for row in rows:
        is_same = bool(step) and row.file == step[-1].file and row.file != "" and not row.does.startswith("again")
        if step and not is_same:
            yield step
            step = []
        if is_same and step[-1].expect:
            raise TableWrong(f"row {step[-1].number}: only the last row of a file may expect anything")
        step.append(row)
    if step:
        yield step


class Play:
    """What a table has said so far."""

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        self.names: list[str] = []
        self.charges: dict[str, list[int]] = {}
        self.payer_counts: dict[str, int] = {}
        self.said: dict[tuple[str, int], ClaimSaid] = {}
        self.sets: list[SetSaid] = []
        self.files = 0
        self.last_sets: list[SetSaid] = []
        self.last_bytes = b""
        self.extra: list[bytes] = []

    def number(self, name: str, order: int) -> str:
        """Return the patient control number of a name; a name in quotes is the number itself."""
        if name.startswith('"'):
            return name.strip('"')
        if name not in self.names:
            self.names.append(name)
        return control_numbers.mint(self.names.index(name), payer_order=order, key=KEY)

    async def do(self, row: Row) -> None:
        """Take one row."""
        verb, *words = row.does.split()
        match verb:
            case "bill" | "contract" | "bank":
                await self._know(verb, words)
            case "pay" | "deny":
                self._say(*self._claim(words))
            case "reverse":
                self._reverse(words)
            case "plb":
                self._set().provider_items.append((words[0], words[1], cents_of(words[2])))
            case "takeback" | "put-off":
                sign = 1 if verb == "takeback" else -1
                reference = self._last_icn(words[0])
                self._set().provider_items.append(("WO", reference, sign * cents_of(words[1])))
            case "total":
                self._set().total = cents_of(words[0])
            case "trace":
                self._set().trace = words[0]
            case "payer":
                self._set().payer = words[0]
            case "set":
                self._begin_set()
            case "again":
                self.extra.append(self.last_bytes)
            case "again-enveloped":
                self.files += 1
                self.extra.append(file_835(self.last_sets, control=self.files))
            case _:
                raise TableWrong(f"row {row.number}: nobody knows how to {verb}")

    async def send_file(self) -> None:
        """Send what the rows of one file said."""
        if self.sets:
            self.files += 1
            self.last_sets, self.sets = self.sets, []
            self.last_bytes = file_835(self.last_sets, control=self.files)
            await self.bench.send(self.last_bytes)
        extra, self.extra = self.extra, []
        for content in extra:
            await self.bench.send(content)

    def _set(self) -> SetSaid:
        return self.sets[-1] if self.sets else self._begin_set()

    def _begin_set(self) -> SetSaid:
        self.sets.append(SetSaid(trace=f"TRACE{self.files + 1}{len(self.sets) or ''}"))
        return self.sets[-1]

    async def _know(self, verb: str, words: list[str]) -> None:
        if verb == "contract":
            await self.bench.load(Terms("PAYER1", date(2026, 1, 1), has_capitation=words == ["by", "head"]))
            return
        if verb == "bank":
            await self.bench.bank(csv_of([_credit(words)]))
            return
        name, order = _name(words[0])
        if len(words) > 1:
            self.charges[name] = [cents_of(each) for each in words[1].split("+")]
            self.payer_counts[name] = int(words[words.index("payers") + 1]) if "payers" in words else 1
        await self.bench.bill(
            self.number(name, order),
            name=name,
            payer_order=order,
            payer_count=self.payer_counts[name],
            charges=self.charges[name],
        )

    def _say(self, name: str, order: int, claim: ClaimSaid) -> None:
        if order > 1 and not self._set().claims:
            self._set().payer = f"PAYER{order}"
        self._set().claims.append(claim)
        self.said[name, order] = claim

    def _reverse(self, words: list[str]) -> None:
        if len(words) > 1 and words[1] not in {"icn", "was"}:
            name, order, claim = self._claim(words)
        else:
            name, order = _name(words[0])
            claim = self.said[name, order]
            options = dict(zip(words[1::2], words[2::2], strict=True))
            claim = replace(claim, icn=options.get("icn", claim.icn), earlier=options.get("was", ""))
        self._set().claims.append(claim.turned())

    def _last_icn(self, name: str) -> str:
        return self.said[_name(name)].icn

    def _claim(self, words: list[str]) -> tuple[str, int, ClaimSaid]:
        name, order = _name(words[0])
        number = self.number(name, order)
        said = ClaimSaid(number=number, lines=(), status=str(order), icn=f"ICN-{name.strip(chr(34))}")
        text = words[1:]
        said, text = _claim_options(said, text)
        lines_text, _, claim_text = " ".join(text).partition("&")
        parts = [] if lines_text.strip() == "none" else lines_text.split("/")
        lines = tuple(_line(number, at, part.split()) for at, part in enumerate(parts, 1))
        codes = tuple(_codes(claim_text.split()))
        if not lines:
            charge = sum(self.charges[name])
            said = replace(said, charge=charge, paid=charge - sum(cents for _, cents in codes))
        return name, order, replace(said, lines=lines, codes=codes)


def _claim_options(said: ClaimSaid, words: list[str]) -> tuple[ClaimSaid, list[str]]:
    rest: list[str] = []
    left = iter(words)
    for word in left:
        match word:
            case "as":
                said = replace(said, status=next(left))
            case "icn":
                said = replace(said, icn=f"ICN-{next(left)}")
            case "was":
                said = replace(said, earlier=next(left))
            case "interest":
                said = replace(said, interest=cents_of(next(left)))
            case "crossed":
                said = replace(said, crossover=True)
            case "insured":
                said = replace(said, insured_corrected=True)
            case _:
                rest.append(word)
    return said, rest


def _line(number: str, at: int, words: list[str]) -> LineSaid:
    paid = cents_of(words[0])
    line, has_number = at, True
    code: str | None = None
    said = LineSaid(paid=paid)
    codes: list[tuple[str, int]] = []
    left = iter(words[1:])
    for word in left:
        match word:
            case "line":
                line = int(next(left))
            case "code":
                code = next(left)
            case "billed":
                said = replace(said, submitted=next(left))
            case "charge":
                said = replace(said, charge=cents_of(next(left)))
            case "remark":
                said = replace(said, remarks=(*said.remarks, next(left)))
            case "modifier":
                said = replace(said, modifiers=(*said.modifiers, next(left)))
            case "no6R":
                has_number = False
            case "nodate":
                said = replace(said, dated=False)
            case _ if _CODE.fullmatch(word):
                codes.append((word, cents_of(next(left))))
            case _:
                raise TableWrong(f"nobody knows what {word} says of a line")
    control = f"{number}{line:02d}" if has_number and len(number) == control_numbers.LENGTH else ""
    return replace(said, codes=tuple(codes), code=code or CODES[line - 1], control=control)


def _credit(words: list[str]) -> Said:
    options = dict(zip(words[1::2], words[2::2], strict=True))
    day = SERVICE_DAY + timedelta(days=int(options.pop("late", "0")))
    credit = Said(cents_of(words[0]), options.pop("trace", ""), day=day)
    if options:
        raise TableWrong(f"nobody knows what {next(iter(options))} says of a deposit")
    return credit


def _codes(words: list[str]) -> Iterator[tuple[str, int]]:
    left = iter(words)
    for word in left:
        if not _CODE.fullmatch(word):
            raise TableWrong(f"{word} is no group and reason")
        yield word, cents_of(next(left))


def _name(word: str) -> tuple[str, int]:
    name, _, order = word.partition("@")
    return name, int(order or 1)


def cents_of(word: str) -> int:
    """Return an amount of a table in cents.

    Errors: TableWrong for what is no amount with two decimals.
    """
    if not _AMOUNT.fullmatch(word):
        raise TableWrong(f"{word} is no amount")
    return int(word.replace(".", ""))


def judge(expect: str, before: Seen, after: Seen) -> Iterator[str]:
    """Yield what of a row's expectation does not stand in the books."""
    name, order = "", 1
    for item in filter(None, (part.strip() for part in expect.split(","))):
        words = item.split()
        head = words[0].partition("@")[0]
        if head in after.claims or (head.isupper() and len(words) > 1):
            name, order = _name(words[0])
            words = words[1:]
        both = _of_claim(words, name, order, after) or _of_organization(words, after) or _of_all(words, before, after)
        if both is None:
            raise TableWrong(f"nobody knows what it means to expect: {item}")
        wanted, found = both
        if wanted != found:
            yield f"{item}, but it is {found}"


_Both = tuple[object, object]
"""What is wanted, and what is found."""


def _of_claim(words: list[str], name: str, order: int, after: Seen) -> _Both | None:
    state = after.states.get(name, ("open", 0))
    match words:
        case [account, amount] if account in OF_CLAIM and name:
            return cents_of(amount), sum(after.claims.get(name, {}).get(each, 0) for each in OF_CLAIM[account])
        case ["released", amount]:
            return ("released", cents_of(amount)), state
        case ["closed"]:
            return "closed", state[0]
        case ["working"]:
            return "open", state[0]
        case ["denial", amount]:
            return cents_of(amount), after.denials.get(name)
        case ["no", "denial"]:
            return None, after.denials.get(name)
        case [outcome] if outcome.isupper():
            return outcome, after.outcomes.get((name, order))
    return None


def _of_organization(words: list[str], after: Seen) -> _Both | None:
    match words:
        case [account, amount] if account in OF_ORGANIZATION:
            return cents_of(amount), after.organization.get(OF_ORGANIZATION[account], 0)
        case ["holds", reason]:
            return reason, reason if reason in after.held_for else after.held_for
        case ["nothing", "held"]:
            return (), after.held_for
        case ["deposits", state, count]:
            return int(count), after.deposits.get(state, 0)
        case ["awaited", amount]:
            return cents_of(amount), after.awaited_cents
    return None


def _of_all(words: list[str], before: Seen, after: Seen) -> _Both | None:
    match words:
        case ["file", code, amount]:
            wanted = code, cents_of(amount)
            return wanted, wanted if wanted in after.differences else after.differences
        case ["file", state]:
            return state, after.file_state
        case ["nothing", "changes"]:
            return (before.claims, before.organization, before.outcomes), (
                after.claims,
                after.organization,
                after.outcomes,
            )
    return None
