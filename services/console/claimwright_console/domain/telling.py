"""One sentence for each event, made of its clear data: ids, codes, counts and cents."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from claimwright import ids
from claimwright.events.lifecycle_words import ClosedReason, Outcome
from claimwright.money import dollars
from claimwright_console.domain import words
from claimwright_console.domain.payment_words import DENIAL_ENDS, DEPOSIT_FLAG, RESOLUTION, WAITS_FOR, said

Data = Mapping[str, Any]
"""The clear part of an event as it came; an event of a later version may lack or add fields."""


def tell(event_type: str, data: Data) -> str:
    """Return what an event says, in one sentence; a type that is not known here is named as it is."""
    sentence = _SENTENCES.get(event_type.rpartition(".v")[0])
    if sentence is None:
        return f"{event_type} happened."
    try:
        return sentence(data)
    except (KeyError, TypeError, ValueError):
        return f"{event_type} happened; its data is of another version than this console knows."


def file_of(data: Data) -> Mapping[str, Any] | None:
    """Return the file address in an event's data: the file sent, or the answer; None where an event names no file."""
    for name in ("answer", "file"):
        address = data.get(name)
        if isinstance(address, Mapping) and "artifact_id" in address:
            return address
    if "file_id" in data and "byte_start" in data:
        return {
            "artifact_id": data["file_id"],
            "segment": data.get("segment"),
            "byte_start": data["byte_start"],
            "byte_end": data.get("byte_end"),
        }
    return None


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _received(data: Data) -> str:
    source = "in a file" if data["source"] == "file" else "by the API"
    whole = "" if data["is_complete"] else "; facts are missing"
    lines = _count(data["line_count"], "line")
    return f"Encounter came in {source}: {lines}, {dollars(data['charge_cents'])}{whole}."


def _source_of(source: str) -> str:
    return "from the clearinghouse" if source.startswith(f"{ids.ROUTE}_") else f"by {words.plain(source)}"


def _variance_found(data: Data, which: str) -> str:
    difference = dollars(abs(data["difference_cents"]))
    return f"Payer {data['payer_order']} allowed {which} by the contract: {difference}; {data['owner']} has the case."


def _incomplete(data: Data) -> str:
    gaps = data["gaps"]
    asked = " and ".join(sorted({f"the {gap['ask']}" for gap in gaps}))
    return f"{_count(len(gaps), 'fact')} missing ({', '.join(gap['code'] for gap in gaps)}); {asked} is asked."


def _amended(data: Data) -> str:
    changed = ", ".join(pointer.strip("/") for pointer in data["changed"]) or "nothing"
    return f"The partner amended the encounter (version {data['encounter_version']}): {changed}."


def _scrub_failed(data: Data) -> str:
    findings = data["findings"]
    codes = ", ".join(sorted({finding["code"] for finding in findings}))
    stop = "stops" if len(findings) == 1 else "stop"
    return f"{_count(len(findings), 'edit')} {stop} the claim: {codes}."


def _queued(data: Data) -> str:
    order = words.payer_order(data["payer_order"])
    return f"Queued for the {order} as {data['patient_control_number']}: {dollars(data['charge_cents'])}."


def _sent(data: Data) -> str:
    return f"Sent in interchange {data['file']['interchange_control']}; the clearinghouse took it."


def _resolved(data: Data) -> str:
    if data["was_sent"]:
        return f"The unknown attempt did arrive ({words.plain(data['evidence'])})."
    return f"The unknown attempt never arrived ({words.plain(data['evidence'])}); the same file goes again."


def _statuses(data: Data) -> str:
    found = ", ".join(f"{status['category']}:{status['status']}" for status in data["statuses"])
    return f" ({found})" if found else ""


def _set_accepted(data: Data) -> str:
    return "The 999 accepted the file" + (" with errors." if data["verdict"] == "E" else ".")


def _adjudicated(data: Data) -> str:
    outcome = words.OUTCOME[Outcome(data["outcome"])]
    order = words.payer_order(data["payer_order"]).capitalize()
    parts = [f"paid {dollars(data['paid_cents'])} of {dollars(data['charge_cents'])}"]
    if data["adjusted_cents"]:
        parts.append(f"adjusted {dollars(data['adjusted_cents'])}")
    if data["patient_cents"]:
        parts.append(f"patient share {dollars(data['patient_cents'])}")
    reasons = f" ({', '.join(data['reasons'])})" if data["reasons"] else ""
    return f"{order} decided, {outcome}: {', '.join(parts)}{reasons}."


def _denial_opened(data: Data) -> str:
    return f"Denial case opened for {dollars(data['denied_cents'])}: {', '.join(data['reasons'])}."


def _matched(data: Data) -> str:
    late = "; its money had waited in suspense" if data.get("from_suspense") else ""
    return f"The remittance found this claim by {words.plain(data['rung'])}{late}."


def _number_of(data: Data) -> str:
    """A number that is not ours is told nobody: it stands in the payer's file alone."""
    number = data.get("patient_control_number")
    return f"number {number}" if number else "a number that is not ours"


def _file_posted(data: Data) -> str:
    return (
        f"835 posted: {_count(data['claim_count'], 'claim')}, paid {dollars(data['paid_cents'])} = posted"
        f" {dollars(data['posted_cents'])} + suspense {dollars(data['suspense_cents'])}"
        f" + provider level {dollars(data['provider_level_cents'])}."
    )


def _artifact_sent(data: Data) -> str:
    claims = _count(data["claim_count"], "claim")
    return f"837 sent, interchange {data['interchange_control']}: {claims}, {dollars(data['charge_cents'])}."


_SENTENCES: Final[Mapping[str, Callable[[Data], str]]] = {
    "encounter.received": _received,
    "encounter.incomplete": _incomplete,
    "encounter.completed": lambda _: "The last missing fact came; the encounter is whole.",
    "encounter.amended": _amended,
    "encounter.not_billable": lambda data: f"Will not be billed: {words.plain(data['reason'])}.",
    "coding.started": lambda data: f"Coding took up version {data['encounter_version']} of the encounter.",
    "claim.coded": lambda data: f"All codes are good on the day of service ({data['code_set']}).",
    "claim.scrub_failed": _scrub_failed,
    "claim.scrub_passed": lambda _: "The claim passes its edits now.",
    "claim.withdrawn": lambda data: (
        f"The claim is taken back, its encounter will not be billed: {words.plain(data['reason'])}."
    ),
    "claim.queued": _queued,
    "claim.held": lambda data: (
        f"Held: {words.plain(data['reason'])}; goes on when {words.plain(data['release_condition'])}."
    ),
    "claim.released": lambda data: f"Goes on: {words.plain(data['reason'])}.",
    "claim.amended_after_billing": lambda data: (
        f"The encounter changed to version {data['encounter_version']} after version {data['sent_version']} was billed;"
        " a person decides what follows."
    ),
    "claim.dropped": lambda data: f"Taken out of the queue and not sent: {words.plain(data['reason'])}.",
    "claim.withdrawn_after_billing": lambda data: (
        f"The encounter will not be billed ({words.plain(data['reason'])}), and its claim has left;"
        " a person decides what follows."
    ),
    "submission.build_failed": lambda data: (
        f"The claim can't be written as an 837: {', '.join(sorted({one['code'] for one in data['findings']}))}."
    ),
    "submission.refused": lambda data: f"The clearinghouse would not take the file ({words.plain(data['reason'])}).",
    "submission.sent": _sent,
    "submission.outcome_unknown": lambda data: f"The bytes left and no answer came ({words.plain(data['reason'])}).",
    "submission.outcome_resolved": _resolved,
    "submission.transport_failed": lambda data: (
        f"No connection to the clearinghouse ({words.plain(data['reason'])}); the same file is tried again."
    ),
    "submission.rebuilt": lambda data: f"Queued again with new control numbers: {words.plain(data['reason'])}.",
    "ack.interchange_rejected": lambda data: f"The TA1 refused the whole file (note {data['note_code']}).",
    "ack.set_accepted": _set_accepted,
    "ack.set_rejected": lambda data: f"The 999 refused the file ({', '.join([data['verdict'], *data['codes']])}).",
    "ack.clearinghouse_accepted": lambda data: f"The clearinghouse took the claim{_statuses(data)}.",
    "ack.clearinghouse_rejected": lambda data: f"The clearinghouse refused the claim{_statuses(data)}.",
    "ack.payer_received": lambda data: f"The payer has the claim{_statuses(data)}.",
    "ack.payer_accepted": lambda data: f"The payer took the claim for a decision{_statuses(data)}.",
    "ack.payer_rejected": lambda data: f"The payer refused the claim before deciding{_statuses(data)}.",
    "artifact.sent": _artifact_sent,
    "artifact.acknowledged": lambda data: (
        f"{data['kind']} answers interchange {data['interchange_control']}: {data['verdict']},"
        f" {_count(data['claim_count'], 'claim')}."
    ),
    "artifact.refused": lambda data: f"The clearinghouse would not take the file ({words.plain(data['reason'])}).",
    "artifact.unmatched": lambda data: (
        f"A file came in and part of it has no home here: {', '.join(map(words.plain, data['reasons']))}."
    ),
    "remit.file_received": lambda data: f"835 file came in {_source_of(data['source'])}: {data['byte_count']:,} bytes.",
    "remit.file_duplicate": lambda data: f"The same 835 again (by {words.plain(data['by'])}); nothing is posted.",
    "remit.file_quarantined": lambda data: (
        f"835 held: {', '.join(sorted({difference['code'] for difference in data['differences']}))}."
    ),
    "remit.file_posted": _file_posted,
    "remit.unmatched": lambda data: (
        f"{dollars(data['paid_cents'])} for {_number_of(data)} waits in suspense: {words.plain(data['reason'])}."
    ),
    "remit.matched": _matched,
    "claim.adjudicated": _adjudicated,
    "claim.reversed": lambda data: (
        f"Payer {data['payer_order']} took its decision back; {dollars(data['open_cents'])} are open again."
    ),
    "claim.readjudicated": _adjudicated,
    "claim.not_recognised": lambda data: (
        f"Payer {data['payer_order']} does not know the patient ({', '.join(data['reasons'])}); nothing was decided."
    ),
    "claim.predetermined": lambda data: (
        f"Payer {data['payer_order']} would pay {dollars(data['estimate_cents'])}; nothing is posted for that."
    ),
    "next_payer.forwarded": lambda data: (
        f"The claim was sent on to payer {data['payer_order']} by the payer before it."
    ),
    "coverage.change_proposed": lambda data: f"Payer {data['payer_order']} names the insured otherwise than we did.",
    "provider_adjustment.opened": lambda data: (
        f"At provider level {dollars(data['remainder_cents'])} stand under {data['code']}."
    ),
    "provider_adjustment.settled": lambda data: f"At provider level what stood under {data['code']} is settled.",
    "provider_adjustment.overdue": lambda data: (
        f"What {data['code']} announced at provider level is not taken yet: {dollars(data['remainder_cents'])}; "
        f"{data['owner']} asks the payer."
    ),
    "deposit.matched": lambda data: (
        f"The bank's {dollars(data['cents'])} met {_count(len(data['remittance_ids']), 'remittance')}, "
        f"{'by itself' if data['how'] == 'exact' else 'by a person'}."
    ),
    "deposit.unmatched": lambda data: f"The bank's {dollars(data['cents'])} were taken apart from their remittance.",
    "deposit.mismatched": lambda data: (
        f"{said(DEPOSIT_FLAG, data['flag']).capitalize()}: {dollars(data['cents'])}; {data['owner']} looks into it."
    ),
    "underpayment.suspected": lambda data: _variance_found(data, "too little"),
    "overpayment.identified": lambda data: _variance_found(data, "too much"),
    "underpayment.resolved": lambda data: f"The underpayment's case is closed: {said(RESOLUTION, data['resolution'])}.",
    "overpayment.resolved": lambda data: f"The overpayment's case is closed: {said(RESOLUTION, data['resolution'])}.",
    "work_item.opened": lambda data: f"Waited for: {said(WAITS_FOR, data['kind'])}, payer {data['payer_order']}.",
    "work_item.auto_closed": lambda data: f"What was waited for came: {said(WAITS_FOR, data['kind'])}.",
    "work_item.overdue": lambda data: (
        f"Overdue: {said(WAITS_FOR, data['kind'])}, payer {data['payer_order']}; {data['owner']} asks."
    ),
    "denial.opened": _denial_opened,
    "denial.superseded": lambda data: f"The denial case ends: {said(DENIAL_ENDS, data['by'])}.",
    "denial.reopened": lambda data: f"The denial case is open again for {dollars(data['denied_cents'])}.",
    "patient_balance.released": lambda data: (
        f"The patient owes {dollars(data['patient_cents'])}; all payers are final."
    ),
    "patient_balance.recalled": lambda _: "The patient is not asked for now: something is open with a payer again.",
    "claim.reopened": lambda _: "Opened again: something is left to be done about its money.",
    "claim.closed": lambda data: f"Closed: {words.CLOSED[ClosedReason(data['reason'])]}.",
    "event.parked": lambda data: (
        f"{data['event_type'] or 'An event'} waits for a person at {data['consumer']}: {words.plain(data['reason'])}."
    ),
    "event.released": lambda data: (
        f"An event waits for nobody at {data['consumer']} any more: "
        f"{'a person released it' if data['by'] == 'person' else 'what it waited for came'}."
    ),
    "event.skipped": lambda data: f"A person left an event out for good at {data['consumer']}.",
    "organization.created": lambda data: f"A {data['kind']} organization was made.",
    "api_key.issued": lambda data: f"API key {data['key_id']} was issued.",
    "api_key.revoked": lambda data: f"API key {data['key_id']} counts no more.",
    "signing_key.published": lambda _: "The console published a signing key.",
    "data_key.wrapped": lambda data: f"Data key for {data['purpose']}, version {data['version']}.",
}
