"""From the codec's 835 to remittances in cents; what can't be said in whole cents is a finding."""

import re
from collections.abc import Iterable, Sequence
from datetime import date
from functools import lru_cache
from typing import Final

from claimwright.findings import Finding, Severity
from claimwright.findings import Place as FoundAt
from claimwright.money import TooManyDecimals, cents_of
from claimwright.x12.models import remittances as x12
from claimwright.x12.models.values import NOWHERE, Dated, Money, Procedure, Span, day, reference
from claimwright.x12.models.values import Adjustment as X12Adjustment
from claimwright_remittance.domain.remits.remittance import (
    Adjustment,
    Place,
    ProviderItem,
    RemitClaim,
    RemitLine,
    Remittance,
)

INTEREST: Final = "I"
SERVICE_DATES: Final = ("472", "150")
EARLIER_CLAIM: Final = "F8"
NO_CODE: Final = "?"
"""Stands for what is no code at all: codes travel in the clear, and whatever else was put there stays in the file."""
_CODE: Final = re.compile(r"[A-Z0-9]{1,5}")
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_cents_of: Final = lru_cache(maxsize=8192)(cents_of)
"""Amounts come again; what is no amount is not kept."""
LARGEST_CENTS: Final = 10**15
"""Ten trillion dollars: more is no amount of anything, and thousands of such sums still are whole numbers to us."""


def remittance_of(
    read: x12.Remittance, kept: Sequence[RemitClaim] | None = None, found: Iterable[Finding] = ()
) -> tuple[Remittance, list[Finding]]:
    """Return one transaction of the codec as a remittance, and what stands in its way.

    Shape: `kept` and `found` are its claims and their findings, where a `ClaimReader` has read them before.
    Errors: none; an amount that is unreadable or finer than a cent counts as zero and comes with a finding that blocks.
    """
    reader = ClaimReader()
    return reader.remittance(read, kept, found), reader.findings


class ClaimReader:
    """Reads claims, or a whole transaction, and gathers their findings."""

    def __init__(self) -> None:
        self.findings: list[Finding] = []

    def remittance(
        self, read: x12.Remittance, kept: Sequence[RemitClaim] | None, found: Iterable[Finding]
    ) -> Remittance:
        """Return a transaction."""
        return Remittance(
            set_ordinal=read.set_ordinal,
            control_number=self.text(read.control_number, read.span),
            handling=self.text(read.handling, read.span),
            payment_cents=self.cents(read.payment, read.span),
            payment_method=self.text(read.payment_method, read.span),
            payment_date=day(read.payment_date),
            trace_number=self.text(read.trace_number, read.span),
            trace_payer_id=self.text(read.trace_payer_id, read.span),
            payer_ids=self.texts(read.payer_ids, read.span),
            payee_id=self.text(read.payee.id, read.span),
            claims=self._claims(read, kept, found),
            provider_items=tuple(
                ProviderItem(
                    ordinal=ordinal,
                    provider_id=self.text(item.provider_id, item.span),
                    fiscal_year_end=self.text(item.fiscal_year_end, item.span),
                    code=code_of(item.code),
                    reference=self.text(item.reference, item.span).strip(),
                    cents=self.cents(item.amount, item.span),
                    place=place_of(item.span),
                )
                for ordinal, item in enumerate(read.provider_adjustments, 1)
            ),
            place=place_of(read.span),
        )

    def _claims(
        self, read: x12.Remittance, kept: Sequence[RemitClaim] | None, found: Iterable[Finding]
    ) -> Sequence[RemitClaim]:
        if kept is None:
            return tuple(self.claim(claim, ordinal) for ordinal, claim in enumerate(read.claims, 1))
        self.findings.extend(found)
        return kept

    def claim(self, read: x12.RemitClaim, ordinal: int) -> RemitClaim:
        """Return a claim; `ordinal` counts the claims of its transaction from 1."""
        return RemitClaim(
            ordinal=ordinal,
            patient_control_number=self.text(read.patient_control_number, read.span).strip(),
            claim_outcome_code=code_of(read.claim_outcome_code),
            charge_cents=self.cents(read.charge, read.span),
            paid_cents=self.cents(read.paid, read.span),
            place=(place := place_of(read.span)),
            whole=place,
            adjustments=self.adjustments(read.adjustments),
            lines=tuple([self.line(line) for line in read.lines]),
            payer_claim_control_number=self.text(read.payer_claim_control_number, read.span),
            earlier_claim_number=self.text(reference(read.references, EARLIER_CLAIM), read.span),
            interest_cents=sum(
                self.cents(each.amount, read.span) for each in read.amounts if each.qualifier == INTEREST
            ),
            remark_codes=tuple(code_of(each) for each in read.remarks),
            service_from=_date(read.dates, ("232",)),
            service_to=_date(read.dates, ("233",)),
            is_crossed_over=read.crossover_payer is not None,
            has_corrected_insured=read.corrected_insured is not None,
        )

    def line(self, read: x12.RemitLine) -> RemitLine:
        submitted = read.submitted
        return RemitLine(
            procedure_code=self.text(_code(read.procedure, read.revenue_code), read.span),
            modifiers=self.texts(_modifiers(read.procedure), read.span),
            charge_cents=self.cents(read.charge, read.span),
            paid_cents=self.cents(read.paid, read.span),
            place=place_of(read.span),
            adjustments=self.adjustments(read.adjustments),
            submitted_code=self.text(submitted.code, read.span) if submitted and submitted.code else None,
            submitted_modifiers=self.texts(_modifiers(submitted), read.span) if submitted else (),
            line_control_number=self.text(read.line_control_number, read.span).strip(),
            service_date=_date(read.dates, SERVICE_DATES),
            remark_codes=tuple(code_of(each) for each in read.remarks),
        )

    def adjustments(self, read: Iterable[X12Adjustment]) -> tuple[Adjustment, ...]:
        return tuple(
            [
                Adjustment(
                    group=code_of(each.group),
                    reason=code_of(each.reason),
                    cents=self.cents(each.amount, each.span),
                    place=place_of(each.span),
                )
                for each in read
            ]
        )

    def cents(self, amount: Money, span: Span) -> int:
        try:
            cents = _cents_of(amount.value)
        except TooManyDecimals:
            self.find(
                "remit.amount",
                "An amount is no number or holds a fraction of a cent.",
                span,
                fix="Ask the payer for a file with amounts in dollars and whole cents.",
            )
            return 0
        if abs(cents) > LARGEST_CENTS:
            self.find(
                "remit.amount_too_large",
                "An amount is larger than any payment can be.",
                span,
                fix="Ask the payer for a file with the right amounts.",
            )
            return 0
        return cents

    def text(self, text: str, span: Span) -> str:
        """Return a text without characters that no text has; a database would not take them."""
        if text.isprintable() or not _CONTROL.search(text.strip()):
            return text
        self.find(
            "remit.control_character",
            "A text holds characters that can't be shown.",
            span,
            fix="Ask the payer for the file again.",
        )
        return _CONTROL.sub("", text)

    def texts(self, texts: Iterable[str], span: Span) -> tuple[str, ...]:
        return tuple([self.text(each, span) for each in texts])

    def find(self, code: str, says: str, span: Span, *, fix: str) -> None:
        self.findings.append(Finding(code=code, says=says, severity=Severity.BLOCKS, where=_found_at(span), fix=fix))


def code_of(text: str) -> str:
    """Return a code as the payer wrote it, known to us or not."""
    if _CODE.fullmatch(text):
        return text
    code = text.strip().upper()
    return code if _CODE.fullmatch(code) else NO_CODE


def place_of(span: Span) -> Place:
    """Return the place of a span of the codec."""
    return Place(span.first_segment, span.byte_start, span.byte_end)


def _found_at(span: Span) -> FoundAt:
    if span == NOWHERE:
        return FoundAt()
    return FoundAt(segment=span.first_segment, byte_start=span.byte_start, byte_end=span.byte_end)


def _code(procedure: Procedure, revenue_code: str) -> str:
    return procedure.code or revenue_code


def _modifiers(procedure: Procedure) -> tuple[str, ...]:
    return tuple(modifier for modifier in procedure.modifiers if modifier)


def _date(dates: Iterable[Dated], qualifiers: tuple[str, ...]) -> date | None:
    for each in dates:
        if each.qualifier in qualifiers:
            return each.first_day
    return None
