"""A file told in plain words: who bills whom for what, who pays what, and why not more."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from claimwright.x12.models.acknowledgments import BatchAck, ClaimAck, GroupAck, InterchangeAck
from claimwright.x12.models.claims import Claim, ClaimSet, ServiceLine
from claimwright.x12.models.envelopes import Interchange
from claimwright.x12.models.remittances import RemitClaim, RemitLine, Remittance
from claimwright.x12.models.values import Adjustment, day
from claimwright.x12.tools.outline import tell_outline
from claimwright.x12.tools.story_exchanges import tell_attachments, tell_eligibility, tell_status
from claimwright.x12.tools.words import Lines, code_words, dated_words, day_words, dollars, indented, name_words

__all__ = [
    "Lines",
    "tell_attachments",
    "tell_batch_ack",
    "tell_claims",
    "tell_eligibility",
    "tell_group_ack",
    "tell_interchange",
    "tell_interchange_ack",
    "tell_outline",
    "tell_remittance",
    "tell_status",
]

_OUTCOMES = {
    "1": "processed as primary",
    "2": "processed as secondary",
    "3": "processed as tertiary",
    "4": "denied",
    "19": "processed as primary and forwarded",
    "20": "processed as secondary and forwarded",
    "21": "processed as tertiary and forwarded",
    "22": "reversed",
    "23": "not their claim, forwarded",
    "25": "predetermined",
}
_FREQUENCIES = {"1": "", "7": " (replaces an earlier claim)", "8": " (takes an earlier claim back)"}
_VERDICTS = {"A": "accepted", "E": "accepted with errors", "P": "accepted in part", "R": "rejected"}
_BEARERS = {"CO": "contract", "PR": "patient", "OA": "other", "PI": "payer", "CR": "correction"}
_INDENT = "  "


def tell_interchange(interchange: Interchange) -> str:
    usage = {"T": "test", "P": "production"}.get(interchange.usage_indicator, "")
    parts = [f"From {interchange.sender.id or 'somebody'} to {interchange.receiver.id or 'somebody'}"]
    sent = day("20" + interchange.date) if len(interchange.date) == 6 else None
    parts += [day_words(sent)] if sent else []
    parts += [usage] if usage else []
    return ", ".join(parts) + (f", number {interchange.control_number}" if interchange.control_number else "")


def tell_claims(batch: ClaimSet) -> Lines:
    header, count = batch.header, len(batch.claims)
    total = sum((claim.charge.value for claim in batch.claims), Decimal(0))
    sender = name_words(header.submitter)
    yield f"{count} claim{_s(count)} from {sender}, batch {header.reference or '?'}: {dollars(total)}"
    for claim in batch.claims:
        yield from indented(_tell_claim(claim))


def _tell_claim(claim: Claim) -> Lines:
    kind = _FREQUENCIES.get(claim.claim_frequency_code, f" (frequency {claim.claim_frequency_code})")
    yield (
        f"Claim {claim.patient_control_number or '?'}{kind}: {name_words(claim.billing.party)} bills"
        f" {name_words(claim.subscriber.payer)} {dollars(claim.charge.value)} for {name_words(claim.patient_party)}"
    )
    if claim.diagnoses:
        yield f"{_INDENT}for {', '.join(each.code for each in claim.diagnoses)}"
    for coverage in claim.other_coverages:
        paid = [each.amount for each in coverage.amounts if each.qualifier == "D"]
        yield f"{_INDENT}{name_words(coverage.payer)} came before" + (
            f" and paid {dollars(paid[0].value)}" if paid else ""
        )
    for line in claim.lines:
        yield _INDENT + _tell_line(line)


def _tell_line(line: ServiceLine) -> str:
    pointers = ",".join(map(str, line.diagnosis_pointers))
    return "  ".join(
        part
        for part in (
            dated_words(line.service_date),
            line.revenue_code,
            # A room has a revenue code and no procedure.
            code_words(line.procedure) if line.procedure.code or not line.revenue_code else "",
            f"×{line.quantity.text}" if line.quantity.text else "",
            dollars(line.charge.value),
            f"for {pointers}" if pointers else "",
        )
        if part
    )


def tell_remittance(remittance: Remittance) -> Lines:
    how = {"CHK": "by check", "ACH": "by transfer", "FWT": "by wire", "NON": "with no payment"}
    paid_on = day(remittance.payment_date)
    yield (
        f"{name_words(remittance.payer)} pays {name_words(remittance.payee)} {dollars(remittance.payment.value)}"
        f" {how.get(remittance.payment_method, '')} {remittance.trace_number}".rstrip()
        + (f", {day_words(paid_on)}" if paid_on else "")
    )
    for claim in remittance.claims:
        yield from indented(_tell_remit_claim(claim))
    for each in remittance.provider_adjustments:
        verb = "adds" if each.amount.text.startswith("-") else "keeps"
        about = f" about {each.reference}" if each.reference else ""
        yield f"{_INDENT}{verb} {dollars(each.amount.value.copy_abs())} ({each.code}){about}"


def _tell_remit_claim(claim: RemitClaim) -> Lines:
    patient = claim.patient
    yield (
        f"Claim {claim.patient_control_number or '?'}"
        + (f" of {name_words(patient)}" if patient else "")
        + f": {_OUTCOMES.get(claim.claim_outcome_code, 'outcome ' + claim.claim_outcome_code)},"
        + f" {dollars(claim.charge.value)} charged, {dollars(claim.paid.value)} paid"
        + (
            f", patient owes {dollars(claim.patient_responsibility.value)}"
            if claim.patient_responsibility.value
            else ""
        )
    )
    if claim.adjustments:
        yield _INDENT + _tell_adjustments(claim.adjustments)
    if claim.remarks:
        yield f"{_INDENT}remarks {', '.join(claim.remarks)}"
    for line in claim.lines:
        yield from indented(_tell_remit_line(line))


def _tell_remit_line(line: RemitLine) -> Lines:
    served = next((each for each in line.dates if each.qualifier in ("472", "150")), None)
    billed = f" (billed as {code_words(line.submitted)})" if line.submitted is not None else ""
    words = (dated_words(served), line.revenue_code, code_words(line.procedure) + billed)
    yield (
        "  ".join(part for part in words if part)
        + f"  {dollars(line.charge.value)} charged, {dollars(line.paid.value)} paid"
    )
    if line.adjustments:
        yield _INDENT + _tell_adjustments(line.adjustments)
    if line.remarks:
        yield f"{_INDENT}remarks {', '.join(line.remarks)}"


def _tell_adjustments(adjustments: Iterable[Adjustment]) -> str:
    return "less " + ", ".join(
        f"{dollars(each.amount.value)} {each.group}-{each.reason} ({_BEARERS.get(each.group, '?')})"
        for each in adjustments
    )


def tell_group_ack(ack: GroupAck) -> Lines:
    yield (
        f"Group {ack.functional_id} {ack.control_number} is {_VERDICTS.get(ack.code, ack.code)}:"
        f" {ack.sets_accepted} of {ack.sets_received} accepted"
    )
    for each in ack.sets:
        codes = f" ({', '.join(each.codes)})" if each.codes else ""
        yield f"{_INDENT}{each.set_id} {each.control_number} is {_VERDICTS.get(each.code, each.code)}{codes}"
        for error in each.segments:
            about = f", claim {error.business_unit[1]}" if error.business_unit else ""
            where = f"{error.segment_id} at {error.position} in {error.loop or '?'}"
            yield f"{_INDENT * 2}{where}: code {error.code}{about}"


def tell_interchange_ack(ack: InterchangeAck) -> str:
    return f"Interchange {ack.control_number} is {_VERDICTS.get(ack.code, ack.code)} (note {ack.note})"


def tell_batch_ack(batch: BatchAck) -> Lines:
    verdicts = list(batch.verdicts())
    no = sum(is_rejected for _, is_rejected in verdicts)
    yes, source = len(verdicts) - no, name_words(batch.source)
    yield f"{source} answers batch {batch.batch_reference}: {yes} accepted, {no} rejected"
    for claim, is_rejected in verdicts:
        yield _INDENT + _tell_claim_ack(claim, is_rejected=is_rejected)


def _tell_claim_ack(claim: ClaimAck, *, is_rejected: bool) -> str:
    codes = ", ".join(":".join(filter(None, code)) for status in claim.statuses for code in status.codes)
    number = f", their number {claim.payer_claim_control_number}" if claim.payer_claim_control_number else ""
    verdict = "rejected" if is_rejected else "accepted"
    return f"Claim {claim.patient_control_number} of {name_words(claim.patient)} is {verdict} ({codes}){number}"


def _s(count: int) -> str:
    return "" if count == 1 else "s"
