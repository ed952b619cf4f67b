"""Judge a file as a clearinghouse would: syntax and envelope, guide, balance, situation, outer codes, a profile."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import cast

from claimwright.x12.balance import balance_835, balance_claim
from claimwright.x12.bounded import SHORTENED, STOPPED, Findings, more
from claimwright.x12.business import Business
from claimwright.x12.catalog import FAULTS
from claimwright.x12.code_sets import CodeSets
from claimwright.x12.envelope import EnvelopeReader
from claimwright.x12.exchanges import Exchange, ExchangeJudge, exchange_judge
from claimwright.x12.findings import Finding, Severity
from claimwright.x12.guides.watch import GuideWatch
from claimwright.x12.models.claims import Claim, ClaimsHeader
from claimwright.x12.models.remittances import Remittance
from claimwright.x12.outer_codes import outer_codes, outer_codes_835
from claimwright.x12.profiles import Terms
from claimwright.x12.readers.claims import ClaimsReader
from claimwright.x12.readers.quick import Quick
from claimwright.x12.readers.quick_claims import Found, QuickClaims
from claimwright.x12.readers.quick_remittances import QuickRemittances
from claimwright.x12.readers.reading import Pass
from claimwright.x12.readers.remittances import RemittancesReader
from claimwright.x12.remit_rules import situation_835
from claimwright.x12.rules import situation
from claimwright.x12.tokens import Limits, Segment, Stretch, Unreadable, counted, stretches

Value = tuple[ClaimsHeader, Claim] | Remittance
"""What is read of a file: a claim with its header, or a remittance."""
Heard = Callable[[Value | Exchange], None]


def judge(
    data: bytes,
    limits: Limits | None = None,
    *,
    codes: CodeSets | None = None,
    terms: Terms | None = None,
    behind: Callable[[int], None] | None = None,
) -> list[Finding]:
    """Return everything that is wrong with a file, in file order.

    Outer codes are asked of `codes`; without it only their form is judged. `terms` are those of a partner's profile on
    the day: they change severities and demand more. `behind` hears how many bytes are judged, now and then.

    Errors: none; bytes that can't be read at all give one fatal finding.
    """
    return _Judging(limits, codes, Business(terms) if terms is not None else None).judge(data, behind)


def judge_and_read(data: bytes, heard: Heard) -> list[Finding]:
    """Judge a file, and hand on each claim, remittance, question and answer, which the same pass reads."""
    return _Judging(None, None, None, heard).judge(data)


class _Judging:
    """One pass over a file: its guides and a reader see every segment, the rules every value."""

    def __init__(
        self,
        limits: Limits | None,
        codes: CodeSets | None,
        business: Business | None,
        heard: Heard | None = None,
    ) -> None:
        self.limits = limits or Limits()
        self.codes, self.business, self.heard = codes, business, heard
        self.watch = GuideWatch(self.limits.findings)
        self.sets = _Sets(self.limits, heard)
        self.findings = self.sets.envelope.findings

    def judge(self, data: bytes, behind: Callable[[int], None] | None = None) -> list[Finding]:
        reading = _Reading(self.sets)
        findings: list[Finding] = []
        try:
            for piece in stretches(data if behind is None else counted(data, behind), self.limits):
                watched = self._watched(piece)
                if not self.is_stopped:
                    self._judge_values(reading.take(watched))
                if self.is_stopped:
                    break
            else:
                self._judge_values(reading.end())
        except Unreadable as refused:
            fault = FAULTS[refused.fault]
            start = refused.offset
            findings.append(
                Finding(fault.code, fault.level, Severity(fault.severity), byte_start=start, byte_end=start + 1)
            )
            self._judge_values(self.sets.left())
        if self.is_stopped:
            self.sets.envelope.abandon(reading.careful.last)
        else:
            self.watch.end()
        findings += [*self.watch.findings, *self.findings]
        # What there is beyond the bound, no profile tones down.
        beyond = [each for each in findings if each.code in (STOPPED, SHORTENED)]
        if self.business is not None:
            told = [each for each in findings if each.code not in (STOPPED, SHORTENED)]
            findings = self.business.settled(told, self.sets.envelope.interchanges, data)
            if self.business.is_stricter:
                beyond = [more(each, STOPPED) for each in beyond]
        return _bounded(_in_order(findings), beyond, self.limits.findings)

    @property
    def is_stopped(self) -> bool:
        """Whether more blocks than is told: nothing behind that is accepted, so it need not be judged."""
        return self.watch.findings.is_stopped or self.findings.is_stopped

    def _watched(self, piece: Stretch | Iterable[Segment]) -> Stretch | Iterable[Segment]:
        """Let the guides see what the reader is to take."""
        if isinstance(piece, Stretch):
            self.watch.take_stretch(piece)
            return piece
        return self._watched_segments(piece)

    def _watched_segments(self, segments: Iterable[Segment]) -> Iterator[Segment]:
        for segment in segments:
            self.watch.take(segment)
            yield segment

    def _judge_values(self, values: Iterable[Value]) -> None:
        for value in values:
            if self.is_stopped:
                return
            if isinstance(value, Remittance):
                self._judge_remittance(value)
            else:
                self._judge_claim(*value)
            if self.heard is not None:
                self.heard(value)

    def _judge_claim(self, header: ClaimsHeader, claim: Claim) -> None:
        self.findings += balance_claim(header, claim)
        if header.guide[:6] == "005010":
            self.findings += situation(header, claim)
        self.findings += outer_codes(header, claim, self.codes)
        if self.business is not None:
            self.findings += self.business.claim(header, claim)

    def _judge_remittance(self, remittance: Remittance) -> None:
        self.findings += balance_835(remittance)
        if remittance.guide[:6] == "005010":
            self.findings += situation_835(remittance)
            self.findings += outer_codes_835(remittance, self.codes)


class _Sets:
    """Reads the sets of a file, each by the reader of its kind."""

    def __init__(self, limits: Limits, heard: Heard | None) -> None:
        self.heard = heard
        self.envelope = EnvelopeReader(limits=limits)
        self.claims = ClaimsReader(self.envelope)
        self.remittances = RemittancesReader(self.envelope)
        self._exchange: ExchangeJudge | None = None
        self._reader: ClaimsReader | RemittancesReader | None = None
        self.is_open = False

    @property
    def last(self) -> Segment | None:
        return self._reader.last if self._reader is not None else None

    @last.setter
    def last(self, segment: Segment | None) -> None:
        if self._reader is not None:
            self._reader.last = segment

    def feed(self, segment: Segment) -> Value | None:
        """Take the next segment of a set; return what it ends."""
        if segment.id == "ST":
            found = self.end()
            self._open(segment)
            return found
        if segment.id == "SE" and self._reader is None:
            return self.end()
        if self._exchange is not None:
            self._exchange.take(segment)
        return self._reader.feed(segment) if self._reader is not None else None

    def _open(self, segment: Segment) -> None:
        self.is_open = True
        set_id = segment.element(1).strip()
        if set_id == "837":
            self._reader = self.claims
        elif set_id == "835":
            self._reader = self.remittances
        else:
            self._exchange = exchange_judge(segment, self.envelope, self.heard)
        if self._reader is not None:
            self._reader.feed(segment)

    @property
    def is_835(self) -> bool:
        return self._reader is self.remittances

    def left(self) -> Iterator[Value]:
        """Give what the open set has, where the file can't be read on."""
        found = self.end()
        if found is not None:
            yield found

    def end(self) -> Value | None:
        """End the open set, at its SE or without one."""
        found = self._reader.end() if self._reader is not None else None
        if self._exchange is not None:
            self.envelope.findings += self._exchange.end()
        self._reader, self._exchange, self.is_open = None, None, False
        return found


class _Reading:
    """Reads a file by the quick way of its sets' kind; each falls back to the same careful one."""

    def __init__(self, sets: _Sets) -> None:
        self.sets = sets
        self.careful: Pass[Value] = Pass(sets, {})
        self.claims = cast("Quick[Value]", QuickClaims(cast("Pass[Found]", self.careful), sets.claims))
        self.remittances = cast(
            "Quick[Value]", QuickRemittances(cast("Pass[Remittance]", self.careful), sets.remittances)
        )
        self.quick = self.claims

    def take(self, piece: Stretch | Iterable[Segment]) -> Iterator[Value]:
        quick = self._quick(piece) if isinstance(piece, Stretch) else self.quick
        if quick is not self.quick:
            yield from self.quick.let_go()
            self.quick = quick
        yield from quick.take(piece)

    def _quick(self, stretch: Stretch) -> Quick[Value]:
        """Choose by the last set that opens in the stretch, else by the one that is open."""
        mark = f"{stretch.delimiters.segment}ST{stretch.delimiters.element}"
        at = stretch.text.rfind(mark)
        is_835 = stretch.text.startswith("835", at + len(mark)) if at >= 0 else self.sets.is_835
        return self.remittances if is_835 else self.claims

    def end(self) -> Iterator[Value]:
        yield from self.quick.let_go()
        yield from self.careful.end()


def _in_order(findings: list[Finding]) -> list[Finding]:
    """Sort by place, and say once what the reader and the guide have both seen: the guide knows the loop."""
    known = {(each.code, each.segment, each.element) for each in findings if each.loop}
    kept = dict.fromkeys(each for each in findings if each.loop or (each.code, each.segment, each.element) not in known)
    return sorted(kept, key=lambda each: (each.segment, each.level))


def _bounded(findings: list[Finding], beyond: list[Finding], most: int) -> list[Finding]:
    """Return the findings up to the bound, and of those that say that there are more the first one of its kind."""
    if not beyond and len(findings) <= most:
        return findings
    found = Findings(most=most)
    found += [each for each in findings if each.code not in (STOPPED, SHORTENED)]
    first: dict[str, Finding] = {}
    for each in sorted([*beyond, *found], key=lambda each: each.segment):
        if each.code in (STOPPED, SHORTENED):
            first.setdefault(each.code, each)
    told = [each for each in found if each.code not in first]
    return sorted([*told, *first.values()], key=lambda each: (each.segment, each.level))
