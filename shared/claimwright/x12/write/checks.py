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


def same(first: Any, second: Any) -> bool:
    """Tell whether two values mean the same, wherever they were read."""
    return first is second or first == second or comparable(first) == comparable(second)


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
        # Lines and groups are numbered by the writer.
        if name not in PLACES and name != "number"
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
    if (
        not blocks(findings)
        and policy is Policy.REFUSE
        and comparable(tuple(read(written.data))) != comparable(tuple(wanted))
    ):
        fault = FAULTS["x12.written_differently"]
        findings.append(Finding(fault.code, fault.level, Severity(fault.severity)))
    return Written(b"" if blocks(findings) else written.data, tuple(findings))
