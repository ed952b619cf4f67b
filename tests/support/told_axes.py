"""What remittance told of its claims, folded as every reader folds it, against what stands in its own tables."""

import json
from collections import defaultdict
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from claimwright import ids
from claimwright.events.lifecycle import Axes, ClaimEvent, fold
from claimwright.events.lifecycle_words import Balance, Outcome, Stage
from claimwright_remittance.domain.claims.books import AccountState, ClaimBooks, Decision, Heeded
from claimwright_remittance.domain.patients.account import Close, Release
from tests.support.builders_events import a_sent_claim

_STAGE = {"closed": Stage.CLOSED, "released": Stage.PATIENT_BALANCE}
_GIVEN_UP = {AccountState.CLOSED: "claim.reopened.v1", AccountState.RELEASED: "patient_balance.recalled.v1"}
_COMPARED = {Outcome.UNDERPAID_SUSPECT, Outcome.OVERPAID}


async def told_otherwise(root: "asyncpg.Connection[asyncpg.Record]", org_id: UUID) -> list[str]:
    """Return where the axes that readers fold from the events are not what stands in the tables."""
    events: defaultdict[str, list[ClaimEvent]] = defaultdict(list)
    for row in await root.fetch("select * from outbox where org_id = $1", org_id):
        events[row["key"]].append(_event(row))
    states = {row["claim_id"]: row for row in await root.fetch("select * from claim_account where org_id = $1", org_id)}
    found: list[str] = []
    for claim_id, state in states.items():
        name = ids.text(ids.CLAIM, claim_id)
        if not any("outcome_version" in event.data for event in events[name]):
            continue
        axes = fold(events[name])
        outcomes = await root.fetch("select * from claim_outcome where claim_id = $1 order by version", claim_id)
        cases = await root.fetch("select id from denial_case where claim_id = $1 and state = 'OPEN'", claim_id)
        latest = {row["payer_order"]: Outcome(row["outcome"]) for row in outcomes}
        found += [f"{name}: {each}" for each in _faults(axes, state["state"], state["patient_cents"], latest)]
        if {each.id for each in axes.cases if each.state == "OPEN"} != {
            ids.text(ids.DENIAL, row["id"]) for row in cases
        }:
            found.append(f"{name}: other denial cases are open than was told")
    return found


class ToldInMemory:
    """The events of one claim, as `keep_changes` makes them of what the domain says."""

    def __init__(self) -> None:
        self._history = a_sent_claim()
        self._is_decided = False

    def take(self, heeded: Heeded) -> None:
        """Tell what one change came to."""
        due: dict[str, Any] = {"owner": "posting", "due_at": "2026-03-12T00:00:00+00:00"}
        if heeded.given_up is not None:
            self._history.add(_GIVEN_UP[heeded.given_up], **due)
        for decision in heeded.decisions:
            self._is_decided = True
            self._history.add(_type_of(decision), **_data_of(heeded.books, decision), **due)
        match heeded.step:
            case Release(patient_cents=cents):
                self._history.add("patient_balance.released.v1", patient_cents=cents, **due)
            case Close(reason=reason):
                self._history.add("claim.closed.v1", reason=reason.value)
            case None:
                pass

    def faults(self, books: ClaimBooks) -> list[str]:
        """Return where the axes that readers fold are not what stands in the books."""
        if not self._is_decided:
            return []
        return _faults(fold(self._history.events), books.state.value, books.patient_cents, dict(books.outcomes))


def _type_of(decision: Decision) -> str:
    if decision.is_taken_back:
        return "claim.reversed.v1"
    if decision.outcome is Outcome.NOT_RECOGNISED:
        return "claim.not_recognised.v1"
    is_again = decision.follows_reversal or decision.is_restated
    return "claim.readjudicated.v1" if is_again else "claim.adjudicated.v1"


def _data_of(books: ClaimBooks, decision: Decision) -> dict[str, Any]:
    return {
        "payer_order": decision.heard.payer_order,
        "payer_count": books.billed.payer_count if books.billed else 1,
        "outcome": decision.outcome.value,
        "outcome_version": decision.version,
        "charge_cents": decision.charge_cents,
        "paid_cents": decision.paid_cents,
        "adjusted_cents": decision.adjusted_cents,
        "patient_cents": decision.patient_cents,
        "open_cents": decision.open_cents,
    }


def _faults(axes: Axes, state: str, patient_cents: int, latest: dict[int, Outcome]) -> list[str]:
    faults: list[str] = []
    wanted = _STAGE.get(state)
    if axes.stage is not wanted and (wanted or axes.stage in _STAGE.values()):
        faults.append(f"its account is {state}, and it was told as {axes.stage}")
    if (axes.balance is Balance.PATIENT) != (state == "released"):
        faults.append(f"its account is {state}, and {axes.balance} was told")
    if axes.balance is Balance.PATIENT and axes.patient_cents != patient_cents:
        faults.append(f"the patient owes {patient_cents}, and {axes.patient_cents} was told")
    if (axes.closed_reason is not None) != (state == "closed"):
        faults.append(f"its account is {state}, and the reason to close it is {axes.closed_reason}")
    told = {order: each[-1] for order, each in axes.outcomes.items() if each[-1] is not Outcome.FORWARDED}
    if any(told[order] is not latest.get(order) and told[order] not in _COMPARED for order in told):
        faults.append(f"its payers decided {latest}, and {told} was told")
    return faults


def _event(row: asyncpg.Record) -> ClaimEvent:
    headers: dict[str, Any] = json.loads(row["headers"])
    return ClaimEvent(
        id=row["event_id"],
        type=row["type"],
        topic=row["topic"],
        version=row["version"],
        occurred_at=datetime.fromisoformat(headers["ce_time"]),
        causation_id=None,
        data=json.loads(row["payload"])["data"],
    )
