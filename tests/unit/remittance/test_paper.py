"""What a person enters from paper is read as an 835 with the same words would be, and each row knows its bytes."""

import hashlib
import json
from dataclasses import replace
from datetime import date

import pytest

from claimwright_remittance.domain.remits.file import read_file
from claimwright_remittance.domain.remits.numbers import number_at
from claimwright_remittance.domain.remits.paper import PAPER, X12, PaperEob, document_of, read_kept, read_paper
from claimwright_remittance.domain.remits.remittance import (
    Adjustment,
    Place,
    ProviderItem,
    RemitClaim,
    RemitLine,
    Remittance,
)
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


def filled() -> PaperEob:
    """Return an entry in which no field is empty and no two fields say the same."""
    line = RemitLine(
        procedure_code="99212",
        modifiers=("25", "59"),
        charge_cents=90_00,
        paid_cents=60_00,
        place=NOWHERE,
        adjustments=(Adjustment("CO", "45", 30_00, NOWHERE),),
        submitted_code="99213",
        line_control_number="A-1",
        service_date=date(2026, 2, 3),
        remark_codes=("N1", "N2"),
    )
    claim = RemitClaim(
        ordinal=1,
        patient_control_number="A",
        claim_outcome_code="2",
        charge_cents=95_00,
        paid_cents=65_00,
        place=NOWHERE,
        whole=NOWHERE,
        lines=(line, replace(line, line_control_number="A-2", adjustments=(Adjustment("PR", "2", 3_00, NOWHERE),))),
        payer_claim_control_number="ICN1",
        interest_cents=50,
        remark_codes=("MA01", "MA02"),
    )
    items = (
        ProviderItem(1, "1999999984", "20261231", "L6", "Überzahlung", -5_00, NOWHERE),
        ProviderItem(2, "1999999976", "20251231", "WO", "ICN9", 7_00, NOWHERE),
    )
    return PaperEob("PAYER", "CHECK1", date(2026, 3, 2), 63_00, "CHK", "1888888888", "PAYEE", (claim,), items)


def test_all_that_was_entered_comes_back() -> None:
    eob = filled()

    content = document_of(eob)
    (read,) = read_paper(content).sets

    said = read.remittance
    assert [without_places(each) for each in said.claims] == list(eob.claims)
    assert [replace(each, place=NOWHERE) for each in said.provider_items] == list(eob.provider_items)
    assert (said.payer_ids, said.trace_payer_id, said.payee_id) == (("PAYER",), "1888888888", "PAYEE")
    assert (said.trace_number, said.payment_date, said.payment_method) == ("CHECK1", date(2026, 3, 2), "CHK")
    assert (said.set_ordinal, said.control_number, said.payment_cents) == (1, "1", 63_00)
    assert read.content_sha256 == hashlib.sha256(content).hexdigest()


def test_the_document_the_lines_and_the_items_have_the_bytes_of_their_rows() -> None:
    content = document_of(filled())

    said = read_paper(content).sets[0].remittance

    assert said.place == Place(1, 0, len(content))
    rows = [json.loads(content[each.place.byte_start : each.place.byte_end]) for each in said.claims[0].lines]
    assert [row["line_control_number"] for row in rows] == ["A-1", "A-2"]
    assert [row["line"] for row in rows] == [1, 2]
    rows = [json.loads(content[each.place.byte_start : each.place.byte_end]) for each in said.provider_items]
    assert [(row["provider_item"], row["code"]) for row in rows] == [(1, "L6"), (2, "WO")]


def test_a_document_keeps_words_as_they_were_entered_under_the_number_of_its_form() -> None:
    content = document_of(filled())

    assert "Überzahlung".encode() in content
    assert json.loads(content.splitlines()[0])["paper_eob"] == 1


def test_a_payment_of_nothing_is_information_only() -> None:
    paid, nothing = (
        read_paper(document_of(replace(filled(), payment_cents=cents))).sets[0].remittance for cents in (1, 0)
    )

    assert (paid.handling, nothing.handling) == ("I", "H")


def test_a_row_of_an_unknown_kind_is_a_fault_that_names_it() -> None:
    with pytest.raises(ValueError, match="guess"):
        read_paper(document_of(filled()) + b'{"guess":1}\n')
