"""270 and 271: who is asked about, and what the payer says, each statement with what belongs to it."""

import pytest

from claimwright.x12 import join, read_eligibility, tokens
from claimwright.x12.models.eligibility import Trace
from claimwright.x12.tools import story
from claimwright.x12.tools.veil import veiled

ANSWER = (
    b"ISA*00*          *00*          *ZZ*PLAN           *ZZ*CLINIC         *261120*1405*^*00501*000000017*0*T*:~"
    b"GS*HB*PLAN*CLINIC*20261120*1405*17*X*005010X279A1~ST*271*0001*005010X279A1~"
    b"BHT*0022*11*ASK1*20261120*1405~HL*1**20*1~NM1*PR*2*GOOD HEALTH PLAN*****PI*GHP01~"
    b"HL*2*1*21*1~NM1*1P*2*SPRINGFIELD CLINIC*****XX*1234567893~"
    b"HL*3*2*22*1~TRN*2*TRACE1*9CLINIC~NM1*IL*1*DOE*JANE****MI*M1~DTP*346*D8*20260101~"
    b"EB*1*IND*30^98**GOLD~EB*B*IND*98****25*****Y~DTP*348*D8*20260101~MSG*ASK FIRST~"
    b"EB*A*IND*30*****.2****N~EB*R~LS*2120~NM1*PRP*2*OTHER PLAN*****PI*OTH~REF*IG*P7~LE*2120~"
    b"HL*4*3*23*0~TRN*2*TRACE2*9CLINIC~NM1*03*1*DOE*JACK~AAA*N**67*C~INS*N*19~"
    b"SE*27*0001~GE*1*17~IEA*1*000000017~"
)


def test_people_keep_their_traces_and_statements() -> None:
    reading = read_eligibility(ANSWER)

    value = reading.values[0]
    subscriber, dependent = value.people
    assert (value.source.id, value.receiver.id, value.reference) == ("GHP01", "1234567893", "ASK1")
    assert subscriber.traces == (Trace("TRACE1", "9CLINIC", "2"),)
    assert [each.information for each in subscriber.benefits] == ["1", "B", "A", "R"]
    assert dependent.is_dependent
    assert dependent.relationship == "19"
    assert [(each.reason, each.action) for each in dependent.rejects] == [("67", "C")]
    assert ANSWER[subscriber.span.byte_start : subscriber.span.byte_end].startswith(b"HL*3*2*22*1~TRN")


def test_a_statement_keeps_what_follows_it() -> None:
    active, copay, share, other = read_eligibility(ANSWER).values[0].people[0].benefits

    assert active.service_types == ("30", "98")
    assert (copay.amount.cents, copay.in_network, copay.messages) == (25_00, "Y", ("ASK FIRST",))
    assert copay.dates[0].qualifier == "348"
    assert str(share.percent.value) == "0.2"
    assert [(each.role, each.id, each.reference("IG")) for each in other.parties] == [("PRP", "OTH", "P7")]


@pytest.mark.parametrize(
    ("lost", "source", "receiver"),
    [
        ((b"HL*3*2*22", b"HL*3*9*22"), "GOOD HEALTH PLAN", "SPRINGFIELD CLINIC"),
        ((b"HL*2*1*21*1~NM1*1P*2*SPRINGFIELD CLINIC*****XX*1234567893~", b""), "GOOD HEALTH PLAN", None),
        ((ANSWER[ANSWER.index(b"HL*1*") : ANSWER.index(b"HL*3*")], b""), "", None),
    ],
    ids=["wrong parent", "no provider", "no payer either"],
)
def test_people_whose_level_above_is_missing_are_read(
    lost: tuple[bytes, bytes], source: str, receiver: str | None
) -> None:
    # They were in no value at all, and the story told nothing of them.
    (value,) = read_eligibility(ANSWER.replace(*lost)).values

    assert [person.party.first_name for person in value.people] == ["JANE", "JACK"]
    assert value.source.last_name == source
    assert (value.receiver and value.receiver.last_name) == receiver
    assert list(story.tell_eligibility(value))


def test_it_is_told_in_plain_words_and_hides_people() -> None:
    told = "\n".join(story.tell_eligibility(veiled(read_eligibility(ANSWER).values[0])))

    assert "GOOD HEALTH PLAN answers SPRINGFIELD CLINIC about coverage" in told
    assert "copay  for the person  for 98  $25.00  in network" in told
    assert "coinsurance  for the person  for 30  20%  out of network" in told
    assert "not answered: reason 67, correct and ask again" in told
    assert "DOE" not in told
    assert join(tokens(ANSWER)) == ANSWER
