"""A procedure code has the form of CPT or HCPCS Level II.

CPT's list is not ours to ship, so only the form is judged.
"""

import re
from collections.abc import Iterator
from typing import Final

from claimwright.findings import Finding, at
from claimwright_coding.domain.code_sets import DatedCodes
from claimwright_coding.domain.content import Content

# Five digits; four digits and a letter for performance measures (F), new technology (T), laboratory analyses (U, M) and
# provisional codes (A); a letter A to V and four digits for HCPCS Level II.
_FORM: Final = re.compile(r"[0-9]{5}|[0-9]{4}[AFMTU]|[A-V][0-9]{4}", re.ASCII)


def procedure_form(content: Content, _codes: DatedCodes) -> Iterator[Finding]:
    """Yield a finding for each line whose procedure code can't be one.

    Source: the published forms of CPT categories I to III, proprietary laboratory analyses and HCPCS Level II.
    """
    for index, line in enumerate(content.financial.lines):
        if not _FORM.fullmatch(line.procedure_code):
            yield Finding(
                "coding.procedure_form",
                "This is no procedure code: CPT and HCPCS codes have five characters in a few fixed forms.",
                where=at(f"/lines/{index}/procedure_code"),
                fix="Give the five-character CPT or HCPCS code, with letters in upper case.",
            )
