"""Questions, answers and attachments in plain words: who is covered for what, where a claim is, what is sent for it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from claimwright.x12.models.attachments import Attachment, AttachmentSet
from claimwright.x12.models.eligibility import Benefit, CoveredPerson, Eligibility, EligibilityReject, Inquiry
from claimwright.x12.models.status import StatusClaim, StatusExchange, StatusLine, StatusPerson, StatusReport
from claimwright.x12.models.values import day
from claimwright.x12.tools.words import Lines, code_words, dated_words, day_words, dollars, indented, name_words

_BENEFITS = {
    "1": "active",
    "2": "active, full risk",
    "3": "active, services capitated",
    "4": "active, services capitated to primary care",
    "5": "active, being looked into",
    "6": "inactive",
    "7": "inactive, eligibility to be settled",
    "8": "inactive, being looked into",
    "A": "coinsurance",
    "B": "copay",
    "C": "deductible",
    "D": "description",
    "E": "exclusions",
    "F": "limit",
    "G": "out of pocket",
    "I": "not covered",
    "L": "primary care provider",
    "MC": "managed care",
    "R": "other payer",
    "U": "ask somebody else",
    "V": "can't be told",
    "W": "other source",
}
_LEVELS = {"IND": "for the person", "FAM": "for the family", "EMP": "for the employee", "DEP": "for dependents"}
_PERIODS = {
    "6": "an hour",
    "7": "a day",
    "21": "a year",
    "22": "a service year",
    "23": "a calendar year",
    "24": "year to date",
    "25": "by contract",
    "26": "an episode",
    "27": "a visit",
    "29": "remaining",
    "30": "exceeded",
    "31": "not exceeded",
    "32": "in a lifetime",
    "33": "remaining in a lifetime",
    "34": "a month",
    "35": "a week",
    "36": "an admission",
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
_STAGES = {
    "A": "acknowledged",
    "P": "pending",
    "F": "finalized",
    "R": "more is wanted",
    "E": "could not be answered",
    "D": "not found",
}
_FINAL = {
    "F0": "finalized",
    "F1": "finalized and paid",
    "F2": "finalized and denied",
    "F3": "finalized and revised",
    "F3F": "finalized and forwarded",
    "F3N": "finalized and not forwarded",
    "F4": "finalized, nothing to decide",
}
_FORMATS = {"TX": "text", "HL": "a document of HL7", "IA": "an image"}
_INDENT = "  "


def tell_eligibility(value: Eligibility) -> Lines:
    source = name_words(value.source)
    receiver = name_words(value.receiver) if value.receiver is not None else "the asker"
    asks = value.set_id == "270"
    verb = "cancels a question to" if value.purpose == "01" else "asks"
    yield f"{receiver} {verb} {source} about coverage" if asks else f"{source} answers {receiver} about coverage"
    yield from indented(_rejects(value.rejects))
    for person in value.people:
        yield from indented(_person(person))


def _rejects(rejects: Iterable[EligibilityReject]) -> Lines:
    for each in rejects:
        yield f"not answered: reason {each.reason}, {_ACTIONS.get(each.action, each.action)}"


def _person(person: CoveredPerson) -> Lines:
    spans = [f"{dated_words(each)}" for each in person.dates if dated_words(each)]
    yield (
        name_words(person.party)
        + (", a dependent" if person.is_dependent else "")
        + (f", {', '.join(spans)}" if spans else "")
    )
    yield from indented(_rejects(person.rejects))
    for inquiry in person.inquiries:
        yield _INDENT + _inquiry(inquiry)
    for benefit in person.benefits:
        yield from indented(_benefit(benefit))


def _inquiry(inquiry: Inquiry) -> str:
    if inquiry.service_types:
        return f"service types {', '.join(inquiry.service_types)}"
    return code_words(inquiry.procedure) if inquiry.procedure else "everything"


def _benefit(benefit: Benefit) -> Lines:
    share = benefit.percent.value * 100 if benefit.percent.text else None
    parts = (
        _BENEFITS.get(benefit.information, f"information {benefit.information}"),
        _LEVELS.get(benefit.coverage_level, benefit.coverage_level),
        f"for {', '.join(benefit.service_types)}" if benefit.service_types else "",
        code_words(benefit.procedure) if benefit.procedure else "",
        benefit.plan,
        dollars(benefit.amount.value) if benefit.amount.text else "",
        f"{share:f}".rstrip("0").rstrip(".") + "%" if share is not None and share.is_finite() else "",
        benefit.quantity.text and f"{benefit.quantity.text} {benefit.quantity_kind}",
        _PERIODS.get(benefit.period, ""),
        {"Y": "in network", "N": "out of network"}.get(benefit.in_network, ""),
        "needs authorization" if benefit.needs_authorization == "Y" else "",
    )
    yield "  ".join(part for part in parts if part)
    yield from indented(_rejects(benefit.rejects))
    for message in benefit.messages:
        yield f"{_INDENT}they say: {message}"
    for party in benefit.parties:
        yield f"{_INDENT}{name_words(party)} ({party.role})"


def tell_status(value: StatusExchange) -> Lines:
    claims = sum(1 for _ in value.claims())
    many = f"{claims} claim{'' if claims == 1 else 's'}"
    source, receiver = name_words(value.source), name_words(value.receiver)
    if value.wants_more:
        yield f"{source} wants more from {receiver} about {many}"
    else:
        asks = value.set_id == "276"
        yield f"{receiver} asks {source} about {many}" if asks else f"{source} answers {receiver}: {many}"
    yield from indented(_reports(value.statuses))
    for provider in value.providers:
        names = " or ".join(name_words(party) for party in provider.parties)
        yield f"{_INDENT}of {names or 'a provider without a name'}"
        yield from indented(indented(_reports(provider.statuses)))
        for person in provider.people:
            for claim in person.claims:
                yield from indented(indented(_claim(person, claim)))


def _claim(person: StatusPerson, claim: StatusClaim) -> Lines:
    number = claim.patient_control_number or claim.payer_claim_control_number or "?"
    served = dated_words(claim.service_date)
    yield (
        f"Claim {number} of {name_words(person.party)}"
        + (f", {served}" if served else "")
        + (f", {dollars(claim.charge.value)} charged" if claim.charge.text else "")
        + f" (question {claim.trace_number or '?'})"
    )
    yield from indented(_reports(claim.statuses))
    if claim.payer_claim_control_number and number != claim.payer_claim_control_number:
        yield f"{_INDENT}their number {claim.payer_claim_control_number}"
    for line in claim.lines:
        yield from indented(_line(line))


def _line(line: StatusLine) -> Lines:
    served = next((dated_words(each) for each in line.dates), "")
    parts = (served, line.revenue_code, code_words(line.procedure), dollars(line.charge.value))
    paid = f", {dollars(line.paid.value)} paid" if line.paid.text else ""
    yield "  ".join(part for part in parts if part) + paid
    yield from indented(_reports(line.statuses))


def _reports(reports: Sequence[StatusReport]) -> Lines:
    for each in reports:
        stage = _FINAL.get(each.category) or _STAGES.get(each.category[:1], "category " + each.category)
        codes = ", ".join(":".join(filter(None, code[:3])) for code in each.codes)
        told = [stage + f" ({codes})"]
        told += [f"{dollars(each.charge.value)} charged"] if each.charge.text else []
        told += [f"{dollars(each.paid.value)} paid"] if each.paid.text else []
        told += [f"payment {each.payment_number}"] if each.payment_number else []
        on = day(each.date)
        yield ", ".join(told) + (f", as of {day_words(on)}" if on else "")


def tell_attachments(value: AttachmentSet) -> Lines:
    patient = value.patient
    number = value.patient_control_number or value.payer_claim_control_number
    payer, provider = value.party("PR"), value.party("1P", "85", "41")
    count = len(value.attachments)
    yield (
        f"{name_words(provider) if provider else 'Somebody'} sends {name_words(payer) if payer else 'somebody'}"
        f" {count} attachment{'' if count == 1 else 's'}"
        + (f" for claim {number}" if number else "")
        + (f" of {name_words(patient)}" if patient else "")
    )
    for each in value.attachments:
        yield from indented(_attachment(each))


def _attachment(attachment: Attachment) -> Lines:
    why = "asked for" if attachment.is_asked_for else "unasked"
    kind = _FORMATS.get(attachment.format, attachment.format)
    yield f"attachment {attachment.control_number or '?'}, {why}" + (f", {kind}" if kind else "")
    yield from indented(_reports(attachment.statuses))
    for each in attachment.objects:
        coded = {"B64": " in base 64", "ASC": " as text"}.get(each.coding, "")
        cut = "" if each.is_whole else f", {each.stated_length or 'no'} stated"
        yield f"{_INDENT}{len(each.data):,} bytes{coded}{cut}"
