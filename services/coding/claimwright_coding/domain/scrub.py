"""Run all edits over a claim and say at once what they find."""

from collections.abc import Callable, Iterable, Iterator
from typing import Final

from claimwright.events.coding import ScrubFinding
from claimwright.findings import Finding, Severity
from claimwright_coding.domain.code_sets import DatedCodes
from claimwright_coding.domain.content import Content
from claimwright_coding.domain.edits.age_and_sex import age_and_sex
from claimwright_coding.domain.edits.diagnosis_order import diagnosis_order
from claimwright_coding.domain.edits.diagnosis_repeated import diagnosis_repeated
from claimwright_coding.domain.edits.diagnosis_validity import diagnosis_validity
from claimwright_coding.domain.edits.duplicate_lines import duplicate_lines
from claimwright_coding.domain.edits.icd11_grammar import icd11_grammar
from claimwright_coding.domain.edits.modifiers import modifiers
from claimwright_coding.domain.edits.pointers import pointers
from claimwright_coding.domain.edits.procedure_form import procedure_form

Edit = Callable[[Content, DatedCodes], Iterator[Finding]]

EDITS: Final[tuple[Edit, ...]] = (
    diagnosis_validity,
    diagnosis_order,
    diagnosis_repeated,
    pointers,
    procedure_form,
    modifiers,
    duplicate_lines,
    icd11_grammar,
    age_and_sex,
)
"""In the order in which their findings are shown."""


def scrub(content: Content, codes: DatedCodes) -> list[Finding]:
    """Return everything that the edits find in a claim."""
    return [finding for edit in EDITS for finding in edit(content, codes)]


def stopping(findings: Iterable[Finding]) -> tuple[ScrubFinding, ...]:
    """Return the findings that stop the claim, as `claim.scrub_failed` tells them."""
    return tuple(
        ScrubFinding(code=finding.code, pointer=finding.where.pointer or "", says=finding.says, fix=finding.fix)
        for finding in findings
        if finding.severity is Severity.BLOCKS
    )
