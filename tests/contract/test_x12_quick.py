"""The quick way through a file and the careful one make the same values, findings and tree of it.

Seen to fail: with the count of a CAS or the amount of one not looked at, a pointer 0 taken, the qualifier of a REF left
with its blanks, and the bytes of a stretch counted from the line break in front of it.
"""

import os
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from functools import cache
from itertools import cycle, islice
from pathlib import Path
from random import Random
from typing import Any

import pytest

from claimwright.x12 import (
    Finding,
    Limits,
    Unreadable,
    read_835,
    read_837p,
    read_remitted_claims,
    tokens,
    write_835,
    write_837p,
)
from claimwright.x12.envelope import EnvelopeReader
from claimwright.x12.readers.claims import _INNER as CLAIM_HANDLERS
from claimwright.x12.readers.claims import ClaimsReader
from claimwright.x12.readers.reading import values
from claimwright.x12.readers.remittances import _INNER as REMITTANCE_HANDLERS
from claimwright.x12.readers.remittances import _INNER_OF_CLAIMS as REMITTED_HANDLERS
from claimwright.x12.readers.remittances import RemittancesReader, RemittedClaimsReader
from claimwright.x12.tools.synthetic import invented
from tests.support.builders_x12 import SENT
from tests.support.corpus import corpus_files

FILES = int(os.environ.get("X12_EXAMPLES", "20"))
Answer = tuple[Any, ...]
WORDS = (b"0", b"00001", b"1X", b"NaN", b"1E9", b"-", b"1.005", b"", b" ", b" 7 ", b"A:B:C", b"2U:9")
NUMBERED = frozenset({b"AMT", b"CAS", b"CLM", b"CLP", b"QTY", b"SV1", b"SVC"})
SEGMENTS = (
    b"NTE*ADD*WORD",
    b"ZZZ*1",
    b"LX*9",
    b"SE*1*1",
    b"PLB*1*2*WO:3*4",
    b"QTY*A*x",
    b"REF*G1*1**2U:7",
    b"DTM*1**3**D8*4",
)


def answer_of(act: Callable[[], Answer]) -> Answer:
    try:
        return act()
    except Unreadable as refused:
        return ("refused", refused.fault)


def quick_835(data: bytes) -> Answer:
    return read_835(data)


def careful_835(data: bytes) -> Answer:
    reader = RemittancesReader(EnvelopeReader())
    found = tuple(values(tokens(data), reader, REMITTANCE_HANDLERS))
    return (found, tuple(reader.envelope.findings), tuple(reader.envelope.interchanges))


def quick_claims_of_835(data: bytes) -> Answer:
    findings: list[Finding] = []
    return (tuple(read_remitted_claims(data, findings)), tuple(findings))


def careful_claims_of_835(data: bytes) -> Answer:
    reader = RemittedClaimsReader(EnvelopeReader())
    found = tuple(pair for pairs in values(tokens(data), reader, REMITTED_HANDLERS) for pair in pairs)
    return (found, tuple(reader.envelope.findings))


def quick_837(data: bytes) -> Answer:
    read = read_837p(data)
    claims = tuple((each.header, claim) for each in read.values for claim in each.claims)
    return (claims, read.findings, read.interchanges)


def careful_837(data: bytes) -> Answer:
    reader = ClaimsReader(EnvelopeReader())
    found = tuple(values(tokens(data), reader, CLAIM_HANDLERS))
    return (found, tuple(reader.envelope.findings), tuple(reader.envelope.interchanges))


WAYS = ((quick_835, careful_835), (quick_claims_of_835, careful_claims_of_835), (quick_837, careful_837))


def disagree(data: bytes) -> list[str]:
    """Name the readings that differ, and show the first values that do."""
    found = []
    for quick, careful in WAYS:
        ours, wanted = answer_of(lambda quick=quick: quick(data)), answer_of(lambda careful=careful: careful(data))
        if ours != wanted:
            found.append(f"{quick.__name__}: {difference(ours, wanted)}")
    return found


def difference(ours: Any, wanted: Any) -> str:
    if isinstance(ours, tuple) and isinstance(wanted, tuple) and len(ours) == len(wanted):
        for one, other in zip(ours, wanted, strict=True):
            if one != other:
                return f"{type(ours).__name__} > {difference(one, other)}"
    return f"{ours!r:.300} instead of {wanted!r:.300}"


RICH_835 = (
    b"CLP*A 1*22*-80*-40*0*MC*ICN 1 *11*7*01*470*1.25*0.8~CAS*CO*45*-10*1*253*-.5~CAS*PR*1*-20**2**3*4~"
    b"NM1*QC*1*DOE*JO*Q**JR*MI* 1 ~NM1*IL*1~NM1*74*1*DOE~NM1*TT*2*NEXT*****PI*N1~MIA*0***138~MOA***MA18*N89~"
    b"PER*CX*DESK*TE*8005550100~REF*EA*12~REF*1L* G1 ~DTM*232*20261101~DTM*050*20261103~QTY*CA*2~AMT*I*1.5~AMT*AU*20~"
    b"SVC*HC:99213:25:59*80.5*40*0300*1*HC:99214*2~DTM*150*20261101~DTM*151*20261102~CAS*OA*23*5~REF*6R*L1~"
    b"REF*LU*11~AMT*B6*44~QTY*ZK*1~LQ*HE*N130~LQ*HE*M15~SVC*AD:D0120*10*10~"
)

RICH_837 = (
    b"HL*900*1*22*1~SBR*S**GROUP*PLAN*12****MB~PAT*****D8*20200101*01*150~NM1*IL*1*DOE*JO*Q**JR*MI* 1 ~N2*MORE~"
    b"N3*1 ROAD*FLAT 2~N4*TOWN*IL*62701**CO*3~DMG*D8*19500101*F~REF*SY*123~PER*IC*JO*TE*5550100*EX*1~NM1*PR*2*PLAN~"
    b"N3*9 TOWER~N4*CITY*IL*60601~REF*2U*7~REF*FY*8~HL*901*900*23*0~PAT*19~NM1*QC*1*DOE*BEN~N3*1 ROAD~"
    b"N4*TOWN*IL*62701~DMG*D8*20100101*M~REF*Y4*5~CLM*X 1 *160***11:B:7*Y*A*Y*Y*P*AA:OA::CA:US*02********2~"
    b"DTP*431*D8*20261101~CL1*1*2*01~PWK*OZ*BM***AC*1~AMT*F5*10.5~REF*F8*ICN~REF*EA*12~K3*TEXT~NTE*ADD*WORDS~"
    b"CRC*07*Y*01~QTY*CA*3~HI*ABK:A01*ABF:B02~HI*BE:80:::3.5*BP:X:D8:20261101*BK:C~NM1*DN*1*REF~REF*1G*X~NM1*82*1*R~"
    b"PRV*PE*PXC*207Q00000X~NM1*77*2*SITE~N3*2 WAY~N4*TOWN*IL*627010001~SBR*P*18*G2*N2*47****MB~CAS*PR*1*10**2*20~"
    b"CAS*CO*45*5~AMT*D*30~OI***Y*P**Y~MOA***MA01~NM1*IL*1*DOE~N3*1 ROAD~NM1*PR*2*FIRST*****PI*1~DTP*573*D8*20261110~"
    b"REF*F8*77~LX*1~SV1*HC:99213:25:59:::WORDS*100.25*UN*1.5*12**1:2**Y**Y*Y***0~PWK*OZ*BM~DTP*472*RD8*20261101-20261102~"
    b"REF*6R*L1~REF*G1*A~AMT*T*1~QTY*PT*2~K3*X~NTE*ADD*A~NM1*82*1*LINE~PRV*PE*PXC*207Q00000X~REF*1G*Y~NM1*DN*1*D~"
    b"LX*2~SV2*0300*HC:80053*5*UN*1**1~LX*3~SV3*AD:D0120*5***10:20**1*1~"
    b"HL*902*900*23*0~PAT*19~NM1*QC*1*DOE*CY~CLM*Y*70***11:B:1*Y*A*Y*Y~HI*ABK:1~LX*1~SV1*HC:J1100*59.75*UN*1***1~DTP*472*D8*20261101~LIN**N4*00011122233~CTP****2*UN~REF*XZ*1~"
    b"SVD*1*30*HC:J1100**1~CAS*PR*1*9.75~CAS*CO*45*20~DTP*573*D8*20261110~LX*2~"
    b"SV3*AD:D0120*5***10:20**1*1~TOO*JP*8*M:O~CLM*Z*7***21:A:1*Y*A*Y*Y~DTP*434*RD8*20261101-20261103~HI*BK:1~LX*1~"
    b"SV1*HC:1*7*UN*1***1~"
)


@cache
def seeds() -> tuple[bytes, ...]:
    """Files of both kinds with so many claims that windows end in the midst of them."""
    batch, remittances = invented(7, 60, last_day=date(2026, 11, 20))
    claims, remits = write_837p(batch, **SENT).data, write_835(remittances, **SENT).data
    rich_claims = b"~HL*".join(mixed(claims.split(b"~HL*"), RICH_837[3:-1]))
    rich_remits = b"CLP*".join(mixed(remits.split(b"CLP*"), RICH_835[4:]))
    return (claims, remits, rich_claims, rich_remits)


def mixed(parts: list[bytes], another: bytes) -> list[bytes]:
    """Put another part behind every seventh."""
    return [
        each
        for place, part in enumerate(parts)
        for each in ((part, another.replace(b"900*", b"9%02d*" % place)) if place % 7 == 3 else (part,))
    ]


def changed(random: Random, data: bytes) -> bytes:
    """Break a few segments of a file, as files in the field are broken."""
    segments = data.split(b"~")
    for _ in range(random.randint(1, 6)):
        place, other = random.randrange(len(segments)), random.randrange(len(segments))
        elements = segments[place].split(b"*")
        at = random.randrange(len(elements))
        match random.randrange(10):
            case 0:
                del segments[place]
            case 1:
                segments.insert(place, segments[other])
            case 2:
                segments[place], segments[other] = segments[other], segments[place]
            case 3:
                elements[at] = random.choice(
                    (b"1X", b"NaN", b"1E9", b"-", b"1.005", b"", b" ", b" 7 ", b"A:B:C", b"2U:9")
                )
                segments[place] = b"*".join(elements)
            case 4:
                segments[place] += random.choice((b"*", b"*X", b"*1*2*3*4*5*6*7*8*9", b"\r\n", b" ", b":"))
            case 5:
                segments[place] = random.choice((b"\r\n", b"\n", b" ", b"~", b"\x00")) + segments[place]
            case 6:
                segments[place] = random.choice(
                    (b"NTE*ADD*WORD", b"ZZZ*1", b"LX*9", b"SE*1*1", b"PLB*1*2*WO:3*4", b"QTY*A*x")
                )
            case 7:
                segments[place] = segments[place][: random.randrange(len(segments[place]) + 1)]
            case 8:
                segments[place] = segments[place].lower()
            case _:
                segments[place] = segments[place].replace(b"*", random.choice((b":", b"**", b"* ")), 1)
    end = random.choice((b"~", b"~", b"~\n", b"~\r\n", b"\n"))
    return end.join(segments)


@pytest.mark.parametrize("path", corpus_files("835", "837p", "837i", "837d", "277ca", "999", "broken", "envelope"))
def test_both_ways_agree_on_every_file_of_others(path: Path) -> None:
    data = path.read_bytes()
    # Long enough to be read the quick way, and not so long that everybody waits.
    data = (data * (1 + 8_000 // len(data)))[:200_000]

    assert disagree(data) == []


def test_both_ways_agree_on_broken_files() -> None:
    random = Random(20261127)

    for number in range(FILES):
        data = changed(random, seeds()[number % len(seeds())])
        assert disagree(data) == [], number


@pytest.mark.parametrize(
    ("rich", "place"), [(RICH_835, 1), (RICH_837, 0)], ids=["every element of an 835", "every element of an 837"]
)
def test_both_ways_agree_wherever_an_element_is_odd(rich: bytes, place: int) -> None:
    opener = rich[: rich.index(b"*") + 1]
    head, *others = seeds()[place].split(b"~" + opener)
    wholes = (b"~" + rich[:-1]).split(b"~" + opener)[1:]

    odd = [each for whole in wholes for each in (*numbered(oddities(whole)), whole)]
    data = (b"~" + opener).join([head, *odd, *others])

    assert disagree(data) == []


def oddities(whole: bytes) -> Iterator[bytes]:
    """Yield copies, in each of which one element is something else, or one segment longer than it should be."""
    segments = whole.split(b"~")
    words = cycle((*WORDS, None))
    for place, segment in enumerate(segments):
        elements = segment.split(b"*")
        for at in range(len(elements)):
            for word in islice(words, 7 if segment[:3] in NUMBERED else 1):
                odd = [*elements, *[b"9"] * 20] if word is None else [*elements[:at], word, *elements[at + 1 :]]
                yield b"~".join([*segments[:place], b"*".join(odd), *segments[place + 1 :]])


def numbered(levels: Iterable[bytes]) -> Iterator[bytes]:
    """Give each copy of the level that others name a number of its own."""
    for number, level in enumerate(levels, 1000):
        yield level.replace(b"900*1*22", b"%d*1*22" % number)


def test_the_quick_way_keeps_a_limit_below_what_guides_have() -> None:
    # Seen to fail: read the quick way, a CAS with its twenty elements was let through.
    limits, reasons = Limits(elements=17), b"~CAS*CO" + b"*45*1*1" * 6
    head, found, tail = seeds()[1].rpartition(b"~CLP*I0000042")
    assert read_835(head + found + tail, limits).values

    with pytest.raises(Unreadable):
        read_835(head + reasons + found + tail, limits)


def test_claims_that_come_one_by_one_are_those_of_their_remittances() -> None:
    for data in seeds()[1::2]:
        pairs = list(read_remitted_claims(data, []))
        remittances = read_835(data).values

        assert [claim for _, claim in pairs if claim] == [claim for each in remittances for claim in each.claims]
        assert [each for each, claim in pairs if claim is None] == [each._replace(groups=()) for each in remittances]
        assert all(each.groups and each.trace_number and each.payer.last_name for each, claim in pairs if claim)
