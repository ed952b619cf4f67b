"""What stands in the list of ICD-11 codes can be read as one."""

from collections.abc import Iterator

from claimwright.findings import Finding, at
from claimwright_coding.domain.code_sets import DatedCodes
from claimwright_coding.domain.content import Content
from claimwright_coding.domain.icd11 import SyntaxFault, parse


def icd11_grammar(content: Content, _codes: DatedCodes) -> Iterator[Finding]:
    """Yield a finding for each ICD-11 entry that is no code and no cluster, with the character where it breaks."""
    for index, entry in enumerate(content.clinical.icd11):
        match parse(entry.code):
            case SyntaxFault(position=position, says=says):
                yield Finding(
                    "coding.icd11_syntax",
                    f"Character {position}: {says}",
                    where=at(f"/icd11/{index}/code"),
                    fix="Write stems joined by `/`, each followed by its extensions joined by `&`.",
                )
            case _:
                pass
