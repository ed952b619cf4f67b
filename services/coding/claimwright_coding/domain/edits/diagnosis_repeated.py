"""The same diagnosis once is enough."""

from collections.abc import Iterator

from claimwright.findings import Finding, Severity, at
from claimwright_coding.domain.code_sets import DatedCodes
from claimwright_coding.domain.content import Content


def diagnosis_repeated(content: Content, _codes: DatedCodes) -> Iterator[Finding]:
    """Yield a warning for each diagnosis that stood earlier in the list."""
    seen: set[str] = set()
    for place, code in content.diagnosis_codes():
        if code in seen:
            yield Finding(
                "coding.diagnosis_repeated",
                "This diagnosis is on the claim already.",
                Severity.WARNS,
                at(f"/diagnoses/{place - 1}/code"),
                "Remove it and let the lines point to its first place.",
            )
        seen.add(code)
