"""Some codes may not come first: what caused an injury, and what another condition shows itself as."""

from collections.abc import Iterator

from claimwright.findings import Finding, at
from claimwright_coding.domain.code_sets import DatedCodes, Flag
from claimwright_coding.domain.content import Content

_FIRST = at("/diagnoses/0/code")


def diagnosis_order(content: Content, codes: DatedCodes) -> Iterator[Finding]:
    """Yield a finding where the principal diagnosis is an external cause or a manifestation.

    Source: the Medicare Code Editor's flags.
    """
    principal = content.clinical.diagnoses[0].code
    flags = codes.judge(principal, content.first_day()).flags
    if Flag.EXTERNAL_CAUSE in flags:
        yield Finding(
            "coding.external_cause_first",
            "This code tells what caused an injury, and may not be the first diagnosis.",
            where=_FIRST,
            fix="Put the injury or condition first and this code after it.",
        )
    if Flag.MANIFESTATION in flags:
        yield Finding(
            "coding.manifestation_first",
            "This code tells how another disease shows itself, and may not be the first diagnosis.",
            where=_FIRST,
            fix="Put the underlying disease first and this code after it.",
        )
