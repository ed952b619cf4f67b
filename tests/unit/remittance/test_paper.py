"""What a person enters from paper is read as an 835 with the same words would be, and each row knows its bytes."""

import json
from dataclasses import replace
from datetime import date

from claimwright_remittance.domain.remits.file import read_file
from claimwright_remittance.domain.remits.numbers import number_at
from claimwright_remittance.domain.remits.paper import PAPER, X12, PaperEob, document_of, read_kept, read_paper
from claimwright_remittance.domain.remits.remittance import Place, RemitClaim, Remittance
from tests.support.files_835 import ClaimSaid, LineSaid, SetSaid, file_835

CLAIM = ClaimSaid(
    "A", (LineSaid(60_00, (("CO-45", 25_00), ("PR-2", 15_00))), LineSaid(5_00, code="80053", dated=False)), icn="ICN1",
    codes=(("CO-253", 1_00),), interest=50,
)  # fmt: skip
NOWHERE = Place(0, 0, 0)


def an_835() -> Remittance:
    said = SetSaid("CHECK1", claims=[CLAIM, replace(CLAIM, number="B").turned()], provider_items=[("L6", "X", -5_00)])
    (read,) = read_file(file_835([said])).sets
    return read.remittance


def entered(remittance: Remittance) -> PaperEob:
    assert remittance.payment_date is not None
    return PaperEob(
        payer_id=remittance.payer_id,
        check_number=remittance.trace_number,
        payment_date=remittance.payment_date,
        payment_cents=remittance.payment_cents,
        payment_method="CHK",
        trace_payer_id="",
        payee_id="",
        claims=remittance.claims,
        provider_items=remittance.provider_items,
    )


def without_places(claim: RemitClaim) -> RemitClaim:
    def bare(adjustments: object) -> tuple[object, ...]:
        return tuple(replace(each, place=NOWHERE) for each in adjustments)  # type: ignore[attr-defined]

    lines = tuple(replace(line, place=NOWHERE, adjustments=bare(line.adjustments)) for line in claim.lines)
    return replace(claim, place=NOWHERE, whole=NOWHERE, adjustments=bare(claim.adjustments), lines=lines)  # type: ignore[arg-type]


def test_an_entry_is_read_as_its_835_would_be() -> None:
    given = an_835()

    (read,) = read_paper(document_of(entered(given))).sets

    assert read.differences == ()
    assert [without_places(claim) for claim in read.remittance.claims] == [
        without_places(claim) for claim in given.claims
    ]
    assert [(item.code, item.reference, item.cents) for item in read.remittance.provider_items] == [("L6", "X", -5_00)]
    assert (read.remittance.trace_number, read.remittance.payment_date) == ("CHECK1", date(2026, 3, 2))


def test_every_amount_leads_back_to_its_row() -> None:
    content = document_of(entered(an_835()))

    (read,) = read_paper(content).sets

    for claim in read.remittance.claims:
        assert json.loads(content[claim.place.byte_start : claim.place.byte_end])["claim"] == claim.ordinal
        assert number_at(content, claim.place) == claim.patient_control_number
        assert len(content[claim.whole.byte_start : claim.whole.byte_end].splitlines()) == 6
        for each in claim.all_adjustments:
            assert json.loads(content[each.place.byte_start : each.place.byte_end])["cents"] == each.cents
    assert content.splitlines()[read.remittance.claims[1].place.segment - 1].startswith(b'{"claim":2')


def test_the_same_entry_is_the_same_document_and_another_is_not() -> None:
    eob = entered(an_835())

    assert document_of(eob) == document_of(entered(an_835()))
    assert document_of(replace(eob, payment_cents=1)) != document_of(eob)


def test_an_entry_that_does_not_add_up_has_the_differences_of_a_file() -> None:
    (read,) = read_paper(document_of(replace(entered(an_835()), payment_cents=6_00))).sets

    assert [(each.code, each.cents) for each in read.differences] == [("remit.transaction_out_of_balance", -1_00)]


def test_bytes_that_only_look_like_an_entry_are_read_as_a_file() -> None:
    assert read_kept(document_of(entered(an_835())), X12).sets == ()
    assert len(read_kept(document_of(entered(an_835())), PAPER).sets) == 1
