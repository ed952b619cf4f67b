"""The fold of a claim's events into its five axes."""

import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claimwright.events.lifecycle import STAGE_OF, ClaimEvent, fold, in_order
from claimwright.events.lifecycle_words import Balance, ClosedReason, Outcome, Stage
from tests.support.builders_events import DAY_ONE, History, a_decision, a_sent_claim


def a_whole_life() -> History:
    history = a_sent_claim()
    history.add("ack.set_accepted.v1", answered_at=DAY_ONE.isoformat())
    history.add("ack.clearinghouse_accepted.v1", answered_at=DAY_ONE.isoformat())
    history.add("ack.payer_received.v1", answered_at=DAY_ONE.isoformat())
    history.add("ack.payer_accepted.v1", answered_at=DAY_ONE.isoformat())
    adjudicated = history.add("claim.adjudicated.v1", **a_decision())
    history.add("patient_balance.released.v1", cause=adjudicated, patient_cents=5_00)
    return history


def test_a_paid_claim_ends_with_the_patients_share_open() -> None:
    axes = fold(a_whole_life().events)

    assert axes.stage is Stage.PATIENT_BALANCE
    assert axes.balance is Balance.PATIENT
    assert axes.outcomes == {1: (Outcome.PAID_PARTIAL,)}
    assert (axes.charge_cents, axes.paid_cents, axes.adjusted_cents, axes.open_cents) == (100_00, 80_00, 15_00, 5_00)


@given(st.randoms(use_true_random=False), st.integers(0, 3))
def test_any_interleaving_and_any_repeat_give_the_same_axes(shuffler: random.Random, repeats: int) -> None:
    events = a_whole_life().events
    arrived = events + shuffler.sample(events, repeats)
    shuffler.shuffle(arrived)

    assert fold(arrived) == fold(events)


@given(st.lists(st.floats(-48, 48), min_size=11, max_size=11))
def test_clocks_that_disagree_never_turn_an_effect_before_its_cause(skews: list[float]) -> None:
    events = a_whole_life().events
    skewed = [
        replace(event, occurred_at=event.occurred_at.replace(minute=0) + skew * (DAY_ONE - DAY_ONE.replace(hour=8)))
        for event, skew in zip(events, skews, strict=True)
    ]

    order = [event.id for event in in_order(skewed)]

    for event in skewed:
        if event.causation_id is not None:
            assert order.index(event.causation_id) < order.index(event.id)
    assert fold(skewed).stage is Stage.PATIENT_BALANCE


@pytest.mark.parametrize(
    "late", ["ack.set_accepted.v1", "ack.set_rejected.v1", "ack.clearinghouse_rejected.v1", "ack.payer_rejected.v1"]
)
def test_no_acknowledgment_undoes_a_posted_remittance(late: str) -> None:
    history = a_whole_life()

    history.add(late, answered_at=DAY_ONE.isoformat(), owner="submission", due_at=DAY_ONE.isoformat())

    assert fold(history.events).stage is Stage.PATIENT_BALANCE


def test_a_later_payer_answer_turns_accept_into_reject_and_an_older_one_does_not() -> None:
    history = a_sent_claim()
    history.add("ack.payer_accepted.v1", answered_at="2026-03-03T10:00:00+00:00")

    older = history.add(
        "ack.payer_rejected.v1", answered_at="2026-03-03T09:00:00+00:00", owner="submission", due_at=DAY_ONE.isoformat()
    )
    stage_after_older = fold(history.events).stage
    history.events.remove(older)
    history.add(
        "ack.payer_rejected.v1", answered_at="2026-03-03T11:00:00+00:00", owner="submission", due_at=DAY_ONE.isoformat()
    )

    assert stage_after_older is Stage.PAYER_ACCEPTED
    assert fold(history.events).stage is Stage.PAYER_REJECTED


def test_a_999_that_comes_after_the_277ca_changes_nothing() -> None:
    history = a_sent_claim()
    history.add("ack.clearinghouse_accepted.v1", answered_at="2026-03-03T10:00:00+00:00")

    history.add("ack.set_accepted.v1", answered_at="2026-03-03T12:00:00+00:00")

    assert fold(history.events).stage is Stage.CH_ACCEPTED


def test_an_amendment_after_a_rejection_takes_the_claim_back_to_coding() -> None:
    history = a_sent_claim()
    history.add(
        "ack.payer_rejected.v1", answered_at=DAY_ONE.isoformat(), owner="submission", due_at=DAY_ONE.isoformat()
    )

    amended = history.add("encounter.amended.v1", charge_cents=90_00)
    history.add("coding.started.v1", cause=amended)
    history.add("claim.scrub_failed.v1", cause=amended, owner="coding", due_at="2026-03-09T00:00:00+00:00")

    axes = fold(history.events)
    assert axes.stage is Stage.SCRUB_FAILED
    assert axes.owner == "coding"
    assert axes.charge_cents == 90_00


def test_an_amendment_while_the_claim_is_with_the_payer_moves_no_stage() -> None:
    history = a_sent_claim()

    amended = history.add("encounter.amended.v1", charge_cents=100_00)
    history.add("coding.started.v1", cause=amended)

    assert fold(history.events).stage is Stage.TRANSMITTED


def test_an_unknown_attempt_that_was_never_seen_waits_in_the_queue_again() -> None:
    history = a_sent_claim()
    history.events.pop()
    history.add("submission.outcome_unknown.v1", owner="submission", due_at=DAY_ONE.isoformat())
    assert fold(history.events).stage is Stage.TRANSMIT_UNKNOWN

    history.add("submission.outcome_resolved.v1", was_sent=False)

    assert fold(history.events).stage is Stage.QUEUED


def test_a_denied_claim_stays_with_insurance_and_has_a_case_with_an_owner() -> None:
    history = a_sent_claim()
    decision = a_decision(outcome="DENIED", paid_cents=0, adjusted_cents=0, patient_cents=0, open_cents=100_00)
    adjudicated = history.add("claim.adjudicated.v1", **decision)
    history.add(
        "denial.opened.v1",
        cause=adjudicated,
        denial_id="dnl_1",
        payer_order=1,
        owner="denials",
        due_at="2026-04-01T00:00:00+00:00",
    )

    axes = fold(history.events)

    assert axes.stage is Stage.ADJUDICATED
    assert axes.balance is Balance.INSURANCE
    assert axes.owner == "denials"
    assert [case.state for case in axes.cases] == ["OPEN"]


def test_a_claim_with_another_payer_left_counts_as_open_with_that_payer() -> None:
    history = a_sent_claim()
    history.add("claim.adjudicated.v1", **a_decision(payer_count=2))

    assert fold(history.events).balance is Balance.OTHER_PAYER


def test_a_reversal_recalls_what_the_patient_was_asked_for_and_its_correction_counts() -> None:
    history = a_sent_claim()
    history.add("claim.adjudicated.v1", **a_decision())
    history.add("patient_balance.released.v1", patient_cents=5_00, owner="patient-accounts", due_at=DAY_ONE.isoformat())
    taken_back = {"outcome": "REVERSED_AWAITING_CORRECTION", "outcome_version": 2, "paid_cents": 0, "adjusted_cents": 0}
    history.add("claim.reversed.v1", **a_decision(**taken_back, patient_cents=0, open_cents=100_00))

    reversed_axes = fold(history.events)
    history.add("claim.readjudicated.v1", **a_decision(outcome_version=3, outcome="PAID_FULL"))
    corrected = fold(history.events)

    assert (reversed_axes.stage, reversed_axes.balance) == (Stage.ADJUDICATED, Balance.PATIENT_HOLD)
    assert (reversed_axes.paid_cents, reversed_axes.open_cents) == (0, 100_00)
    assert corrected.outcomes[1] == (
        Outcome.PAID_PARTIAL,
        Outcome.REVERSED_AWAITING_CORRECTION,
        Outcome.PAID_FULL,
    )
    assert corrected.balance is Balance.PATIENT_HOLD  # it is not released again before somebody says so


ENDS = pytest.mark.parametrize(
    ("end", "open_cents", "stage", "balance"),
    [
        (("patient_balance.released.v1", {"patient_cents": 5_00}), 5_00, Stage.PATIENT_BALANCE, Balance.PATIENT),
        (("claim.closed.v1", {"reason": "PAID"}), 0, Stage.CLOSED, Balance.ZERO),
    ],
)


@ENDS
@pytest.mark.parametrize("type_name", ["claim.readjudicated.v1", "claim.adjudicated.v1"])
def test_a_decision_opens_no_claim_again_until_somebody_says_that_it_is_open(
    end: tuple[str, dict[str, object]], open_cents: int, stage: Stage, balance: Balance, type_name: str
) -> None:
    """Seen to fail while each decision moved the claim to ADJUDICATED: one that was only restated undid a release."""
    history = a_sent_claim()
    history.add("claim.adjudicated.v1", **a_decision(open_cents=open_cents))
    history.add(end[0], **end[1], owner="patient-accounts", due_at=DAY_ONE.isoformat())

    history.add(type_name, **a_decision(paid_cents=79_00, adjusted_cents=16_00, open_cents=open_cents))
    restated = fold(history.events)
    again = "claim.reopened.v1" if stage is Stage.CLOSED else "patient_balance.recalled.v1"
    history.add(again, owner="posting", due_at=DAY_ONE.isoformat())
    opened = fold(history.events)

    assert (restated.stage, restated.balance) == (stage, balance)
    assert (restated.paid_cents, restated.outcomes[1]) == (79_00, (Outcome.PAID_PARTIAL,))
    assert (opened.stage, opened.balance) == (Stage.ADJUDICATED, Balance.PATIENT_HOLD if open_cents else Balance.ZERO)
    assert (opened.closed_reason, opened.owner) == (None, "posting")


@ENDS
def test_a_decision_of_the_first_release_opens_a_claim_by_what_it_leaves_open(
    end: tuple[str, dict[str, object]], open_cents: int, stage: Stage, balance: Balance
) -> None:
    """Seen to fail while only `claim.reopened` and `patient_balance.recalled` did, which 0.1.0 never told."""
    history = a_sent_claim()
    history.add("claim.adjudicated.v1", **a_decision(open_cents=open_cents))
    history.add(end[0], **end[1], owner="patient-accounts", due_at=DAY_ONE.isoformat())

    history.add("claim.adjudicated.v1", **a_decision(paid_cents=60_00, open_cents=25_00))

    axes = fold(history.events)
    assert (axes.stage, axes.closed_reason, axes.owner, axes.open_cents) == (Stage.ADJUDICATED, None, "posting", 25_00)
    assert axes.balance not in {Balance.PATIENT, Balance.ZERO}


def test_what_was_shown_over_a_decision_stands_until_the_payer_decides_anew() -> None:
    """Seen to fail while a restated decision wrote over the suspicion that it was underpaid."""
    history = a_sent_claim()
    history.add("claim.adjudicated.v1", **a_decision(payer_count=2))
    history.add("underpayment.suspected.v1", payer_order=1)

    history.add("claim.readjudicated.v1", **a_decision(payer_count=2, paid_cents=79_00))
    restated = fold(history.events)
    history.add("claim.readjudicated.v1", **a_decision(payer_count=2, outcome="DENIED", outcome_version=2))

    assert restated.outcomes[1] == (Outcome.PAID_PARTIAL, Outcome.UNDERPAID_SUSPECT)
    assert fold(history.events).outcomes[1][-1] is Outcome.DENIED
    assert fold(history.events).outcomes[1][:2] == restated.outcomes[1]


def test_a_denial_case_ends_with_its_decision_and_opens_again_with_it() -> None:
    history = a_sent_claim()
    due = {"owner": "denials", "due_at": "2026-04-01T00:00:00+00:00"}
    denied = {"outcome": "DENIED", "paid_cents": 0, "adjusted_cents": 0, "patient_cents": 0, "open_cents": 100_00}
    history.add("claim.adjudicated.v1", **a_decision(**denied))
    history.add("denial.opened.v1", denial_id="dnl_1", payer_order=1, **due)
    history.add("claim.reversed.v1", **a_decision(**denied | {"outcome_version": 2, "outcome": "NONE"}))
    history.add("denial.superseded.v1", denial_id="dnl_1", payer_order=1, by="reversed")
    ended = fold(history.events)
    history.add("claim.readjudicated.v1", **a_decision(**denied | {"outcome_version": 3}))
    history.add("denial.opened.v1", denial_id="dnl_2", payer_order=1, follows="dnl_1", **due)
    history.add("denial.reopened.v1", denial_id="dnl_1", payer_order=1, denied_cents=100_00, **due)

    opened = fold(history.events)

    assert [(case.id, case.state) for case in ended.cases] == [("dnl_1", "SUPERSEDED")]
    assert [(case.id, case.state) for case in opened.cases] == [("dnl_1", "OPEN"), ("dnl_2", "OPEN")]
    assert opened.owner == "denials"


def test_a_patient_that_the_payer_does_not_know_is_a_rejection_and_no_decision() -> None:
    history = a_sent_claim()
    unknown = {"outcome": "NOT_RECOGNISED", "paid_cents": 0, "adjusted_cents": 0, "patient_cents": 0}
    history.add(
        "claim.not_recognised.v1",
        **a_decision(**unknown, open_cents=100_00),
        owner="registration",
        due_at=DAY_ONE.isoformat(),
    )

    axes = fold(history.events)

    assert (axes.stage, axes.owner) == (Stage.PAYER_REJECTED, "registration")
    assert axes.outcomes[1] == (Outcome.NOT_RECOGNISED,)


def test_what_is_open_is_told_by_the_last_decision_whichever_payer_it_is_of() -> None:
    """Seen to fail while the highest payer order told it: the reversal below was hidden behind the second payer."""
    history = a_sent_claim()
    history.add(
        "claim.adjudicated.v1", **a_decision(payer_count=2, adjusted_cents=0, patient_cents=0, open_cents=20_00)
    )
    second = a_decision(payer_order=2, payer_count=2, paid_cents=20_00, adjusted_cents=0, patient_cents=0, open_cents=0)
    adjudicated = history.add("claim.adjudicated.v1", **second)
    history.add("claim.closed.v1", cause=adjudicated, reason="PAID")

    taken_back = a_decision(payer_count=2, outcome="REVERSED_AWAITING_CORRECTION", outcome_version=2)
    history.add("claim.reversed.v1", **taken_back | {"paid_cents": 0, "adjusted_cents": 0, "open_cents": 80_00})

    axes = fold(history.events)
    assert (axes.paid_cents, axes.open_cents) == (20_00, 80_00)
    assert axes.balance is not Balance.ZERO


def test_an_amendment_changes_the_charge_only_while_nothing_is_on_its_way() -> None:
    history = a_sent_claim()

    amended = history.add("encounter.amended.v1", charge_cents=150_00)
    on_its_way = fold(history.events)
    history.add(
        "ack.payer_rejected.v1", answered_at=DAY_ONE.isoformat(), owner="submission", due_at=DAY_ONE.isoformat()
    )
    history.add("coding.started.v1", cause=amended)
    coded = history.add("claim.coded.v1", cause=amended, charge_cents=150_00)
    history.add("claim.queued.v1", cause=coded, charge_cents=150_00)

    assert on_its_way.charge_cents == 100_00
    assert fold(history.events).charge_cents == 150_00


def test_a_claim_that_the_payer_did_not_recognise_is_billed_anew_when_it_is_mended() -> None:
    history = a_sent_claim()
    decision = a_decision(outcome="NOT_RECOGNISED", paid_cents=0, adjusted_cents=0, patient_cents=0, open_cents=100_00)
    history.add("claim.not_recognised.v1", **decision, owner="registration", due_at=DAY_ONE.isoformat())
    amended = history.add("encounter.amended.v1", charge_cents=100_00)
    history.add("coding.started.v1", cause=amended)
    coded = history.add("claim.coded.v1", cause=amended, charge_cents=100_00)

    history.add("claim.queued.v1", cause=coded, charge_cents=100_00)

    assert fold(history.events).stage is Stage.QUEUED


def test_a_claim_that_is_dropped_before_it_is_sent_is_not_billable() -> None:
    history = a_sent_claim()
    history.events.pop()

    history.add("claim.dropped.v1", reason="duplicate")

    assert fold(history.events).stage is Stage.NOT_BILLABLE


def test_a_closed_claim_has_no_owner_and_no_balance() -> None:
    history = a_sent_claim()
    decision = a_decision(patient_cents=0, adjusted_cents=20_00, open_cents=0)
    adjudicated = history.add("claim.adjudicated.v1", **decision)
    history.add("claim.closed.v1", cause=adjudicated, reason="PAID")

    axes = fold(history.events)

    assert (axes.stage, axes.closed_reason, axes.balance) == (Stage.CLOSED, ClosedReason.PAID, Balance.ZERO)
    assert axes.owner is None
    assert axes.due_at is None


def test_every_claim_that_is_not_at_rest_has_an_owner_and_a_date() -> None:
    history = a_whole_life()

    for count in range(1, len(history.events) + 1):
        axes = fold(history.events[:count])
        assert axes.owner
        assert axes.due_at


def test_an_event_that_nobody_knows_yet_moves_nothing() -> None:
    history = a_whole_life()
    stranger = ClaimEvent(
        id=history.events[-1].id.__class__(int=999),
        type="claim.beamed_up.v1",
        topic="claimwright.remittance",
        version=99,
        occurred_at=DAY_ONE,
        causation_id=None,
        data={},
    )

    assert fold([*history.events, stranger]) == fold(history.events)


def test_every_stage_that_an_event_names_is_one_of_the_words() -> None:
    assert set(STAGE_OF.values()) <= set(Stage)
