"""The small print of a file: every value and its bytes, what can't be used and where, and what its hash leaves out."""

import re
from datetime import date
from typing import Final

import pytest

from claimwright.findings import Place as FoundAt
from claimwright.findings import Severity
from claimwright.x12 import read_835
from claimwright.x12.models import remittances as x12
from claimwright.x12.models.values import NOWHERE, Amount, money_of_cents
from claimwright_remittance.domain.remits import file as reading
from claimwright_remittance.domain.remits.balance import Difference
from claimwright_remittance.domain.remits.file import NO_REMITTANCE, NOT_WHOLE, WHOLE_FILE, ReadSet, read_file
from claimwright_remittance.domain.remits.kept_claims import KeptClaims
from claimwright_remittance.domain.remits.reading import LARGEST_CENTS, ClaimReader, code_of, remittance_of
from claimwright_remittance.domain.remits.remittance import (
    Adjustment,
    Place,
    ProviderItem,
    RemitClaim,
    RemitLine,
    Remittance,
)

ISA: Final = "ISA*00*          *00*          *ZZ*PAYER          *ZZ*CLINIC         *260302*0000*^*00501*000000001*0*T*:"
ONE_OF_EACH: Final = f"""
{ISA}
GS*HP*PAYER*CLINIC*20260302*0000*1*X*005010X221A1
ST*835*0007
BPR*I*55.5*C*ACH*CCP*01*1*DA*2*1999999999**01*3*DA*4*20260302
TRN*1*TRACE1*1888888888
N1*PR*SANDBOX PAYER*XV*PAYER1
N3*1 MAIN ST
N4*ALBANY*NY*12207
REF*2U*PAYER2
PER*BL*BILLING*TE*5185550100
N1*PE*CLINIC*XX*1234567893
LX*1
CLP*7K2M9QW4XT1P*1*160*60*30*12*ICN1*11*1
CAS*CO*45*10
NM1*QC*1*DOE*JO****MI*M1
NM1*74*1*ROE*JO****C*M2
NM1*TT*2*NEXT PAYER*****PI*PAYER3
MOA***MA01*MA18
REF*G1*OTHER
REF*F8*ICN0
DTM*232*20260301
DTM*233*20260304
AMT*I*1.25
AMT*I*0.75
AMT*B6*99
SVC*HC:99213:25:59*100*30**1*HC:99214:24
DTM*150*20260302
DTM*151*20260303
CAS*CO*45*40*1*253*0.5
CAS*PR*2*29.5
REF*6R*7K2M9QW4XT1P01
LQ*HE*N1
LQ*HE*N2
SVC*NU:0300*60*40**1
DTM*472*20260303
CAS*OA*Q9*20
PLB*1234567893*20261231*WO:REF1*6.5*L6:REF2*-2
SE*35*0007
GE*1*1
IEA*1*000000001
"""
CONTENT: Final = "~".join([*ONE_OF_EACH.strip().split("\n"), ""]).encode()
LOOPS: Final = {"ST": ("ST*", "GE*"), "CLP": ("CLP*", "PLB*"), "SVC": ("SVC*HC", "SVC*NU"), "PLB": ("PLB*", "SE*")}


def at(first: str, behind: str | None = None, *, content: bytes = CONTENT) -> Place:
    """Return the place of the segment that begins so, or of all from it up to the one that begins otherwise."""
    start = content.index(first.encode())
    end = content.index(b"~", start) + 1 if behind is None else content.index(behind.encode())
    return Place(content.count(b"~", 0, start) + 1, start, end)


def loop(name: str) -> Place:
    return at(*LOOPS[name])


def the_set(content: bytes = CONTENT) -> ReadSet:
    (only,) = read_file(content).sets
    return only


def test_one_of_each_is_read_to_the_last_byte() -> None:
    first = RemitLine(
        procedure_code="99213",
        modifiers=("25", "59"),
        charge_cents=100_00,
        paid_cents=30_00,
        place=loop("SVC"),
        adjustments=(
            Adjustment("CO", "45", 40_00, at("CAS*CO*45*40")),
            Adjustment("CO", "253", 50, at("CAS*CO*45*40")),
            Adjustment("PR", "2", 29_50, at("CAS*PR")),
        ),
        submitted_code="99214",
        submitted_modifiers=("24",),
        line_control_number="7K2M9QW4XT1P01",
        service_date=date(2026, 3, 2),
        remark_codes=("N1", "N2"),
    )
    second = RemitLine(
        procedure_code="0300",
        modifiers=(),
        charge_cents=60_00,
        paid_cents=40_00,
        place=at("SVC*NU", "PLB*"),
        adjustments=(Adjustment("OA", "Q9", 20_00, at("CAS*OA")),),
        service_date=date(2026, 3, 3),
    )
    claim = RemitClaim(
        ordinal=1,
        patient_control_number="7K2M9QW4XT1P",
        claim_outcome_code="1",
        charge_cents=160_00,
        paid_cents=60_00,
        place=loop("CLP"),
        whole=loop("CLP"),
        adjustments=(Adjustment("CO", "45", 10_00, at("CAS*CO*45*10")),),
        lines=(first, second),
        payer_claim_control_number="ICN1",
        earlier_claim_number="ICN0",
        interest_cents=2_00,
        remark_codes=("MA01", "MA18"),
        service_from=date(2026, 3, 1),
        service_to=date(2026, 3, 4),
        is_crossed_over=True,
        has_corrected_insured=True,
    )
    items = tuple(
        ProviderItem(ordinal, "1234567893", "20261231", code, reference, cents, loop("PLB"))
        for ordinal, (code, reference, cents) in enumerate((("WO", "REF1", 6_50), ("L6", "REF2", -2_00)), 1)
    )

    assert the_set().differences == ()
    assert the_set().remittance == Remittance(
        set_ordinal=1,
        control_number="0007",
        handling="I",
        payment_cents=55_50,
        payment_method="ACH",
        payment_date=date(2026, 3, 2),
        trace_number="TRACE1",
        trace_payer_id="1888888888",
        payer_ids=("PAYER1", "PAYER2"),
        payee_id="1234567893",
        claims=(claim,),
        provider_items=items,
        place=loop("ST"),
        summed_cents=60_00,
    )


def test_what_is_absent_is_empty_and_nothing_is_made_up() -> None:
    kept = [line for line in ONE_OF_EACH.strip().split("\n") if not line.startswith(("NM1*7", "NM1*T", "DTM*", "LQ*"))]
    content = "~".join([*kept, ""]).replace("*HC:99214:24~", "~").replace("REF*F8*ICN0~", "").encode()

    (claim,) = the_set(content).remittance.claims

    assert (claim.service_from, claim.service_to, claim.earlier_claim_number) == (None, None, "")
    assert (claim.is_crossed_over, claim.has_corrected_insured) == (False, False)
    line = claim.lines[0]
    assert (line.submitted_code, line.submitted_modifiers, line.service_date, line.remark_codes) == (None, (), None, ())


@pytest.mark.parametrize(
    ("was", "becomes", "where"),
    [
        ("ST*835*0007", "ST*835*00\x0107", "ST"),
        ("BPR*I*55.5*C*ACH*", "BPR*\x01I*55.5*C*ACH*", "ST"),
        ("BPR*I*55.5*C*ACH*", "BPR*I*55.5*C*\x01ACH*", "ST"),
        ("TRN*1*TRACE1*", "TRN*1*TRA\x7fCE1*", "ST"),
        ("*1888888888~", "*18888\x0188888~", "ST"),
        ("*XV*PAYER1", "*XV*PAY\x85ER1", "ST"),
        ("*2U*PAYER2", "*2U*PAY\x01ER2", "ST"),
        ("*XX*1234567893", "*XX*12345\x0167893", "ST"),
        ("CLP*7K2M9QW4XT1P*", "CLP*7K2M\x019QW4XT1P*", "CLP"),
        ("*12*ICN1*", "*12*IC\x01N1*", "CLP"),
        ("REF*F8*ICN0", "REF*F8*IC\x01N0", "CLP"),
        ("HC:99213:25:59", "HC:99\x01213:25:59", "SVC"),
        ("HC:99213:25:59", "HC:99213:2\x015:59", "SVC"),
        ("HC:99214:24", "HC:99\x01214:24", "SVC"),
        ("HC:99214:24", "HC:99214:2\x014", "SVC"),
        ("REF*6R*7K2M9QW4XT1P01", "REF*6R*7K2M\x019QW4XT1P01", "SVC"),
        ("PLB*1234567893*", "PLB*12345\x0167893*", "PLB"),
        ("*20261231*WO:", "*2026\x011231*WO:", "PLB"),
        ("WO:REF1*", "WO:RE\x01F1*", "PLB"),
    ],
)
def test_a_text_loses_its_control_characters_and_says_where(was: str, becomes: str, where: str) -> None:
    content = CONTENT.replace(was.encode(), becomes.encode("latin-1"))
    assert content != CONTENT

    read = the_set(content)

    first, behind = LOOPS[where]
    assert set(read.differences) == {Difference("remit.control_character", 0, at(first, behind, content=content))}
    assert _without_places(read.remittance) == _without_places(the_set().remittance)
    _, findings = remittance_of(read_835(content).values[0])
    assert {(each.severity, each.says.endswith("."), bool(each.fix)) for each in findings} == {
        (Severity.BLOCKS, True, True)
    }


@pytest.mark.parametrize(
    ("was", "becomes", "place"),
    [
        ("BPR*I*55.5*", "BPR*I*55.555*", "ST"),
        ("*1*160*60*", "*1*160.001*60*", "CLP"),
        ("*1*160*60*", "*1*160*60.001*", "CLP"),
        ("AMT*I*1.25", "AMT*I*1.255", "CLP"),
        ("59*100*30*", "59*100.001*30*", "SVC"),
        ("59*100*30*", "59*100*30.001*", "SVC"),
        ("WO:REF1*6.5*", "WO:REF1*6.505*", "PLB"),
    ],
)
def test_a_fraction_of_a_cent_holds_the_transaction_where_it_stands(was: str, becomes: str, place: str) -> None:
    content = CONTENT.replace(was.encode(), becomes.encode())
    assert content != CONTENT

    first, behind = LOOPS[place]
    assert the_set(content).differences == (Difference("remit.amount", 0, at(first, behind, content=content)),)


@pytest.mark.parametrize("sign", [1, -1])
def test_the_largest_amount_is_taken_and_a_cent_more_is_not(sign: int) -> None:
    reader = ClaimReader()

    for cents, taken in ((LARGEST_CENTS, LARGEST_CENTS), (LARGEST_CENTS + 1, 0)):
        assert reader.cents(money_of_cents(sign * cents), NOWHERE) == sign * taken

    (finding,) = reader.findings
    assert (finding.code, finding.where) == ("remit.amount_too_large", FoundAt())


def test_a_line_without_a_procedure_is_known_by_its_revenue_code() -> None:
    assert ClaimReader().line(x12.RemitLine(revenue_code="0450")).procedure_code == "0450"


def test_only_interest_is_interest() -> None:
    amounts = (Amount("I", money_of_cents(1_25)), Amount("AU", money_of_cents(7)))
    claim = x12.RemitClaim("N", "1", money_of_cents(1), money_of_cents(1), amounts=amounts)

    assert ClaimReader().claim(claim, 1).interest_cents == 1_25


@pytest.mark.parametrize(
    ("text", "code"),
    [("CO", "CO"), (" co ", "CO"), ("ABCDE", "ABCDE"), ("ABCDEF", "?"), ("DOE, J", "?"), ("", "?"), ("a b", "?")],
)
def test_a_code_is_one_to_five_letters_and_digits_and_all_else_stays_in_the_file(text: str, code: str) -> None:
    assert code_of(text) == code


def test_blanks_around_numbers_do_not_count() -> None:
    content = CONTENT.replace(b"CLP*7K2M9QW4XT1P*", b"CLP* 7K2M9QW4XT1P *").replace(b"WO:REF1*", b"WO: REF1 *")
    content = content.replace(b"6R*7K2M9QW4XT1P01", b"6R* 7K2M9QW4XT1P01 ")

    remittance = the_set(content).remittance

    assert remittance.claims[0].patient_control_number == "7K2M9QW4XT1P"
    assert remittance.claims[0].lines[0].line_control_number == "7K2M9QW4XT1P01"
    assert remittance.provider_items[0].reference == "REF1"


# Files as a whole.


def test_bytes_that_are_no_835_say_why_and_have_no_place() -> None:
    no_x12 = read_file(b"PK\x03\x04")
    other = read_file(CONTENT.replace(b"GS*HP*", b"GS*HC*").replace(b"ST*835*", b"ST*837*"))

    assert (no_x12.sets, [(each.cents, each.place) for each in no_x12.differences]) == ((), [(0, WHOLE_FILE)])
    assert no_x12.differences[0].code != NO_REMITTANCE
    assert (other.sets, other.differences) == ((), (Difference(NO_REMITTANCE, 0, WHOLE_FILE),))


def test_a_transaction_that_was_cut_off_is_held_where_it_ends() -> None:
    cut = CONTENT[: CONTENT.index(b"SE*")]

    found = [each for each in the_set(cut).differences if each.code == NOT_WHOLE]

    assert [each.cents for each in found] == [0]
    (place,) = (each.place for each in found)
    assert 0 < place.segment <= cut.count(b"~")
    assert at("ST*835", content=cut).byte_start <= place.byte_start < place.byte_end <= len(cut)


def test_what_can_not_be_read_is_said_alone_and_what_can_be_read_is_tested() -> None:
    unread = CONTENT.replace(b"*1*160*60*", b"*1*161*60.001*")
    unbalanced = CONTENT.replace(b"*1*160*60*", b"*1*161*60*")

    assert {each.code for each in the_set(unread).differences} == {"remit.amount"}
    assert {each.code for each in the_set(unbalanced).differences} == {"remit.claim_out_of_balance"}


def test_only_files_above_the_bound_are_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "LARGE", len(CONTENT))
    assert isinstance(the_set().remittance.claims, tuple)

    monkeypatch.setattr(reading, "LARGE", len(CONTENT) - 1)
    large = the_set().remittance
    assert isinstance(large.claims, KeptClaims)
    assert large.summed_cents == large.claims_paid_cents == 60_00


@pytest.mark.parametrize("limit", [0, 1 << 20])
def test_a_finding_in_a_claim_holds_a_large_file_as_it_holds_a_small_one(
    limit: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "LARGE", limit)

    (difference,) = the_set(CONTENT.replace(b"AMT*I*1.25", b"AMT*I*1.255")).differences

    assert difference.code == "remit.amount"


def test_each_interchange_has_its_own_terminator() -> None:
    other = CONTENT.replace(b"~", b"|")

    first, second = read_file(CONTENT + other).sets

    assert first.content_sha256 == second.content_sha256 == the_set().content_sha256
    assert (first.differences, second.differences) == ((), ())


def test_the_hash_stays_the_one_that_earlier_releases_stored() -> None:
    """A payment of zero that comes again is known by it alone, also after an upgrade."""
    assert the_set().content_sha256 == "d6bcffc0dbb05248fa4f2fdf696654d2852858bf9d36c12f8ded2897ff486339"


@pytest.mark.parametrize(
    ("was", "becomes", "is_same"),
    [
        ("ST*835*0007", "ST*835*0008", True),
        ("SE*35*0007", "SE*36*0009", True),
        ("N3*1 MAIN ST", "N3*1 MAIN S", False),
        ("LX*1~CLP", "LX*1~~CLP", True),
        ("LQ*HE*N1~LQ*HE*N2", "LQ*HE*N2~LQ*HE*N1", False),
        ("PLB*1234567893*20261231*WO:REF1*6.5*L6:REF2*-2~", "", False),
    ],
)
def test_the_hash_is_of_all_that_a_transaction_says_without_its_numbers(was: str, becomes: str, is_same: bool) -> None:
    content = CONTENT.replace(was.encode(), becomes.encode())
    assert content != CONTENT

    assert (the_set(content).content_sha256 == the_set().content_sha256) is is_same


def _without_places(remittance: Remittance) -> str:
    """Return a remittance as text without its places, which move with what was put in."""
    return re.sub(r"Place\([^)]*\)", "", repr(remittance))
