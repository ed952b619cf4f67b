"""What a TA1, a 999 and a 277CA say of our claims, and where in the answer it stands."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from claimwright import x12
from claimwright_submission.domain.acknowledgements import Answer, Kind, Sent, answers_in, verdicts
from tests.support.answers import NOON, a_277ca, a_999, a_claim_ack, a_status, a_ta1

LATER = NOON + timedelta(hours=3)
FIRST, SECOND = "0123456789A1", "0123456789B2"


def sent(number: str, *, set_control: str = "0007", npi: str = "1234567893") -> Sent:
    return Sent(
        attempt_id=UUID(int=1 if number == FIRST else 2),
        patient_control_number=number,
        set_control=set_control,
        billing_npi=npi,
    )


BOTH = (sent(FIRST), sent(SECOND))


def the_answer(data: bytes) -> Answer:
    found = answers_in(data, received_at=LATER)
    assert found.reasons == ()
    (answer,) = found.answers
    return answer


def said_of(answer: Answer, *claims: Sent) -> list[tuple[int, str]]:
    return [(each.attempt_id.int, each.said.event_type) for each in verdicts(answer, claims or BOTH).of_claims]


def test_a_ta1_that_rejects_speaks_for_every_claim_of_the_interchange() -> None:
    answer = the_answer(a_ta1(12, code="R", note="025"))

    assert (answer.kind, int(answer.control), answer.verdict) == (Kind.TA1, 12, "R")
    assert said_of(answer) == [(1, "ack.interchange_rejected.v1"), (2, "ack.interchange_rejected.v1")]
    assert verdicts(answer, BOTH).of_claims[0].said.codes == ("025",)


@pytest.mark.parametrize("code", ["A", "E"])
def test_a_ta1_that_accepts_moves_no_claim(code: str) -> None:
    assert said_of(the_answer(a_ta1(12, code=code))) == []


@pytest.mark.parametrize(("verdict", "event"), [("A", "accepted"), ("E", "accepted"), ("R", "rejected")])
def test_a_999_speaks_for_the_set_it_names(verdict: str, event: str) -> None:
    code = "A" if verdict in "AE" else "P"
    answer = the_answer(a_999(5, sets=[("0007", verdict), ("0008", "A")], code=code))

    assert (answer.kind, answer.control) == (Kind.IMPLEMENTATION, "5")
    assert said_of(answer, sent(FIRST)) == [(1, f"ack.set_{event}.v1")]


# Seen to fail by reading IK5 and not AK9.
@pytest.mark.parametrize("code", ["R", "M", "W", "X"])
def test_a_rejected_group_without_named_sets_rejects_every_claim(code: str) -> None:
    # The guide has A, E, P and R here; the security codes of IK5 are met in AK9 all the same.
    answer = the_answer(a_999(5, code="R", codes=("4",)).replace(b"AK9*R*", f"AK9*{code}*".encode()))

    assert said_of(answer) == [(1, "ack.set_rejected.v1"), (2, "ack.set_rejected.v1")]
    assert verdicts(answer, BOTH).of_claims[0].said.codes == ("4",)


def test_an_accepted_group_without_named_sets_accepts_every_claim() -> None:
    assert said_of(the_answer(a_999(5, code="A"))) == [(1, "ack.set_accepted.v1"), (2, "ack.set_accepted.v1")]


def test_a_999_says_nothing_of_a_set_it_does_not_name_when_only_some_are_rejected() -> None:
    answer = the_answer(a_999(5, sets=[("0008", "R")], code="P"))

    assert said_of(answer, sent(FIRST)) == []


@pytest.mark.parametrize(
    ("source", "category", "event"),
    [
        ("AY", "A0", "ack.clearinghouse_accepted.v1"),
        ("AY", "A1", "ack.clearinghouse_accepted.v1"),
        ("AY", "A2", "ack.clearinghouse_accepted.v1"),
        ("AY", "A3", "ack.clearinghouse_rejected.v1"),
        ("AY", "A7", "ack.clearinghouse_rejected.v1"),
        ("PR", "A0", "ack.payer_received.v1"),
        ("PR", "A1", "ack.payer_received.v1"),
        ("PR", "A2", "ack.payer_accepted.v1"),
        ("PR", "A5", "ack.payer_accepted.v1"),
        ("PR", "A3", "ack.payer_rejected.v1"),
        ("PR", "A6", "ack.payer_rejected.v1"),
        ("PR", "A7", "ack.payer_rejected.v1"),
        ("PR", "A8", "ack.payer_rejected.v1"),
    ],
)
def test_a_277ca_speaks_by_category_and_by_who_speaks(source: str, category: str, event: str) -> None:
    answer = the_answer(a_277ca(12, [a_claim_ack(FIRST, category)], source=source))

    assert (answer.kind, int(answer.control)) == (Kind.CLAIMS, 12)
    assert said_of(answer) == [(1, event)]


def test_the_action_decides_and_not_the_category() -> None:
    answer = the_answer(a_277ca(12, [a_claim_ack(FIRST, "A1", "U")], source="PR"))

    assert said_of(answer) == [(1, "ack.payer_rejected.v1")]


def test_the_payers_number_and_the_codes_come_along() -> None:
    answer = the_answer(a_277ca(12, [a_claim_ack(FIRST, "A2", payer_number="ICN77")], source="PR"))

    said = verdicts(answer, BOTH).of_claims[0].said

    assert said.payer_claim_control_number == "ICN77"
    assert [(code.category, code.status, code.action) for code in said.statuses] == [("A2", "20", "WQ")]


# Seen to fail by asking only the claims that are named.
def test_a_rejected_batch_rejects_every_claim_under_it_although_none_is_named() -> None:
    answer = the_answer(a_277ca(12, batch_status=a_status("A3")))

    assert said_of(answer) == [(1, "ack.clearinghouse_rejected.v1"), (2, "ack.clearinghouse_rejected.v1")]


def test_a_rejected_provider_rejects_its_claims_named_or_not_and_no_others() -> None:
    data = a_277ca(12, [a_claim_ack(FIRST, "A1")], source="PR", provider_status=a_status("A7"), npi="1234567893")

    said = said_of(the_answer(data), sent(FIRST), sent(SECOND), sent("X", npi="1992099999"))

    assert said == [(1, "ack.payer_rejected.v1"), (2, "ack.payer_rejected.v1")]


def test_a_claim_that_we_did_not_send_in_that_file_is_counted() -> None:
    answer = the_answer(a_277ca(12, [a_claim_ack(FIRST, "A1"), a_claim_ack("SOMEBODYELSE", "A1")]))

    found = verdicts(answer, (sent(FIRST),))

    assert found.strangers == 1
    assert len(found.of_claims) == 1


def test_an_answer_knows_its_bytes() -> None:
    data = a_277ca(12, [a_claim_ack(FIRST, "A1"), a_claim_ack(SECOND, "A2")])

    of_first, of_second = (each.said.place for each in verdicts(the_answer(data), BOTH).of_claims)

    assert FIRST.encode() in data[of_first.byte_start : of_first.byte_end]
    assert SECOND.encode() not in data[of_first.byte_start : of_first.byte_end]
    assert SECOND.encode() in data[of_second.byte_start : of_second.byte_end]
    assert of_first.set_control == of_second.set_control


def test_the_moment_is_the_files_own_so_that_arrival_does_not_count() -> None:
    early = datetime(2026, 3, 1, 8, 30, tzinfo=UTC)

    assert the_answer(a_277ca(12, [a_claim_ack(FIRST, "A1")], at=early)).answered_at == early
    assert the_answer(a_999(5, code="A", at=early)).answered_at == early
    assert the_answer(a_ta1(5, at=early)).answered_at == early


def test_a_kind_that_is_not_taken_is_named() -> None:
    remittance = a_999(5, code="A").replace(b"GS*FA*", b"GS*HP*")

    found = answers_in(remittance, received_at=LATER)

    assert found.answers == ()
    assert "kind_not_taken:HP" in found.reasons


def test_what_has_not_the_form_of_a_code_is_not_passed_on() -> None:
    data = a_277ca(12, [a_claim_ack(FIRST, "A2")], source="PR").replace(b"A2:20:PR", b"A2:IDA TESTFALL:PR")

    found = answers_in(data, received_at=LATER)

    assert "TESTFALL" not in str([each.said.statuses for each in verdicts(found.answers[0], BOTH).of_claims])


def test_a_truncated_answer_is_not_used_and_named() -> None:
    data = a_277ca(12, [a_claim_ack(FIRST, "A2"), a_claim_ack(SECOND, "A2")], source="PR")

    found = answers_in(data[: data.index(SECOND.encode())], received_at=LATER)

    assert found.answers == ()
    assert found.reasons == ("damaged:277CA",)


@pytest.mark.parametrize("data", [b"", b"hello", b"{}"])
def test_what_is_no_x12_is_refused_as_a_whole(data: bytes) -> None:
    try:
        found = answers_in(data, received_at=LATER)
    except x12.Unreadable:
        return

    assert found.answers == ()
    assert found.reasons == ("nothing_read",)
