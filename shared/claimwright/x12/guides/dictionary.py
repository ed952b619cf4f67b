"""The segments of version 005010 that we know: the element number, type and length at each place, and syntax notes.

A row is a segment id, its elements, and behind `|` its syntax notes (P paired, R at least one, E exclusive,
C if the first then the others, L if the first then one of the others). An element is `number:type shortest-longest`;
a number seen before keeps its form; `6*(…)` repeats.
"""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

# Composites come first, since segments refer to them by their ids.
_TABLE = """
C001 355:ID2-2 1018:R1-15 649:R1-10 355 1018 649
C002 704:ID2-2 704 704 704 704
C003 235:ID2-2 234:AN1-48 4*(1339:AN2-2) 352:AN1-80 234
C004 4*(1328:N01-2)
C005 1368:ID1-2 4*(1369:ID1-2)
C006 1361:ID1-3 4*(1361)
C022 1270:ID1-3 1271:AN1-30 1250:ID2-3 1251:AN1-35 782:R1-18 380:R1-15 799:AN1-30 1271 1073:ID1-1 | P0304 E0809
C023 1331:AN1-2 1332:ID1-2 1325:ID1-1
C024 1362:ID2-3 1362 1362 156:ID2-2 26:ID2-3
C030 722:N01-2 1528:N01-2 1686:N01-4
C035 1222:AN1-50 559:ID2-2 1073
C040 128:ID2-3 127:AN1-50 128 127 128 127 | P0304 P0506
C042 426:ID2-2 127
C043 1271 1271 98:ID2-3 1270
C056 1109:ID1-1 1270 1271
C998 9999:AN1-35 9998:AN1-35
C999 9999 9999

AK1 479:ID2-2 28:N01-9 480:AN1-12
AK2 143:ID3-3 329:AN4-9 1705:AN1-35
AK9 715:ID1-1 97:N01-6 123:N01-6 2:N01-6 5*(716:ID1-3)
AMT 522:ID1-3 782 478:ID1-1
BHT 1005:ID4-4 353:ID2-2 127 373:DT8-8 337:TM4-8 640:ID2-2
BPR 305:ID1-2 782 478 591:ID3-3 812:ID1-10 506:ID2-2 507:AN3-12 569:ID1-3 508:AN1-35 509:AN10-10 510:AN9-9 506 507 569 508 373 1048:ID1-3 506 507 569 508 | P0607 C0809 P1213 C1415
CAS 1033:ID1-2 6*(1034:ID1-5 782 380) | L050607 C0605 C0705 L080910 C0908 C1008 L111213 C1211 C1311 L141516 C1514 C1614 L171819 C1817 C1917
CLM 1028:AN1-38 782 1032:ID1-2 1343:ID1-2 C023 1073 1359:ID1-1 1073 1363:ID1-1 1351:ID1-1 C024 1366:ID2-3 1073 1338:ID1-3 1073 1360:ID1-3 1029:ID1-2 1073 1383:ID2-2 1514:ID1-2
CLP 1028 1029 782 782 782 1032 127 1331 1325 1352:ID1-2 1354:ID1-4 380 954:R1-10 1073
CL1 1315:ID1-1 1314:ID1-1 1352 1345:ID1-1
CN1 1166:ID2-2 782 332:R1-6 127 338:R1-6 799
CRC 1136:ID2-2 1073 5*(1321:ID2-3)
CR1 355 81:R1-10 1316:ID1-1 1317:ID1-1 355 380 166:AN1-55 166 352 352 | P0102 P0506
CR2 609:N01-9 380 1367:ID2-3 1367 355 380 380 1342:ID1-1 1073 352 352 1073 | P0102 C0403 P0506
CR3 1322:ID1-1 355 380 1335:ID1-1 352 | P0203
CTP 687:ID2-2 236:ID3-3 212:R1-17 380 C001 648:ID3-3 649 782 639:ID2-2 499:AN1-10 289:N01-2 | P0405 C0607 C0902 C1002 C1103
CTX C998 721:ID2-3 719:N01-10 447:AN1-6 C030 C999
CUR 98 100:ID3-3 280:R4-10 98 100 669:ID3-3
DMG 1250 1251 1068:ID1-1 1067:ID1-1 C056 1066:ID1-2 26 659:ID1-2 380 1270 1271 | P0102 P1011 C1105
DN1 380 380 1073 352
DN2 127 1368 380 1250 1251 1270 | P0405
DTM 374:ID3-3 373 337 623:ID2-2 1250 1251 | R020305 C0403 P0506
DTP 374 1250 1251
FRM 350:AN1-20 1073 127 373 332 | R02030405
HCP 1473:ID2-2 782 782 127 118:R1-9 127 782 234 235 234 355 380 901:ID2-2 1526:ID1-2 1527:ID1-2 | R0113 P0910 P1112
HI 12*(C022)
HL 628:AN1-12 734:AN1-12 735:ID1-2 736:ID1-1
IK3 721 719 447 620:ID1-3
IK4 C030 725:N01-4 621:ID1-3 724:AN1-99
IK5 717:ID1-1 5*(618:ID1-3)
K3 449:AN1-80 1333:ID1-2 C001
LIN 350 14*(235 234) | P0405 P0607 P0809 P1011 P1213 P1415
LQ 1270 1271 | C0102
LX 554:N01-6
MEA 737:ID2-2 738:ID1-3 739:R1-20 C001 740:R1-20 741:R1-20 935:ID2-2 936:ID2-2 752:ID2-2 1373:ID2-4
MIA 380 782 380 782 127 9*(782) 380 4*(782) 4*(127) 782
MOA 954 782 5*(127) 782 782
NM1 98 1065:ID1-1 1035:AN1-60 1036:AN1-35 1037:AN1-25 1038:AN1-10 1039:AN1-10 66:ID1-2 67:AN2-80 706:ID2-2 98 1035 | P0809 C1110 C1203
NTE 363:ID3-3 352
N1 98 93:AN1-60 66 67 706 98 | R0203 P0304
N2 93 93
N3 166 166
N4 19:AN2-30 156 116:ID3-15 26 309:ID1-2 310:AN1-30 1715:ID1-3 | E0207 C0605 C0704
OI 1032 1383 1073 1351 1360 1363
PAT 1069:ID2-2 1384:ID1-1 584:ID2-2 1220:ID1-1 1250 1251 355 81 1073 | P0506 P0708
PER 366:ID2-2 93 365:ID2-2 364:AN1-256 365 364 365 364 443:AN1-20 | P0304 P0506 P0708
PLB 127 373 6*(C042 782) | P0506 P0708 P0910 P1112 P1314
PRV 1221:ID1-3 128 127 156 C035 1223:ID3-3 | P0203
PS1 127 782 156
PWK 755:ID2-2 756:ID1-2 757:N01-2 98 66 67 352 C002 1525:ID1-2 | P0506
QTY 673:ID2-2 380 C001 61:AN1-30 | R0204 E0204
RDM 756 93 364 C040 C040
REF 128 127 352 C040 | R0203
SBR 1138:ID1-1 1069 127 93 1336:ID1-3 1143:ID1-1 1073 584 1032
STC C043 373 306:ID1-2 782 782 373 591 373 429:AN1-16 C043 C043 933:AN1-264
SVC C003 782 782 234 380 C003 380
SVD 67 782 C003 234 380 554
SV1 C003 782 355 380 1331 1365:ID1-2 C004 782 1073 1340:ID1-2 1073 1073 1364:ID1-1 1341:ID1-1 1327:ID1-1 1334:ID1-1 127 116 782 1337:ID1-1 1360 | P0304
SV2 234 C003 782 355 380 1371:R1-10 782 1073 1345 1337 | R0102 P0405
SV3 C003 782 1331 C006 1358:ID1-1 380 352 1327 1360 1073 C004
SV5 C003 355 380 782 782 594:ID1-1 923:ID1-1 | R0405 C0605
TOO 1270 1271 C005 | P0102
TRN 481:ID1-2 127 509 127
TS2 19*(782)
TS3 127 1331 373 380 18*(782) 380 782
"""  # noqa: E501 (a row of the table is one line)


class Form(NamedTuple):
    """What an element looks like, whatever guide uses it."""

    number: str
    type: str = ""
    shortest: int = 0
    longest: int = 0
    components: tuple[Form, ...] = ()
    """Of a composite."""
    notes: tuple[tuple[str, tuple[int, ...]], ...] = ()


class SegmentForm(NamedTuple):
    elements: tuple[Form, ...]
    notes: tuple[tuple[str, tuple[int, ...]], ...]


_REPEATED = re.compile(r"(\d+)\*\(([^()]*)\)")
_FORM = re.compile(r"([A-Z]{2}|N0|R|N2)(\d+)-(\d+)")
_NOTE = re.compile(r"([PRECL])((?:\d\d)+)")


@cache
def segment_forms() -> dict[str, SegmentForm]:
    """Return the segments by id; composites too."""
    simple: dict[str, Form] = {}
    found: dict[str, SegmentForm] = {}
    for row in filter(str.strip, _TABLE.splitlines()):
        body, _, noted = row.partition("|")
        body = _REPEATED.sub(lambda match: " ".join([match[2]] * int(match[1])), body)
        name, *cells = body.split()
        notes = tuple((kind, _places(places)) for kind, places in _NOTE.findall(noted))
        elements = []
        for cell in cells:
            if cell.startswith("C") and cell in found:
                composite = found[cell]
                elements.append(Form(cell, components=composite.elements, notes=composite.notes))
                continue
            number, _, form = cell.partition(":")
            if form:
                match = _FORM.fullmatch(form)
                assert match is not None, form  # noqa: S101 (the table is ours)
                simple[number] = Form(number, match[1], int(match[2]), int(match[3]))
            elements.append(simple[number])
        found[name] = SegmentForm(tuple(elements), notes)
    return found


def _places(text: str) -> tuple[int, ...]:
    return tuple(int(text[at : at + 2]) for at in range(0, len(text), 2))
