"""A paper explanation of benefits that a person has entered: a document of rows, each with its bytes, read as a file.

What was entered is written as one JSON row for the payment, each claim, line, adjustment and provider-level item. So it
has bytes that entries can be walked back to, and from there on it takes the way of any other remittance.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

from claimwright_remittance.domain.remits.balance import differences_of
from claimwright_remittance.domain.remits.file import ReadFile, ReadSet, read_file
from claimwright_remittance.domain.remits.remittance import (
    Adjustment,
    Place,
    ProviderItem,
    RemitClaim,
    RemitLine,
    Remittance,
)

X12: Final = "x12"
PAPER: Final = "paper"
"""Kinds of files: as a payer wrote them, and as a person entered them."""


@dataclass(frozen=True, slots=True)
class PaperEob:
    """What a person read from paper: one payment with its claims. Amounts in cents, signed as in an 835."""

    payer_id: str
    check_number: str
    payment_date: date
    payment_cents: int
    payment_method: str
    trace_payer_id: str
    payee_id: str
    claims: tuple[RemitClaim, ...]
    provider_items: tuple[ProviderItem, ...] = ()


def document_of(eob: PaperEob) -> bytes:
    """Return the document of an entry; the same entry is the same bytes."""
    return b"".join(json.dumps(row, separators=(",", ":"), ensure_ascii=False).encode() + b"\n" for row in _rows(eob))


def read_kept(content: bytes, kind: str) -> ReadFile:
    """Read a file that was kept, by its kind."""
    return read_paper(content) if kind == PAPER else read_file(content)


def read_paper(content: bytes) -> ReadFile:
    """Read a document that `document_of` has written.

    Errors: ValueError or KeyError for any other bytes, which nobody can hand in as such a document.
    """
    remittance = _Reader(content).remittance()
    read = ReadSet(remittance, hashlib.sha256(content).hexdigest(), tuple(differences_of(remittance)))
    return ReadFile((read,))


def _rows(eob: PaperEob) -> Iterator[dict[str, Any]]:
    yield {
        "paper_eob": 1,
        "payer_id": eob.payer_id,
        "check_number": eob.check_number,
        "payment_date": eob.payment_date.isoformat(),
        "payment_cents": eob.payment_cents,
        "payment_method": eob.payment_method,
        "trace_payer_id": eob.trace_payer_id,
        "payee_id": eob.payee_id,
    }
    for ordinal, claim in enumerate(eob.claims, 1):
        yield {
            "claim": ordinal,
            "patient_control_number": claim.patient_control_number,
            "claim_outcome_code": claim.claim_outcome_code,
            "payer_claim_control_number": claim.payer_claim_control_number,
            "charge_cents": claim.charge_cents,
            "paid_cents": claim.paid_cents,
            "interest_cents": claim.interest_cents,
            "remark_codes": list(claim.remark_codes),
        }
        yield from (_adjustment_row(each) for each in claim.adjustments)
        for at, line in enumerate(claim.lines, 1):
            yield {
                "line": at,
                "procedure_code": line.procedure_code,
                "modifiers": list(line.modifiers),
                "submitted_code": line.submitted_code,
                "line_control_number": line.line_control_number,
                "service_date": line.service_date.isoformat() if line.service_date else None,
                "charge_cents": line.charge_cents,
                "paid_cents": line.paid_cents,
                "remark_codes": list(line.remark_codes),
            }
            yield from (_adjustment_row(each) for each in line.adjustments)
    for ordinal, item in enumerate(eob.provider_items, 1):
        yield {
            "provider_item": ordinal,
            "provider_id": item.provider_id,
            "fiscal_year_end": item.fiscal_year_end,
            "code": item.code,
            "reference": item.reference,
            "cents": item.cents,
        }


def _adjustment_row(adjustment: Adjustment) -> dict[str, Any]:
    return {"adjustment": adjustment.code, "cents": adjustment.cents}


class _Reader:
    """Reads the rows of a document in their order, each into what it belongs to."""

    def __init__(self, content: bytes) -> None:
        self.whole = Place(1, 0, len(content))
        self.claims: list[RemitClaim] = []
        self.items: list[ProviderItem] = []
        self.head: dict[str, Any] = {}
        at = 0
        for segment, raw in enumerate(content.splitlines(keepends=True), 1):
            self._take(json.loads(raw), Place(segment, at, at + len(raw)))
            at += len(raw)

    def remittance(self) -> Remittance:
        head = self.head
        pays_nothing = head["payment_cents"] == 0
        return Remittance(
            set_ordinal=1,
            control_number="1",
            handling="H" if pays_nothing else "I",
            payment_cents=head["payment_cents"],
            payment_method=head["payment_method"],
            payment_date=date.fromisoformat(head["payment_date"]),
            trace_number=head["check_number"],
            trace_payer_id=head["trace_payer_id"],
            payer_ids=(head["payer_id"],),
            payee_id=head["payee_id"],
            claims=tuple(self.claims),
            provider_items=tuple(self.items),
            place=self.whole,
        )

    def _take(self, row: dict[str, Any], place: Place) -> None:
        match next(iter(row)):
            case "paper_eob":
                self.head = row
            case "claim":
                self.claims.append(_claim(row, place))
            case "line":
                claim = self._grown(place)
                self.claims[-1] = replace(claim, lines=(*claim.lines, _line(row, place)))
            case "adjustment":
                self._adjust(row, place)
            case "provider_item":
                self.items.append(_item(row, place))
            case other:
                raise ValueError(other)

    def _adjust(self, row: dict[str, Any], place: Place) -> None:
        group, _, reason = row["adjustment"].partition("-")
        adjustment = Adjustment(group, reason, row["cents"], place)
        claim = self._grown(place)
        if claim.lines:
            last = claim.lines[-1]
            changed = replace(last, adjustments=(*last.adjustments, adjustment))
            self.claims[-1] = replace(claim, lines=(*claim.lines[:-1], changed))
        else:
            self.claims[-1] = replace(claim, adjustments=(*claim.adjustments, adjustment))

    def _grown(self, place: Place) -> RemitClaim:
        """Return the claim that rows are read into, reaching up to the end of this row."""
        claim = self.claims[-1]
        return replace(claim, whole=replace(claim.whole, byte_end=place.byte_end))


def _claim(row: dict[str, Any], place: Place) -> RemitClaim:
    return RemitClaim(
        ordinal=row["claim"],
        patient_control_number=row["patient_control_number"],
        claim_outcome_code=row["claim_outcome_code"],
        charge_cents=row["charge_cents"],
        paid_cents=row["paid_cents"],
        place=place,
        whole=place,
        payer_claim_control_number=row["payer_claim_control_number"],
        interest_cents=row["interest_cents"],
        remark_codes=tuple(row["remark_codes"]),
    )


def _line(row: dict[str, Any], place: Place) -> RemitLine:
    return RemitLine(
        procedure_code=row["procedure_code"],
        modifiers=tuple(row["modifiers"]),
        charge_cents=row["charge_cents"],
        paid_cents=row["paid_cents"],
        place=place,
        submitted_code=row["submitted_code"],
        line_control_number=row["line_control_number"],
        service_date=date.fromisoformat(row["service_date"]) if row["service_date"] else None,
        remark_codes=tuple(row["remark_codes"]),
    )


def _item(row: dict[str, Any], place: Place) -> ProviderItem:
    return ProviderItem(
        ordinal=row["provider_item"],
        provider_id=row["provider_id"],
        fiscal_year_end=row["fiscal_year_end"],
        code=row["code"],
        reference=row["reference"],
        cents=row["cents"],
        place=place,
    )
