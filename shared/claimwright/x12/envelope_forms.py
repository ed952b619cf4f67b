"""What the elements of ISA and GS must look like, and which guides and functional ids we know."""

from __future__ import annotations

import re

from claimwright.x12.models.envelopes import Interchange
from claimwright.x12.models.values import day
from claimwright.x12.tokens import Segment

FUNCTIONAL_IDS = {
    "837": "HC",
    "835": "HP",
    "999": "FA",
    "997": "FA",
    "277": "HN",
    "276": "HR",
    "270": "HS",
    "271": "HB",
    "278": "HI",
    "275": "PI",
    "834": "BE",
    "820": "RA",
}
"""GS01 of each transaction set that we know."""

GUIDES = frozenset(
    {
        *("005010X222", "005010X222A1", "005010X222A2"),
        *("005010X223", "005010X223A1", "005010X223A2", "005010X223A3"),
        *("005010X224", "005010X224A1", "005010X224A2", "005010X224A3"),
        *("005010X221", "005010X221A1", "005010X231", "005010X231A1", "005010X214", "005010X212"),
        *("005010X279", "005010X279A1", "005010X217", "005010X220", "005010X220A1", "005010X218"),
        # Reviews, wishes for more information and attachments; premiums and enrollment through an exchange.
        *("005010X215", "005010X216", "005010X213", "005010X210", "005010X211", "006020X313", "006020X314"),
        *("005010X306", "005010X307"),
    }
)
"""Guides in force, with the errata that are read alike."""

VERSIONS = frozenset({"00501", "00602"})
"""Of all sets, and of the attachments that the United States adopted in version 006020."""

ID_KINDS = frozenset({"01", "14", "20", "27", "28", "29", "30", "33", "ZZ"})
_CONTROL = re.compile(r"[0-9]{9}", re.ASCII)
_GROUP_CONTROL = re.compile(r"[1-9][0-9]{0,8}", re.ASCII)
_ISA_TIME = re.compile(r"(?:[01][0-9]|2[0-3])[0-5][0-9]", re.ASCII)
_GROUP_TIME = re.compile(r"(?:[01][0-9]|2[0-3])[0-5][0-9](?:[0-5][0-9](?:[0-9]{1,2})?)?", re.ASCII)

Check = tuple[int, str, bool]
"""Element, the code of its fault, and whether it is right."""


def isa_checks(segment: Segment, interchange: Interchange) -> tuple[Check, ...]:
    """Judge the elements of an ISA that has all sixteen."""
    elements = segment.elements
    return (
        (1, "x12.isa_authorization", elements[1] in ("00", "01", "02", "03", "04", "05", "06")),
        (3, "x12.isa_security", elements[3] in ("00", "01")),
        (5, "x12.isa_sender_kind", interchange.sender.qualifier in ID_KINDS),
        (6, "x12.isa_sender", bool(interchange.sender.id)),
        (7, "x12.isa_receiver_kind", interchange.receiver.qualifier in ID_KINDS),
        (8, "x12.isa_receiver", bool(interchange.receiver.id)),
        (9, "x12.isa_date", len(elements[9]) == 6 and day("20" + elements[9]) is not None),
        (10, "x12.isa_time", _ISA_TIME.fullmatch(elements[10]) is not None),
        (11, "x12.isa_repetition", bool(segment.delimiters.repetition) or elements[12] < "00402"),
        (12, "x12.isa_version", elements[12] in VERSIONS),
        (13, "x12.isa_control", _CONTROL.fullmatch(elements[13]) is not None),
        (14, "x12.isa_ack", elements[14] in ("0", "1")),
        (15, "x12.isa_usage", elements[15] in ("P", "T")),
    )


def gs_checks(segment: Segment) -> tuple[Check, ...]:
    """Judge the elements of a GS."""
    element = segment.element
    return (
        (4, "x12.group_date", len(element(4)) == 8 and day(element(4)) is not None),
        (5, "x12.group_time", _GROUP_TIME.fullmatch(element(5)) is not None),
        (6, "x12.group_control_form", _GROUP_CONTROL.fullmatch(element(6)) is not None),
        (7, "x12.group_agency", element(7) == "X"),
        (8, "x12.guide_unknown", element(8).strip() in GUIDES or element(8)[:6] == "004010"),
        (8, "x12.guide_old", element(8)[:6] != "004010"),
    )
