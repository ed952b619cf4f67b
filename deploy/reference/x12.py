"""`docs/reference/x12.md`: every finding of the X12 codec, what it means, what mends it, how it is acknowledged."""

from itertools import groupby
from typing import Final

from claimwright.x12.catalog import FAULTS, Fault
from claimwright.x12.remit_rules import CLAIM_RULES, LINE_RULES, REMITTANCE_RULES
from claimwright.x12.rules import RULES
from deploy.reference.tables import table

_HEAD: Final = """# Findings in X12 files

Written by `python -m deploy.reference` from the code; a test keeps it so.

A finding names its place (interchange, group, transaction, segment, loop, element, bytes) and never a value. `note` is
a habit that we tolerate, `warn` is told, `error` stops the transaction, `fatal` the interchange. The last column is
how a 999 (IK304 of the segment, IK403 of the element, IK502 of the transaction, AK905 of the group) or a TA1 (TA105)
codes it, and of situations the guides that have it.
"""
_SITUATIONS: Final = 4
_LEVELS: Final = {
    1: "Level 1: syntax and envelope",
    2: "Level 2: the guide",
    3: "Level 3: balance",
    4: "Level 4: situations",
    5: "Level 5: outer codes",
    7: "Levels 6 and 7: what a line of business or a partner demands",
}


def page() -> str:
    """Return the page of X12 findings."""
    parts = [_HEAD]
    for level, faults in groupby(sorted(FAULTS.values(), key=_order), key=lambda fault: fault.level):
        last, told = ("for", _sets) if level == _SITUATIONS else ("acknowledged", _acknowledged)
        rows = [(f"`{fault.code}`", fault.severity, fault.says, fault.fix, told(fault)) for fault in faults]
        parts += [f"\n## {_LEVELS[level]}\n\n", table(("code", "severity", "says", "fix", last), rows)]
    return "".join(parts)


def _sets(fault: Fault) -> str:
    """Name the guides that have a situation; those of questions and answers have it in their words."""
    found = {f"837{kind}" for rule in RULES if rule.code == fault.code for kind in rule.guides}
    rules = (*REMITTANCE_RULES, *CLAIM_RULES, *LINE_RULES)
    found |= {"835" for rule in rules if rule.code == fault.code}
    return ", ".join(sorted(found))


def _order(fault: Fault) -> tuple[int, str]:
    return fault.level, fault.code


def _acknowledged(fault: Fault) -> str:
    codes = (
        ("IK304", fault.ik304),
        ("IK403", fault.ik403),
        ("IK502", fault.ik502),
        ("AK905", fault.ak905),
        ("TA105", fault.ta105),
    )
    return ", ".join(f"{name} {code}" for name, code in codes if code)
