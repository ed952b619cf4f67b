"""What other programs say of the X12 that we write: pyx12 for 837, 277CA and 999, oxedi for 835."""

import io
import logging
import re
from functools import cache

import oxedi
import pyx12.map_if
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
