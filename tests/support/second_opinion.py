"""What other programs say of the X12 that we write: pyx12 for 837, 277CA and 999, oxedi for 835."""

import io
import logging
import re
from functools import cache
from importlib import resources
from itertools import pairwise
from typing import Any
from xml.etree import ElementTree as ET

import oxedi
import pytest
import pyx12.map_if
import pyx12.map_index
import pyx12.params
import pyx12.x12n_document

# It parses its maps anew for each file, a second each; they are not changed by use.
pyx12.map_if.load_map_file = cache(pyx12.map_if.load_map_file)
_PARAMETERS = pyx12.params.params()

# pyx12's own mistakes, each with the reason; matched against its log lines.
EXCUSED = (
    # It holds HL04 of a level without children to be wrong when the next level is not a sibling.
    re.compile(r"HL04|HL child", re.IGNORECASE),
)


def pyx12_complaints(data: bytes) -> list[str]:
    """Return what pyx12 logs as an error for a file, its known mistakes left out; an empty list is IK5*A."""
    handler = _Collecting()
    logger = logging.getLogger("pyx12")
    logger.addHandler(handler)
    was = logger.level
    logger.setLevel(logging.ERROR)
    try:
        acknowledgment = io.StringIO()
        source = io.StringIO(data.decode("latin-1"))
        is_valid = pyx12.x12n_document.x12n_document(_PARAMETERS, source, acknowledgment, None)
    finally:
        logger.removeHandler(handler)
        logger.setLevel(was)
    complaints = [line for line in handler.lines if not any(each.search(line) for each in EXCUSED)]
    if not is_valid and not complaints and not handler.lines:
        complaints.append("refused without a reason: " + acknowledgment.getvalue())
    return complaints


class _Collecting(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())


def oxedi_reading(data: bytes) -> tuple[int, object, list[str]]:
    """Return what oxedi counts in an 835 (claims, payments) and what it complains of."""
    result = oxedi.parse(data)
    return result.count_claims(), result.sum_payments(), [str(each) for each in result.diagnostics]


def pyx12_complaints_of_277(data: bytes) -> list[str]:
    """Return what pyx12 says of a 277 that answers a 276 (005010X212).

    It ships a map of this guide that its index does not name, since it is unfinished: the levels stand beside each
    other, SE stands in no transaction, and the group is another guide's. Here its loops and segments, which are whole,
    are put under each other.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pyx12.map_index.map_index, "get_filename", lambda *_: _STATUS_MAP)
        patch.setattr(pyx12.map_if, "load_map_file", _load_map)
        return pyx12_complaints(data)


_STATUS_MAP = "277.5010.X212.xml"
_load_shipped = pyx12.map_if.load_map_file


@cache
def _load_map(name: str, parameters: Any, path: str | None = None) -> Any:
    if name != _STATUS_MAP:
        return _load_shipped(name, parameters, path)
    root = ET.parse(str(resources.files("pyx12") / "map" / name)).getroot()  # noqa: S314 (an installed file)
    loops = {each.get("xid"): each for each in root.iter("loop")}
    for above, below in pairwise(_LEVELS):
        holder = next(each for each in root.iter("loop") if loops[below] in each)
        holder.remove(loops[below])
        loops[above].append(loops[below])
        _set(loops[below], "pos", "2000")
        _set(loops[below], "usage", "S")
    for wrapper in ("TABLE2AREA4", "TABLE2AREA5", "TABLE2AREA6"):
        loops["DETAIL"].remove(loops[wrapper])
    trailer = next(each for each in loops["TABLE2AREA3"].iter("segment") if each.get("xid") == "SE")
    loops["GS_LOOP"].remove(loops["TABLE2AREA3"])
    loops["ST_LOOP"].append(trailer)
    group = next(each for each in loops["GS_LOOP"].iter("segment") if each.get("xid") == "GS")
    for code in group.iter("code"):
        code.text = {"RA": "HN", "005010X218": "005010X212"}.get(code.text or "", code.text)
    return pyx12.map_if.map_if(root, parameters, path)


_LEVELS = ("2000A", "2000B", "2000C", "2000D", "2000E")


def _set(loop: ET.Element, name: str, text: str) -> None:
    found = loop.find(name)
    assert found is not None
    found.text = text
