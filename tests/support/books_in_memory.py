"""Remittance's books in memory: the same domain as the service, with dictionaries where it has tables."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from itertools import count
from uuid import UUID

from claimwright import control_numbers
from claimwright_remittance.domain.billing import BilledClaim, BilledLine
from claimwright_remittance.domain.claims.books import (
    AccountState,
    ClaimBooks,
    Heeded,
    Posted,
    heard_of,
    take_billed,
    take_remit_claim,
)
from claimwright_remittance.domain.contracts.terms import KnownTerms, Prices, Terms, valid_terms
from claimwright_remittance.domain.deposits import ageing
from claimwright_remittance.domain.deposits.csv_file import read_csv
from claimwright_remittance.domain.deposits.matching import Awaited, Credit, exact_pairs, mismatches
from claimwright_remittance.domain.ledger.chart import Account, Role, accounts_of
from claimwright_remittance.domain.ledger.entries import net_cents
from claimwright_remittance.domain.ledger.postings import posting_without_claim
from claimwright_remittance.domain.ledger.provider_items import key_of, posting_of
from claimwright_remittance.domain.recovery.denials import denials_of
from claimwright_remittance.domain.remits.file import ReadSet, read_file
from claimwright_remittance.domain.remits.identity import PaymentKey, Repeat, repeat_of
from claimwright_remittance.domain.remits.remittance import RemitClaim, Remittance
from claimwright_remittance.domain.remits.standing import Heard, HeldFor, Standing
from tests.support.files_835 import SERVICE_DAY
from tests.support.tables import CODES, Seen
from tests.support.told_axes import ToldInMemory

FILE = UUID(int=0xF11E)
NOW = datetime(2026, 3, 9, tzinfo=UTC)


class BooksInMemory:
    """A bench for text tables that needs no database."""

    def __init__(self) -> None:
        self.books: dict[str, ClaimBooks] = {}
        self.told: defaultdict[str, ToldInMemory] = defaultdict(ToldInMemory)
        self.names: dict[str, str] = {}
        self.unmatched: list[tuple[UUID, RemitClaim, tuple[str, ...], HeldFor]] = []
        self.postings: list[Posted] = []
        self.payments: dict[PaymentKey, dict[str, str]] = {}
        self.files: set[bytes] = set()
        self.paid_cents = 0
        self.file_state = ""
        self.differences: tuple[tuple[str, int], ...] = ()
        self.items: defaultdict[str, list[int]] = defaultdict(list)
        self.credits: dict[UUID, Credit] = {}
        self.awaited: dict[UUID, Awaited] = {}
        self.deposits: dict[UUID, str] = {}
        self.terms: list[KnownTerms] = []
        self._ids = (UUID(int=each) for each in count(1))

    async def load(self, terms: Terms) -> None:
        """Let a contract of ours be known."""
        self.terms.append(KnownTerms(self.new_id(), 1 + len(self.terms), terms, Prices(terms)))

    def new_id(self) -> UUID:
        return next(self._ids)

    async def bill(self, number: str, *, name: str, payer_order: int, payer_count: int, charges: Sequence[int]) -> None:
        """Let a submission be known, and give what waits for it a home."""
        lines = [
            BilledLine(at, f"{number}{at:02d}", CODES[at - 1], (), cents, Decimal(1), SERVICE_DAY)
            for at, cents in enumerate(charges, 1)
        ]
        await self.seed(number, lines, name=name, payer_order=payer_order, payer_count=payer_count)

    async def seed(
        self,
        number: str,
        lines: Sequence[BilledLine],
        *,
        name: str | None = None,
        payer_order: int = 1,
        payer_count: int = 1,
    ) -> None:
        """Let a submission with these lines be known; without a name its number is its name."""
        name = name or number
        self.names[number] = name
        books = self.books.get(name) or ClaimBooks(claim_id=self.new_id())
        billed = BilledClaim(
            claim_id=books.claim_id,
            submission_id=self.new_id(),
            patient_control_number=number,
            payer_order=payer_order,
            payer_count=payer_count,
            payer_id=f"PAYER{payer_order}",
            frequency="1",
            lines=tuple(lines),
        )
        self._take(name, take_billed(books, billed, new_id=self.new_id, now=NOW))
        waiting = [each for each in self.unmatched if each[1].patient_control_number == number]
        for each in waiting:
            self.unmatched.remove(each)
            remit_claim_id, claim, payer_ids, held_for = each
            claim = self._under(claim, billed)
            heard = heard_of(remit_claim_id, claim, billed, payer_ids, standing=Standing.HELD, held_for=held_for)
            self._hear(name, heard)

    async def send(self, content: bytes) -> None:
        """Take in a file."""
        if content in self.files:
            self.file_state = "duplicate"
            return
        self.files.add(content)
        read = read_file(content)
        states = [self._take_set(each) for each in read.sets]
        self.differences = tuple(
            (each.code, each.cents) for each in (*read.differences, *(d for s in read.sets for d in s.differences))
        )
        if "clash" in states:
            self.differences += (("remit.payment_clash", 0),)
        if states and all(state == "duplicate" for state in states):
            self.file_state = "duplicate"
        else:
            is_whole = bool(states) and all(state in {"posted", "duplicate"} for state in states)
            self.file_state = "posted" if is_whole else "quarantined"

    async def bank(self, content: bytes) -> None:
        """Take in a bank's file."""
        for line in read_csv(content).lines:
            trace = line.trace
            deposit_id = self.new_id()
            self.credits[deposit_id] = Credit(
                deposit_id,
                line.posted_on,
                line.cents,
                trace.number if trace else None,
                trace.payer_id if trace else None,
            )
            self.deposits[deposit_id] = "open"
        self._match()

    def _match(self) -> None:
        sides = list(self.credits.values()), list(self.awaited.values())
        for pair in exact_pairs(*sides, window=ageing.Terms().window):
            self.deposits[pair.credit.id] = "matched"
            del self.credits[pair.credit.id], self.awaited[pair.awaited.remittance_id]
        for pair in mismatches(list(self.credits.values()), list(self.awaited.values()), window=ageing.Terms().window):
            self.deposits[pair.credit.id] = "mismatched"

    async def see(self) -> Seen:
        """Return what stands in the books."""
        claims: dict[str, Counter[Account]] = {name: Counter() for name in self.books}
        organization: Counter[Account] = Counter()
        name_of = {books.claim_id: name for name, books in self.books.items()}
        for posted in self.postings:
            for entry in posted.posting.entries:
                if entry.claim_id is not None:
                    claims[name_of[entry.claim_id]][entry.spot.account] += entry.cents
                elif entry.spot.account is not Account.PAYMENTS:
                    organization[entry.spot.account] += entry.cents
        outcomes = {
            (name, order): outcome.value for name, books in self.books.items() for order, outcome in books.outcomes
        }
        held = [held_for for *_, held_for in self.unmatched]
        held += [
            each.held_for
            for books in self.books.values()
            for each in books.heard
            if each.standing is Standing.HELD and each.held_for
        ]
        return Seen(
            claims={name: {a: c for a, c in sums.items() if c} for name, sums in claims.items()},
            organization={account: cents for account, cents in organization.items() if cents},
            outcomes=outcomes,
            states={name: (books.state.value, books.patient_cents) for name, books in self.books.items()},
            denials={name: cents for name, books in self.books.items() if (cents := _denied_cents(books))},
            held_for=tuple(each.value for each in held),
            file_state=self.file_state,
            differences=self.differences,
            deposits=Counter(self.deposits.values()),
            awaited_cents=sum(each.payment_cents for each in self.awaited.values()),
        )

    async def faults(self) -> Sequence[str]:
        """Return what does not add up."""
        faults = [f"posting {p.id}" for p in self.postings if net_cents(p.posting.entries)]
        entries = [entry for posted in self.postings for entry in posted.posting.entries]
        received = sum(entry.cents for entry in entries if entry.spot.account is Account.PAYMENTS)
        if received != self.paid_cents:
            faults.append(f"{self.paid_cents} came and {received} is posted")
        for name, books in self.books.items():
            of_claim = [entry for entry in entries if entry.claim_id == books.claim_id]
            if net_cents(of_claim):
                faults.append(f"claim {name}")
            balances = Counter[Account]()
            for spot, cents in books.balances.items():
                balances[spot.account] += cents
            ledger = Counter[Account]()
            for entry in of_claim:
                ledger[entry.spot.account] += entry.cents
            if +balances != +ledger or -balances != -ledger:
                faults.append(f"the ledger of {name} is not what its decisions come to")
            if books.state is AccountState.CLOSED and any(ledger[account] for account in accounts_of(Role.OPEN)):
                faults.append(f"{name} is closed with something open")
            faults += [f"{name}: {each}" for each in self.told[name].faults(books)]
        return faults

    def _take_set(self, read: ReadSet) -> str:
        key = PaymentKey.of(read.remittance)
        known = self.payments.setdefault(key, {})
        held = frozenset(content for content, state in known.items() if state == "held")
        match repeat_of(key, read.content_sha256, posted=frozenset(known) - held, held=held):
            case Repeat.SAME:
                return "duplicate"
            case Repeat.CLASH:
                return "clash"
            case _ if read.differences:
                known[read.content_sha256] = "held"
                return "held"
        known[read.content_sha256] = "posted"
        self.post(read.remittance)
        return "posted"

    def post(self, remittance: Remittance) -> None:
        """Post one transaction that balances."""
        self.paid_cents += remittance.payment_cents
        for claim in remittance.claims:
            name = self.names.get(claim.patient_control_number)
            billed = self.books[name].numbered(claim.patient_control_number) if name else None
            remit_claim_id = self.new_id()
            if name is None or billed is None:
                is_ours = control_numbers.is_valid(claim.patient_control_number)
                reason = HeldFor.NUMBER_UNKNOWN if is_ours else HeldFor.NUMBER_NOT_OURS
                self.unmatched.append((remit_claim_id, claim, remittance.payer_ids, reason))
                self.postings.append(Posted(self.new_id(), posting_without_claim(remit_claim_id, claim), NOW, FILE))
                continue
            self._hear(name, heard_of(remit_claim_id, self._under(claim, billed), billed, remittance.payer_ids))
        for item in remittance.provider_items:
            key = key_of(remittance, item)
            posting = posting_of(self.new_id(), item, key, self.items[key])
            self.items[key].append(item.cents)
            self.postings.append(Posted(self.new_id(), posting, NOW, FILE))
        if ageing.expects(remittance.payment_method, remittance.payment_cents) is not ageing.Expects.NOTHING:
            self._await(remittance)

    def _await(self, remittance: Remittance) -> None:
        remittance_id = self.new_id()
        self.awaited[remittance_id] = Awaited(
            remittance_id,
            FILE,
            remittance.payer_id,
            remittance.trace_number,
            remittance.trace_payer_id,
            remittance.payment_date,
            remittance.payment_cents,
            remittance.payment_method,
        )
        self._match()

    def _under(self, claim: RemitClaim, billed: BilledClaim) -> RemitClaim:
        """Return a remit claim with what our contract with its payer says of the first day of service."""
        of_payer = [each for each in self.terms if each.terms.payer_id == billed.payer_id]
        terms = valid_terms(of_payer, min(line.service_date for line in billed.lines))
        return replace(claim, is_under_capitation=terms is not None and terms.terms.has_capitation)

    def _hear(self, name: str, heard: Heard) -> None:
        heeded = take_remit_claim(self.books[name], heard, files=lambda _: FILE, new_id=self.new_id, now=NOW)
        self._take(name, heeded)

    def _take(self, name: str, heeded: Heeded) -> None:
        self.books[name] = heeded.books
        self.told[name].take(heeded)
        self.postings.extend(heeded.postings)


def _denied_cents(books: ClaimBooks) -> int:
    """Return what the latest of a claim's open denial cases is about."""
    denials = list(denials_of(books.heard, books.balances, now=NOW).values())
    return denials[-1].denied_cents if denials else 0
