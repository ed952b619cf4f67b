"""The five axes of a claim, folded from the set of its events.

The order in which events arrive never matters. Within a topic the publisher's count orders them; across topics an event
follows the one that caused it; what is left open is ordered by moment, then by how much the speaker knows, then by id.
How much a speaker knows (`EVIDENCE_RANK`) also decides whether an answer moves the claim at all: a 999 that comes after
the payer's 277CA is kept and shown, and changes nothing.

Source: docs/domain/lifecycle.md, the rules that never bend, 1.
"""

import heapq
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any, Final
from uuid import UUID

from claimwright.events.envelope import Received
from claimwright.events.lifecycle_words import Balance, ClosedReason, Flag, Outcome, Stage
from claimwright.events.upcasting import newest_data


@dataclass(frozen=True, slots=True)
class ClaimEvent:
    """One event of one claim, as much of it as the fold needs; `data` is the clear part as JSON data."""

    id: UUID
    type: str
    topic: str
    version: int
    occurred_at: datetime
    causation_id: UUID | None
    data: Mapping[str, Any]

    @classmethod
    def of(cls, received: Received) -> "ClaimEvent":
        """Return a received event as it is kept for the fold: as it was published."""
        return cls(
            id=received.id,
            type=received.published_type,
            topic=received.topic,
            version=received.version,
            occurred_at=received.occurred_at,
            causation_id=received.causation_id,
            data=received.published_data,
        )

    def newest(self) -> "ClaimEvent":
        """Return this event in the newest version of its type."""
        name, data = newest_data(self.type, self.data)
        return self if name == self.type else replace(self, type=name, data=data)


@dataclass(frozen=True, slots=True)
class Case:
    """A denial case: its id, the payer order it is about, and where it stands."""

    id: str
    payer_order: int
    state: str


@dataclass(frozen=True, slots=True)
class Axes:
    """Where a claim stands: stage, outcome by payer order (each version kept), balance, cases, flags.

    Cents are zero until an event tells them. `owner` and `due_at` are None only when nothing is left to do.
    """

    stage: Stage = Stage.RECEIVED
    closed_reason: ClosedReason | None = None
    outcomes: Mapping[int, tuple[Outcome, ...]] = field(default_factory=dict)
    balance: Balance = Balance.INSURANCE
    cases: tuple[Case, ...] = ()
    flags: frozenset[Flag] = frozenset()
    owner: str | None = None
    due_at: datetime | None = None
    encounter_id: str | None = None
    charge_cents: int = 0
    paid_cents: int = 0
    adjusted_cents: int = 0
    patient_cents: int = 0
    open_cents: int = 0


EVIDENCE_RANK: Final[Mapping[str, int]] = {
    "submission.sent.v1": 1,
    "submission.outcome_unknown.v1": 1,
    "submission.outcome_resolved.v1": 1,
    "submission.refused.v1": 1,
    "ack.interchange_rejected.v1": 2,
    "ack.set_accepted.v1": 3,
    "ack.set_rejected.v1": 3,
    "ack.clearinghouse_accepted.v1": 4,
    "ack.clearinghouse_rejected.v1": 4,
    "ack.payer_received.v1": 5,
    "ack.payer_accepted.v1": 6,
    "ack.payer_rejected.v1": 6,
    "claim.adjudicated.v1": 8,
    "claim.reversed.v1": 8,
    "claim.readjudicated.v1": 8,
    "claim.not_recognised.v1": 8,
    "patient_balance.released.v1": 8,
    "patient_balance.recalled.v1": 8,
    "claim.closed.v1": 8,
    "claim.reopened.v1": 8,
}
"""How much the speaker of an event knows of what became of a claim; rank 7 is kept for the 277 status answer."""

STAGE_OF: Final[Mapping[str, Stage]] = {
    "encounter.received.v1": Stage.RECEIVED,
    "encounter.incomplete.v1": Stage.INCOMPLETE,
    "encounter.completed.v1": Stage.RECEIVED,
    "encounter.not_billable.v1": Stage.NOT_BILLABLE,
    "coding.started.v1": Stage.CODING,
    "claim.coded.v1": Stage.READY,
    "claim.scrub_failed.v1": Stage.SCRUB_FAILED,
    "claim.scrub_passed.v1": Stage.READY,
    "claim.held.v1": Stage.HELD,
    "claim.released.v1": Stage.READY,
    "submission.build_failed.v1": Stage.SCRUB_FAILED,
    "claim.dropped.v1": Stage.NOT_BILLABLE,
    "claim.queued.v1": Stage.QUEUED,
    "submission.sent.v1": Stage.TRANSMITTED,
    "submission.outcome_unknown.v1": Stage.TRANSMIT_UNKNOWN,
    "submission.refused.v1": Stage.FILE_REJECTED,
    "submission.rebuilt.v1": Stage.QUEUED,
    "ack.interchange_rejected.v1": Stage.FILE_REJECTED,
    "ack.set_accepted.v1": Stage.TRANSMITTED,
    "ack.set_rejected.v1": Stage.FILE_REJECTED,
    "ack.clearinghouse_accepted.v1": Stage.CH_ACCEPTED,
    "ack.clearinghouse_rejected.v1": Stage.CH_REJECTED,
    "ack.payer_received.v1": Stage.PAYER_RECEIVED,
    "ack.payer_accepted.v1": Stage.PAYER_ACCEPTED,
    "ack.payer_rejected.v1": Stage.PAYER_REJECTED,
    "claim.adjudicated.v1": Stage.ADJUDICATED,
    "claim.reversed.v1": Stage.ADJUDICATED,
    "claim.readjudicated.v1": Stage.ADJUDICATED,
    "claim.not_recognised.v1": Stage.PAYER_REJECTED,
    "patient_balance.released.v1": Stage.PATIENT_BALANCE,
    "patient_balance.recalled.v1": Stage.ADJUDICATED,
    "claim.closed.v1": Stage.CLOSED,
    "claim.reopened.v1": Stage.ADJUDICATED,
}
"""The stage that an event moves a claim to, where the rules let it; an event that is not named moves none."""

BEFORE_SENDING: Final = frozenset({
    Stage.RECEIVED, Stage.INCOMPLETE, Stage.CODING, Stage.CODING_QUERY, Stage.SCRUB_FAILED, Stage.HELD, Stage.READY,
})  # fmt: skip
REJECTED: Final = frozenset({Stage.FILE_REJECTED, Stage.CH_REJECTED, Stage.PAYER_REJECTED})
AT_REST: Final = frozenset({Stage.CLOSED, Stage.NOT_BILLABLE, Stage.VOIDED, Stage.REPLACED})

_BEFORE_SENDING_EVENTS: Final = frozenset({
    "encounter.received.v1", "encounter.incomplete.v1", "encounter.completed.v1", "encounter.not_billable.v1",
    "coding.started.v1", "claim.coded.v1", "claim.scrub_failed.v1", "claim.scrub_passed.v1", "claim.held.v1",
    "claim.released.v1",
})  # fmt: skip

_DECISIONS: Final = frozenset({"claim.adjudicated.v1", "claim.readjudicated.v1"})

_Turn = tuple[datetime, int, UUID]
"""What decides between events of which none has to wait for another: their moments, what their speakers know, ids."""

_DAYS: Final = timedelta(days=1)
USUAL_CLOCK: Final[Mapping[Stage, tuple[str, timedelta]]] = {
    Stage.RECEIVED: ("intake", _DAYS),
    Stage.CODING: ("coding", 2 * _DAYS),
    Stage.READY: ("submission", _DAYS),
    Stage.QUEUED: ("submission", _DAYS),
    Stage.TRANSMITTED: ("submission", timedelta(hours=2)),
    Stage.CH_ACCEPTED: ("submission", 2 * _DAYS),
    Stage.PAYER_RECEIVED: ("follow-up", 30 * _DAYS),
    Stage.PAYER_ACCEPTED: ("follow-up", 30 * _DAYS),
    Stage.ADJUDICATED: ("posting", 3 * _DAYS),
}
"""Who looks when a claim stays in a stage, and after how long, where the event itself names nobody."""


def in_order(events: Iterable[ClaimEvent]) -> list[ClaimEvent]:
    """Return the events of one claim in the one order that their set has.

    Shape: events of one claim; the same event may come twice.
    """
    known = {event.id: event.newest() for event in events}
    by_topic: dict[str, list[ClaimEvent]] = defaultdict(list)
    for event in known.values():
        by_topic[event.topic].append(event)

    waits_for: dict[UUID, int] = dict.fromkeys(known, 0)
    followers: dict[UUID, list[UUID]] = defaultdict(list)
    for row in by_topic.values():
        row.sort(key=lambda event: (event.version, event.id))
        for earlier, later in pairwise(row):
            followers[earlier.id].append(later.id)
            waits_for[later.id] += 1
    for event in known.values():
        if event.causation_id in known and known[event.causation_id].topic != event.topic:
            followers[event.causation_id].append(event.id)
            waits_for[event.id] += 1

    ready = [_turn(known[event_id]) for event_id, count in waits_for.items() if count == 0]
    heapq.heapify(ready)
    ordered: list[ClaimEvent] = []
    while ready:
        event = known[heapq.heappop(ready)[2]]
        ordered.append(event)
        for follower in followers[event.id]:
            waits_for[follower] -= 1
            if waits_for[follower] == 0:
                heapq.heappush(ready, _turn(known[follower]))
    return ordered


def _turn(event: ClaimEvent) -> _Turn:
    return event.occurred_at, EVIDENCE_RANK.get(event.type, 0), event.id


def supersedes(
    new: tuple[int, datetime | None],
    standing: tuple[int, datetime | None],
) -> bool:
    """Return whether an answer of one (rank, moment it was given) counts more than the one that stands."""
    if new[0] != standing[0] or new[1] is None or standing[1] is None:
        return new[0] >= standing[0]
    return new[1] >= standing[1]


_OF_DECISION: Final = ("outcome", "outcome_version", "paid_cents", "adjusted_cents", "payer_count")


@dataclass(slots=True)
class Folding:
    """How far the fold of one claim has come, so that it can go on with what happens later.

    It is changed in place: to make new axes at each event took most of a fold's time. Beside the axes it keeps the
    evidence that stands and the last decision of each payer order; and of the events that it has taken the last version
    and the last turn of each topic, and a part of the ids that they name as their causes.
    """

    stage: Stage = Stage.RECEIVED
    closed_reason: ClosedReason | None = None
    outcomes: dict[int, tuple[Outcome, ...]] = field(default_factory=dict)
    cases: tuple[Case, ...] = ()
    flags: frozenset[Flag] = frozenset()
    owner: str | None = None
    due_at: datetime | None = None
    encounter_id: str | None = None
    charge_cents: int = 0
    paid_cents: int = 0
    adjusted_cents: int = 0
    patient_cents: int = 0
    open_cents: int = 0
    evidence: tuple[int, datetime | None] = (0, None)
    decisions: dict[int, dict[str, int | str]] = field(default_factory=dict)
    released: bool = False
    last: dict[str, tuple[int, _Turn]] = field(default_factory=dict)
    causes: set[int] = field(default_factory=set)

    def take(self, event: ClaimEvent) -> Stage:
        """Take the event that is next in the one order, and return the stage after it."""
        turn = _turn(event)
        _, before = self.last.get(event.topic, (0, turn))
        self.last[event.topic] = event.version, max(turn, before)
        if event.causation_id is not None:
            self.causes.add(_part(event.causation_id))
        _apply(self, event)
        return self.stage

    def settled(self) -> Axes:
        """Return the axes after all events that were taken."""
        return Axes(
            stage=self.stage,
            closed_reason=self.closed_reason,
            outcomes=dict(self.outcomes),
            balance=_balance(self),
            cases=self.cases,
            flags=self.flags,
            owner=self.owner,
            due_at=self.due_at,
            encounter_id=self.encounter_id,
            charge_cents=self.charge_cents,
            paid_cents=self.paid_cents,
            adjusted_cents=self.adjusted_cents,
            patient_cents=self.patient_cents,
            open_cents=self.open_cents,
        )

    def goes_on_with(self, events: Iterable[ClaimEvent]) -> bool:
        """Return whether these events, none of which was taken, come after all that were, in the one order of all.

        Of what is ready, the order takes the earliest turn first. So an event comes last that waits for its topic's
        others by their count, has a later turn than those of all other topics, and is the cause of none. An id that is
        taken for another's is no harm: then the fold begins anew.
        """
        return all(
            _part(event.id) not in self.causes
            and all(
                event.version > version if topic == event.topic else _turn(event) > turn
                for topic, (version, turn) in self.last.items()
            )
            for event in (each.newest() for each in events)
        )


def _part(event_id: UUID) -> int:
    return event_id.int & 0xFFFF_FFFF


def fold(events: Iterable[ClaimEvent]) -> Axes:
    """Return the axes of one claim from the set of its events."""
    return fold_by_steps(in_order(events))[0]


def fold_by_steps(ordered: Iterable[ClaimEvent]) -> tuple[Axes, list[Stage]]:
    """Return the axes of one claim from its events in their one order, and the stage after each of these."""
    state = Folding()
    stages = [state.take(event) for event in ordered]
    return state.settled(), stages


def _apply(state: Folding, event: ClaimEvent) -> None:
    stage = _stage_after(state, event)
    if stage is not None:
        state.stage = stage
        state.owner, state.due_at = _due(event, stage)
    effect = _EFFECTS.get(event.type)
    if effect is not None:
        effect(state, event)


def _stage_after(state: Folding, event: ClaimEvent) -> Stage | None:
    """Return the stage that the event moves the claim to, or None where it changes nothing."""
    current = state.stage
    if event.type in _BEFORE_SENDING_EVENTS:
        # Work before sending counts only while nothing is on its way, or after what was sent came back rejected.
        return STAGE_OF[event.type] if current in BEFORE_SENDING or current in REJECTED else None
    if event.type == "submission.build_failed.v1":
        return STAGE_OF[event.type] if current is Stage.QUEUED else None
    if event.type == "claim.dropped.v1":
        return STAGE_OF[event.type]  # submission says it only of a claim that nobody was sent
    if event.type in {"claim.queued.v1", "submission.rebuilt.v1"}:
        if any(decision["outcome"] != Outcome.NOT_RECOGNISED for decision in state.decisions.values()):
            return None
        # A payer that did not know the patient has decided nothing: the mended claim is billed anew.
        state.decisions.clear()
        state.evidence = (0, None)
        return Stage.QUEUED
    rank = EVIDENCE_RANK.get(event.type)
    if rank is None or event.data.get("attempt_is_over"):
        return None
    said_at = event.data.get("answered_at")
    evidence = (rank, datetime.fromisoformat(said_at) if said_at else None)
    if not supersedes(evidence, state.evidence):
        return None
    if said_at and evidence == state.evidence and current in REJECTED:
        # Two answers of one moment that contradict each other: the one that wants somebody's eyes stands.
        return None
    state.evidence = evidence
    is_over = current in {Stage.PATIENT_BALANCE, Stage.CLOSED}
    if event.type in _DECISIONS and is_over and not _leaves_open(state, event.data):
        # One more decision, or one that another payer's restated, opens nothing by itself.
        return None
    if event.type == "submission.outcome_resolved.v1":
        return Stage.TRANSMITTED if event.data["was_sent"] else Stage.QUEUED
    return STAGE_OF.get(event.type)


def _leaves_open(state: Folding, decision: Mapping[str, Any]) -> bool:
    """Return whether a decision leaves anything open but what the patient was asked for.

    That is told before the decision. Release 0.1.0 did not tell it yet, and its events are read as well.
    """
    asked_for = decision["patient_cents"] if state.released else 0
    return decision["open_cents"] not in {0, asked_for}


def _due(event: ClaimEvent, stage: Stage) -> tuple[str | None, datetime | None]:
    if stage in AT_REST:
        return None, None
    if event.data.get("owner"):
        return event.data["owner"], datetime.fromisoformat(event.data["due_at"])
    owner, wait = USUAL_CLOCK.get(stage, ("operations", _DAYS))
    return owner, event.occurred_at + wait


def _take_charge(state: Folding, event: ClaimEvent) -> None:
    """Take what a version of the encounter charges; what is on its way to a payer or decided is billed as it was."""
    if state.decisions:
        return
    is_billing = event.type == "claim.queued.v1"
    if is_billing or state.stage in BEFORE_SENDING or state.stage in REJECTED:
        state.encounter_id = event.data.get("encounter_id", state.encounter_id)
        state.charge_cents = state.open_cents = event.data["charge_cents"]


def _take_decision(state: Folding, event: ClaimEvent) -> None:
    if _leaves_open(state, event.data):
        _open_again(state, event)
    order = int(event.data["payer_order"])
    version = int(event.data["outcome_version"])
    standing = state.decisions.get(order)
    outcomes = state.outcomes.get(order, ())
    if standing is None and outcomes == (Outcome.FORWARDED,):
        outcomes = ()
    if standing is None or version > int(standing["outcome_version"]):
        # One that is only restated is the same decision in other cents: what was shown over it since still stands.
        outcomes = (*outcomes, Outcome(event.data["outcome"]))
    state.decisions[order] = {name: event.data[name] for name in _OF_DECISION if name in event.data}
    # Paid and adjusted are told by payer; charge, patient's share and what is open are of the whole claim, whichever
    # payer's decision was the last to be posted.
    state.outcomes[order] = outcomes
    state.charge_cents = event.data["charge_cents"]
    state.paid_cents = sum(int(decision["paid_cents"]) for decision in state.decisions.values())
    state.adjusted_cents = sum(int(decision["adjusted_cents"]) for decision in state.decisions.values())
    state.patient_cents = event.data["patient_cents"]
    state.open_cents = event.data["open_cents"]


def _open_again(state: Folding, _: ClaimEvent) -> None:
    """What was closed is open, and what the patient was asked for is recalled."""
    state.released = False
    state.closed_reason = None


def _reverse(state: Folding, event: ClaimEvent) -> None:
    _open_again(state, event)
    _take_decision(state, event)


def _forward(state: Folding, event: ClaimEvent) -> None:
    """The next payer has the claim; what it decides takes the place of that."""
    order = int(event.data["payer_order"])
    if order not in state.outcomes:
        state.outcomes[order] = (Outcome.FORWARDED,)


def _open_case(state: Folding, event: ClaimEvent) -> None:
    case = Case(id=event.data["denial_id"], payer_order=int(event.data["payer_order"]), state="OPEN")
    state.cases = (*state.cases, case)
    state.owner = event.data["owner"]
    state.due_at = datetime.fromisoformat(event.data["due_at"])


def _end_case(state: Folding, event: ClaimEvent) -> None:
    _move_case(state, event.data["denial_id"], "SUPERSEDED")


def _reopen_case(state: Folding, event: ClaimEvent) -> None:
    _move_case(state, event.data["denial_id"], "OPEN")
    _take_work(state, event)


def _move_case(state: Folding, case_id: str, case_state: str) -> None:
    state.cases = tuple(replace(each, state=case_state) if each.id == case_id else each for each in state.cases)


def _suspect(state: Folding, event: ClaimEvent) -> None:
    """Show a payer's decision as paid otherwise than the contract says; its next decision takes the place of that."""
    order = int(event.data["payer_order"])
    is_less = event.type == "underpayment.suspected.v1"
    shown = Outcome.UNDERPAID_SUSPECT if is_less else Outcome.OVERPAID
    versions = state.outcomes.get(order, ())
    if versions and versions[-1] is not shown:
        state.outcomes[order] = (*versions, shown)


def _clear(state: Folding, event: ClaimEvent) -> None:
    """Show a payer's decision as it was, where nothing has taken its place meanwhile."""
    order = int(event.data["payer_order"])
    versions = state.outcomes.get(order, ())
    if order in state.decisions and versions and versions[-1] in {Outcome.UNDERPAID_SUSPECT, Outcome.OVERPAID}:
        state.outcomes[order] = (*versions, Outcome(str(state.decisions[order]["outcome"])))


def _take_work(state: Folding, event: ClaimEvent) -> None:
    """Let who waits for something, or asks for what did not come, own the claim until its next move."""
    if state.stage not in AT_REST:
        state.owner = event.data["owner"]
        state.due_at = datetime.fromisoformat(event.data["due_at"])


def _release(state: Folding, event: ClaimEvent) -> None:
    state.released = True
    state.closed_reason = None
    state.patient_cents = event.data["patient_cents"]


def _close(state: Folding, event: ClaimEvent) -> None:
    state.released = False
    state.closed_reason = ClosedReason(event.data["reason"])


def _receive(state: Folding, event: ClaimEvent) -> None:
    _take_charge(state, event)
    if event.data.get("duplicate_suspect"):
        state.flags |= {Flag.DUPLICATE_SUSPECT}


_EFFECTS: Final[Mapping[str, Callable[[Folding, ClaimEvent], None]]] = {
    "encounter.received.v1": _receive,
    "encounter.completed.v1": _take_charge,
    "encounter.amended.v1": _take_charge,
    "claim.coded.v1": _take_charge,
    "claim.queued.v1": _take_charge,
    "claim.adjudicated.v1": _take_decision,
    "claim.reversed.v1": _reverse,
    "claim.readjudicated.v1": _take_decision,
    "claim.not_recognised.v1": _take_decision,
    "next_payer.forwarded.v1": _forward,
    "denial.opened.v1": _open_case,
    "denial.superseded.v1": _end_case,
    "denial.reopened.v1": _reopen_case,
    "underpayment.suspected.v1": _suspect,
    "overpayment.identified.v1": _suspect,
    "underpayment.resolved.v1": _clear,
    "overpayment.resolved.v1": _clear,
    "work_item.opened.v1": _take_work,
    "work_item.overdue.v1": _take_work,
    "patient_balance.released.v1": _release,
    "patient_balance.recalled.v1": _open_again,
    "claim.closed.v1": _close,
    "claim.reopened.v1": _open_again,
}


def _balance(state: Folding) -> Balance:
    if state.stage in AT_REST or (state.decisions and state.open_cents == 0):
        return Balance.ZERO
    if state.open_cents < 0:
        return Balance.CREDIT
    if not state.decisions:
        return Balance.INSURANCE
    if any(decision["outcome"] == Outcome.REVERSED_AWAITING_CORRECTION for decision in state.decisions.values()):
        return Balance.PATIENT_HOLD
    if state.released:
        return Balance.PATIENT
    last_order = max(state.decisions)
    if int(state.decisions[last_order]["payer_count"]) > last_order:
        return Balance.OTHER_PAYER
    if any(case.state == "OPEN" for case in state.cases):
        return Balance.INSURANCE
    return Balance.PATIENT_HOLD if state.patient_cents else Balance.INSURANCE
