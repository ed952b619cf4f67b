"""After writing: read the bytes back, judge them, and compare what was read with what was to be written."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from claimwright.x12.catalog import FAULTS
from claimwright.x12.findings import Finding, Severity, blocks
from claimwright.x12.judge import judge
from claimwright.x12.models.claims import HealthCode
from claimwright.x12.models.values import PLACES, Adjustment, Money, Party, Quantity, number_text
from claimwright.x12.write.segments import Policy, Written

# Lines and groups are numbered by the writer.
_UNCOMPARED = frozenset({*PLACES, "number"})


def same(first: Any, second: Any) -> bool:
    """Tell whether two values mean the same, wherever they were read."""
    return alike(first, second) or comparable(first) == comparable(second)


def alike(first: Any, second: Any) -> bool:
    """Tell quickly that two values are the same but for their places; False may only mean another order."""
    if first == second:
        return True
    if isinstance(first, (Money, Quantity)) and isinstance(second, (Money, Quantity)):
        return first.value == second.value and bool(first.text) == bool(second.text)
    if not isinstance(first, tuple) or type(first) is not type(second):
        return False
    fields = getattr(first, "_fields", None)
    if fields is None:
        return len(first) == len(second) and all(map(alike, first, second))
    return all(
        name in _UNCOMPARED or alike(ours, theirs) for name, ours, theirs in zip(fields, first, second, strict=True)
    )


def comparable(value: Any) -> Any:
    """Return the value without places, numbers in one spelling, and free orders put into one order.

    Free are raw segments, providers, codes and adjustments: the writer puts them where the guide has them.
    """
    if isinstance(value, (Money, Quantity)):
        return number_text(value.value) if value.text and value.value.is_finite() else value.text
    if not isinstance(value, tuple):
        return value
    fields = getattr(value, "_fields", None)
    if fields is None:
        found = [comparable(each) for each in value]
        if value and isinstance(value[0], (Adjustment, HealthCode, Party)):
            found.sort(key=lambda each: each[0])
        return tuple(found)
    return tuple(
        _details(each) if name == "details" else comparable(each)
        for name, each in zip(fields, value, strict=True)
        if name not in _UNCOMPARED
    )


def _details(details: Sequence[tuple[str, ...]]) -> tuple[tuple[str, ...], ...]:
    return tuple(sorted(details, key=lambda detail: detail[0]))


def verified(
    written: Written, wanted: Sequence[Any], read: Callable[[bytes], Sequence[Any]], policy: Policy
) -> Written:
    """Return what was written if it stands the checks, else findings and no bytes."""
    if not written.data:
        return written
    findings = [*written.findings, *judge(written.data)]
    if not blocks(findings) and policy is Policy.REFUSE and not same(tuple(read(written.data)), tuple(wanted)):
        fault = FAULTS["x12.written_differently"]
        findings.append(Finding(fault.code, fault.level, Severity(fault.severity)))
    return Written(b"" if blocks(findings) else written.data, tuple(findings))
