"""Payments in the words of those who post them: states, steps of matching, accounts, reasons, and what was refused."""

from collections.abc import Mapping
from typing import Final

from claimwright_console.domain.words import plain

FILE_STATE: Final[Mapping[str, str]] = {
    "received": "came in",
    "posting": "being posted",
    "posted": "posted",
    "quarantined": "held in part or whole",
    "duplicate": "same payment again",
}
DENIAL_ENDS: Final[Mapping[str, str]] = {
    "reversed": "its payer took the decision back",
    "taken_off": "the decision was taken off the claim",
    "decided_otherwise": "nothing that it denied is in dispute any more",
}
SET_STATE: Final[Mapping[str, str]] = {
    "posting": "being posted",
    "posted": "posted",
    "held": "held",
    "duplicate": "same payment again",
    "clash": "same check, other content",
}
DIFFERENCE: Final[Mapping[str, str]] = {
    "remit.line_out_of_balance": "Line: charge less adjustments is not what was paid",
    "remit.claim_out_of_balance": "Claim: charge less adjustments is not what was paid",
    "remit.transaction_out_of_balance": "Payment: claims less provider-level items are not the check",
    "remit.payment_negative": "Payment below zero",
    "remit.payment_clash": "The same check came before with other content",
    "x12.no_se": "The file was cut off before the payment ended",
    "remit.posting_failed": "Posting failed; the claims behind it wait",
}
CLAIM_OUTCOME: Final[Mapping[str, str]] = {
    "1": "decided as primary",
    "2": "decided as secondary",
    "3": "decided as tertiary",
    "4": "denied",
    "19": "primary, forwarded",
    "20": "secondary, forwarded",
    "21": "tertiary, forwarded",
    "22": "takes back a payment",
    "23": "not our claim, forwarded",
    "25": "estimate only",
}
"""CLP02, in our own words."""
STANDING: Final[Mapping[str, str]] = {
    "posted": "posted",
    "reversed": "taken back since",
    "reversal": "takes back another",
    "held": "in suspense",
    "netted": "met its reversal",
    "noted": "noted, no money",
    "split": "split into parts",
    "dissolved": "put together again",
    "outside": "booked at provider level",
}
HELD_FOR: Final[Mapping[str, str]] = {
    "number_unknown": "The number is ours; its claim has not come here yet. It posts by itself when it does.",
    "number_not_ours": "The number is none of ours. Match it with a claim.",
    "answered_before": "This payer answered these lines before. Wait for the reversal, or say how this one counts.",
    "original_unknown": "It takes back a payment that was never posted here.",
    "out_of_balance": "It does not add up. Two people can post it to its claim.",
    "claim_dropped": "Its claim was dropped before it was sent.",
    "unmatched": "A person took it off its claim.",
    "part": "It is part of a split. Match it with its claim.",
    "replaced": "A correction has taken its place; its reversal is awaited.",
    "lines_answered": "The lines of this claim were answered before.",
}
HELD_FOR_SHORT: Final[Mapping[str, str]] = {
    "number_unknown": "claim not here yet",
    "number_not_ours": "number not ours",
    "answered_before": "answered before",
    "original_unknown": "original not here",
    "out_of_balance": "does not add up",
    "claim_dropped": "claim dropped",
    "unmatched": "taken off its claim",
    "part": "part of a split",
    "replaced": "replaced",
    "lines_answered": "lines answered before",
}
RUNG: Final[Mapping[str, str]] = {
    "line_control_number": "line control number",
    "code_modifiers_date_charge": "code, modifiers, date and charge",
    "code_charge": "code and charge",
    "code_shared": "code, shared by several lines",
    "code_alone": "code alone",
    "claim": "claim number alone",
    "by_hand": "a person",
    "none": "no billed line",
}
NOTE: Final[Mapping[str, str]] = {
    "recoded": "other code than billed",
    "modifiers_differ": "other modifiers",
    "charge_differs": "other charge",
    "no_date": "no date given",
    "date_differs": "other date",
    "line_control_number_differs": "other line control number",
}
LIKENESS: Final[Mapping[str, str]] = {
    "written_otherwise": "the same number, written otherwise",
    "cut": "a piece of this number",
    "padded": "this number with something around it",
    "one_character_differs": "one character differs",
    "charge_equals": "same charge",
}
ACT: Final[Mapping[str, str]] = {
    "match": "matched with a claim",
    "match_lines": "lines matched by hand",
    "unmatch": "taken off its claim",
    "split": "split",
    "correction": "counted as a correction",
    "additional": "counted beside what was posted",
    "reverses": "counted as a reversal",
    "nothing": "counted as nothing",
    "outside": "booked at provider level",
    "undo": "undid an act",
}
ACCOUNT: Final[Mapping[str, str]] = {
    "charges": "Charges",
    "receivable.insurance": "Payer owes",
    "receivable.disputed": "Denied, in dispute",
    "receivable.patient": "Patient owes",
    "payments": "Payer paid",
    "adjustment.contractual": "Contract discount",
    "adjustment.sequestration": "Federal cut",
    "adjustment.bundling": "Moved within a bundle",
    "adjustment.increase": "Paid above the charge",
    "adjustment.capitation": "Paid by head",
    "suspense": "Suspense",
    "provider.takeback": "Takebacks",
    "provider.forwarded_balance": "Forwarded balances",
    "provider.interest": "Interest",
    "provider.refund": "Refunds acknowledged",
    "provider.advance": "Advances",
    "provider.settlement": "Settlements",
    "provider.capitation": "Capitation",
    "provider.withheld": "Withheld for later",
    "provider.levy": "Taxes and levies",
    "provider.penalty": "Penalties",
    "provider.other": "Other, provider level",
    "bank.deposits": "At the bank",
    "bank.deposited": "Payments found at the bank",
}
CAUSE: Final[Mapping[str, str]] = {
    "billed_claim": "Billed",
    "billed_claim_change": "Billed otherwise",
    "remit_claim": "Remittance posted",
    "suspense_release": "Suspense found its claim",
    "provider_item": "Provider-level item",
    "accepted_difference": "Difference accepted",
    "deposit_match": "Deposit matched",
    "deposit_unmatch": "Deposit taken apart",
    "dropped_claim": "Claim dropped",
    "person_act": "A person's act",
}
DEPOSIT_STATE: Final[Mapping[str, str]] = {"open": "unmatched", "matched": "matched", "set_aside": "set aside"}
DEPOSIT_KIND: Final[Mapping[str, str]] = {"ach_credit": "EFT", "credit": "check or other credit", "debit": "debit"}
DEPOSIT_FLAG: Final[Mapping[str, str]] = {
    "remit_without_eft": "ERA without its money",
    "eft_without_remit": "money without its ERA",
    "mismatched": "same trace number, does not fit",
}
DEPOSIT_REASON: Final[Mapping[str, str]] = {
    "trace_equals": "same trace number",
    "trace_similar": "trace number alike",
    "trace_differs": "other trace number",
    "trace_missing": "no trace number",
    "payer_equals": "same payer id",
    "payer_differs": "other payer id",
    "amount_equals": "same amount",
    "amount_differs": "other amount",
    "date_near": "days near",
    "date_far": "days far apart",
}
EXPECTS: Final[Mapping[str, str]] = {"eft": "EFT", "check": "check", "nothing": "nothing"}
VARIANCE_KIND: Final[Mapping[str, str]] = {"underpaid": "underpaid", "overpaid": "overpaid"}
VARIANCE_BASIS: Final[Mapping[str, str]] = {
    "code": "amount for the code",
    "schedule": "fee schedule",
    "charge": "percent of charge",
    "case_rate": "case rate",
}
RESOLUTION: Final[Mapping[str, str]] = {
    "accepted": "left as it is",
    "recovered": "the payer paid the rest",
    "returned": "given back to the payer",
    "terms_were_wrong": "our terms were wrong",
}
WAITS_FOR: Final[Mapping[str, str]] = {
    "correction": "a correction after a reversal",
    "forwarded_payer": "the payer that it was forwarded to",
    "takeback": "a takeback that was announced",
}
WHY: Final[Mapping[str, str]] = {
    "deductible": "deductible",
    "coinsurance": "coinsurance",
    "copay": "copay",
    "not_covered": "not covered by the plan",
    "paid_to_you": "the plan paid the patient",
    "other": "other",
}
THING: Final[Mapping[str, str]] = {
    "transaction": "the payment",
    "claim": "claim",
    "line": "line",
    "provider_item": "provider-level item",
}

REFUSED: Final[Mapping[str, str]] = {
    "remit.not_held": "Nothing holds this payment any more; see how it stands now.",
    "remit.not_acceptable": "Nobody can accept this: ask the payer for the file again.",
    "remit.proposed_before": "Somebody has proposed this already; another person has to approve it.",
    "remit.not_proposed": "Nobody has proposed this as you saw it. One person proposes, another approves.",
    "remit.same_person": "You proposed this yourself; another person has to approve it.",
    "remit.posted_since": "This payment was posted from another file since; its money is in the books.",
    "remit.not_waiting": "This no longer waits in suspense; somebody matched it, or its claim came.",
    "remit.claim_not_billed": "Remittance knows no such billed claim. Choose one that was sent to a payer.",
    "remit.out_of_balance": "This does not add up; that takes two people. Propose it with its claim.",
    "remit.not_out_of_balance": "This waits for another reason; one person can match it.",
    "remit.unknown": "No such remit claim is here.",
    "remit.not_on_claim": "This is on no claim, or it is paired with another one; undo that first.",
    "remit.decided_already": "This does not wait for such a decision any more.",
    "remit.nothing_to_correct": "No decision that counts has answered these lines; there is nothing to correct.",
    "remit.no_such_original": "That is no posted decision of the same payer on the same claim.",
    "remit.money_waits": "This brought money, so it can't count as nothing.",
    "remit.line_answered": "Another decision of this payer has answered that line.",
    "remit.lines_differ": "Name each line once, and only lines that were billed.",
    "remit.parts_differ": "Put each line into one part, and make two parts at least.",
    "remit.remittance_unknown": "No such transaction is here.",
    "remit.nothing_to_compare": "There is no second transaction to compare it with.",
    "act.unknown": "No such act is here.",
    "act.undone_before": "This was undone before.",
    "act.built_upon": "Something was done since that builds upon this; undo that first.",
    "deposit.unknown": "No such deposit is here.",
    "deposit.not_open": "This deposit is matched or set aside already.",
    "deposit.remittance_not_waiting": "Choose posted remittances that have no deposit yet.",
    "deposit.amount_differs": "The remittances add up to another amount than the bank credited.",
    "deposit.not_matched": "This deposit is matched with nothing.",
    "deposit.not_set_aside": "Nobody has set this deposit aside.",
    "day.closed_before": "This day is closed already.",
    "day.not_begun": "This day has not begun yet.",
    "variance.unknown": "No such case is here.",
    "variance.resolved_before": "This case is closed already.",
    "request_malformed": "Something in the form is not as it should be; a reason has 3 to 200 characters.",
}
"""What an owner's refusal means, by its code."""


def said(table: Mapping[str, str], code: str | None) -> str:
    """Return the words for a code; one that is new to us is shown as it is, with its underscores as spaces."""
    if code is None:
        return "–"
    return table.get(code) or plain(code.rpartition(".")[2])


def tone_of(state: str) -> str:
    """Return how a state of a file, transaction, remit claim, deposit or case is colored."""
    if state in {"posted", "matched", "resolved", "netted"}:
        return "good"
    if state in {"held", "clash", "quarantined", "open"}:
        return "bad" if state == "clash" else "warn"
    return "accent" if state in {"posting", "received"} else ""


def payer_said(code: str) -> str:
    """Return what a payer's claim status says."""
    return CLAIM_OUTCOME.get(code, f"status {code}")
