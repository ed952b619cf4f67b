"""A file told in plain words: who bills whom for what, who pays what, and why not more."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal

from claimwright.x12.models.acknowledgments import BatchAck, ClaimAck, GroupAck, InterchangeAck
from claimwright.x12.models.claims import Claim, ClaimSet, ServiceLine
from claimwright.x12.models.eligibility import Benefit, CoveredPerson, Eligibility
from claimwright.x12.models.envelopes import Interchange
from claimwright.x12.models.remittances import RemitClaim, RemitLine, Remittance
from claimwright.x12.models.values import Adjustment, Dated, Party, Procedure, day

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
_BENEFITS = {
    "1": "active",
    "6": "inactive",
    "A": "coinsurance",
    "B": "copay",
    "C": "deductible",
    "F": "limit",
    "G": "out of pocket",
    "I": "not covered",
    "R": "other payer",
}
_ACTIONS = {
    "C": "correct and ask again",
    "N": "don't ask again",
    "R": "may be asked again",
    "P": "ask the original again",
    "Y": "wait for their answer",
    "S": "don't ask again; ask the third party",
    "W": "wait 30 days, then ask again",
    "X": "wait 10 days, then ask again",
}
_INDENT = "  "

Lines = Iterator[str]


def tell_interchange(interchange: Interchange) -> str:
    usage = {"T": "test", "P": "production"}.get(interchange.usage_indicator, "")
    parts = [f"From {interchange.sender.id or 'somebody'} to {interchange.receiver.id or 'somebody'}"]
    sent = day("20" + interchange.date) if len(interchange.date) == 6 else None
    parts += [_day_words(sent)] if sent else []
    parts += [usage] if usage else []
    return ", ".join(parts) + (f", number {interchange.control_number}" if interchange.control_number else "")


def tell_claims(batch: ClaimSet) -> Lines:
    header, count = batch.header, len(batch.claims)
    total = sum((claim.charge.value for claim in batch.claims), Decimal(0))
    yield f"{count} claim{_s(count)} from {_name(header.submitter)}, batch {header.reference or '?'}: {_dollars(total)}"
    for claim in batch.claims:
        yield from _indented(_tell_claim(claim))


def _tell_claim(claim: Claim) -> Lines:
    kind = _FREQUENCIES.get(claim.claim_frequency_code, f" (frequency {claim.claim_frequency_code})")
    yield (
        f"Claim {claim.patient_control_number or '?'}{kind}: {_name(claim.billing.party)} bills"
        f" {_name(claim.subscriber.payer)} {_dollars(claim.charge.value)} for {_name(claim.patient_party)}"
    )
    if claim.diagnoses:
        yield f"{_INDENT}for {', '.join(each.code for each in claim.diagnoses)}"
    for coverage in claim.other_coverages:
        paid = [each.amount for each in coverage.amounts if each.qualifier == "D"]
        yield f"{_INDENT}{_name(coverage.payer)} came before" + (f" and paid {_dollars(paid[0].value)}" if paid else "")
    for line in claim.lines:
        yield _INDENT + _tell_line(line)


def _tell_line(line: ServiceLine) -> str:
    pointers = ",".join(map(str, line.diagnosis_pointers))
    return "  ".join(
        part
        for part in (
            _dated(line.service_date),
            line.revenue_code,
            _code(line.procedure),
            f"×{line.quantity.text}" if line.quantity.text else "",
            _dollars(line.charge.value),
            f"for {pointers}" if pointers else "",
        )
        if part
    )


def tell_remittance(remittance: Remittance) -> Lines:
    how = {"CHK": "by check", "ACH": "by transfer", "FWT": "by wire", "NON": "with no payment"}
    paid_on = day(remittance.payment_date)
    yield (
        f"{_name(remittance.payer)} pays {_name(remittance.payee)} {_dollars(remittance.payment.value)}"
        f" {how.get(remittance.payment_method, '')} {remittance.trace_number}".rstrip()
        + (f", {_day_words(paid_on)}" if paid_on else "")
    )
    for claim in remittance.claims:
        yield from _indented(_tell_remit_claim(claim))
    for each in remittance.provider_adjustments:
        verb = "adds" if each.amount.text.startswith("-") else "keeps"
        about = f" about {each.reference}" if each.reference else ""
        yield f"{_INDENT}{verb} {_dollars(each.amount.value.copy_abs())} ({each.code}){about}"


def _tell_remit_claim(claim: RemitClaim) -> Lines:
    patient = claim.patient
    yield (
        f"Claim {claim.patient_control_number or '?'}"
        + (f" of {_name(patient)}" if patient else "")
        + f": {_OUTCOMES.get(claim.claim_outcome_code, 'outcome ' + claim.claim_outcome_code)},"
        + f" {_dollars(claim.charge.value)} charged, {_dollars(claim.paid.value)} paid"
        + (
            f", patient owes {_dollars(claim.patient_responsibility.value)}"
            if claim.patient_responsibility.value
            else ""
        )
    )
    if claim.adjustments:
        yield _INDENT + _tell_adjustments(claim.adjustments)
    if claim.remarks:
        yield f"{_INDENT}remarks {', '.join(claim.remarks)}"
    for line in claim.lines:
        yield from _indented(_tell_remit_line(line))


def _tell_remit_line(line: RemitLine) -> Lines:
    served = next((each for each in line.dates if each.qualifier in ("472", "150")), None)
    billed = f" (billed as {_code(line.submitted)})" if line.submitted is not None else ""
    words = (_dated(served), line.revenue_code, _code(line.procedure) + billed)
    yield (
        "  ".join(part for part in words if part)
        + f"  {_dollars(line.charge.value)} charged, {_dollars(line.paid.value)} paid"
    )
    if line.adjustments:
        yield _INDENT + _tell_adjustments(line.adjustments)
    if line.remarks:
        yield f"{_INDENT}remarks {', '.join(line.remarks)}"


def _tell_adjustments(adjustments: Iterable[Adjustment]) -> str:
    return "less " + ", ".join(
        f"{_dollars(each.amount.value)} {each.group}-{each.reason} ({_BEARERS.get(each.group, '?')})"
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
    yield f"{_name(batch.source)} answers batch {batch.batch_reference}: {len(verdicts) - no} accepted, {no} rejected"
    for claim, is_rejected in verdicts:
        yield _INDENT + _tell_claim_ack(claim, is_rejected=is_rejected)


def _tell_claim_ack(claim: ClaimAck, *, is_rejected: bool) -> str:
    codes = ", ".join(":".join(filter(None, code)) for status in claim.statuses for code in status.codes)
    number = f", their number {claim.payer_claim_control_number}" if claim.payer_claim_control_number else ""
    verdict = "rejected" if is_rejected else "accepted"
    return f"Claim {claim.patient_control_number} of {_name(claim.patient)} is {verdict} ({codes}){number}"


def tell_eligibility(eligibility: Eligibility) -> Lines:
    source, receiver = _name(eligibility.source), _name(eligibility.receiver)
    asks = eligibility.set_id == "270"
    yield f"{receiver} asks {source} about coverage" if asks else f"{source} answers {receiver} about coverage"
    for reject in eligibility.rejects:
        yield f"{_INDENT}not answered: reason {reject.reason}, {_ACTIONS.get(reject.action, reject.action)}"
    for person in eligibility.people:
        yield from _indented(_tell_person(person))


def _tell_person(person: CoveredPerson) -> Lines:
    yield _name(person.party) + (", a dependent" if person.is_dependent else "")
    for reject in person.rejects:
        yield f"{_INDENT}not answered: reason {reject.reason}, {_ACTIONS.get(reject.action, reject.action)}"
    for inquiry in person.inquiries:
        what = ", ".join(inquiry.service_types) or (_code(inquiry.procedure) if inquiry.procedure else "everything")
        yield f"{_INDENT}service types {what}" if inquiry.service_types else f"{_INDENT}{what}"
    for benefit in person.benefits:
        yield _INDENT + _tell_benefit(benefit)


def _tell_benefit(benefit: Benefit) -> str:
    share = benefit.percent.value * 100 if benefit.percent.text else None
    parts = (
        _BENEFITS.get(benefit.information, f"information {benefit.information}"),
        benefit.coverage_level,
        f"for {', '.join(benefit.service_types)}" if benefit.service_types else "",
        benefit.plan,
        _dollars(benefit.amount.value) if benefit.amount.text else "",
        f"{share:f}".rstrip("0").rstrip(".") + "%" if share is not None and share.is_finite() else "",
        {"Y": "in network", "N": "out of network"}.get(benefit.in_network, ""),
        "needs authorization" if benefit.needs_authorization == "Y" else "",
    )
    return "  ".join(part for part in parts if part)


def _indented(lines: Lines) -> Lines:
    for line in lines:
        yield _INDENT + line


def _name(party: Party) -> str:
    return " ".join(part for part in (party.first_name, party.last_name) if part) or "somebody"


def _code(procedure: Procedure) -> str:
    return "-".join([procedure.code or "?", *procedure.modifiers])


def _dated(dated: Dated | None) -> str:
    first = dated.first_day if dated is not None else None
    last = dated.last_day if dated is not None else None
    if first is None:
        return ""
    return _day_words(first) if last is None or last == first else f"{_day_words(first)} to {_day_words(last)}"


def _day_words(of: date) -> str:
    return of.strftime("%b %-d, %Y")


def _dollars(amount: Decimal) -> str:
    if not amount.is_finite():
        return "$?"
    return f"-${-amount:,.2f}" if amount < 0 else f"${amount:,.2f}"


def _s(count: int) -> str:
    return "" if count == 1 else "s"
