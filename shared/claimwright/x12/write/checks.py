"""After writing: read the bytes back, judge them, and compare what was read with what was to be written."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, get_args, get_type_hints

from claimwright.x12.catalog import FAULTS
from claimwright.x12.exchanges import Exchange
from claimwright.x12.findings import Finding, Severity, blocks
from claimwright.x12.judge import Value, judge, judge_and_read
from claimwright.x12.models.claims import HealthCode
from claimwright.x12.models.envelopes import Delimiters
from claimwright.x12.models.values import PLACES, Adjustment, Money, Party, Quantity, number_text
from claimwright.x12.write.segments import Policy, Written, plain_text

# Lines and groups are numbered by the writer.
_UNCOMPARED = frozenset({*PLACES, "number"})


def same(first: Any, second: Any) -> bool:
    """Tell whether two values mean the same, wherever they were read."""
    return alike(first, second) or comparable(first) == comparable(second)


def alike(first: Any, second: Any) -> bool:
    """Tell quickly that two values are the same but for their places; False may only mean another order."""
    if first is second:
        return True
    kind: Any = type(first)
    if kind is not type(second):
        return False
    if kind is Money or kind is Quantity:
        return bool(first.value == second.value) and bool(first.text) == bool(second.text)
    if kind is tuple:
        return len(first) == len(second) and all(map(alike, first, second))
    if not isinstance(first, tuple):
        return bool(first == second)
    plain, deep = _PLANS.get(kind) or _plan(kind)
    for run in plain:
        if first[run] != second[run]:
            return False
    for at in deep:
        ours, theirs = first[at], second[at]
        if ours is not theirs and not alike(ours, theirs):
            return False
    return True


_Plan = tuple[tuple[slice, ...], tuple[int, ...]]
_PLANS: dict[Any, _Plan] = {}


def _plan(kind: Any) -> _Plan:
    """Return the runs of fields of a record that can be compared as they are, and the places of the others."""
    hints = get_type_hints(kind)
    plain: list[slice] = []
    deep = []
    for at, name in enumerate(kind._fields):
        if name in _UNCOMPARED:
            continue
        if not _is_plain(hints[name]):
            deep.append(at)
        elif plain and plain[-1].stop == at:
            plain[-1] = slice(plain[-1].start, at + 1)
        else:
            plain.append(slice(at, at + 1))
    plan = _PLANS[kind] = tuple(plain), tuple(deep)
    return plan


def _is_plain(kind: Any) -> bool:
    """Tell whether values of a type are the same only if they are equal."""
    if kind in (str, int, bool, type(None), Ellipsis):
        return True
    inner = get_args(kind)
    if inner:
        return all(map(_is_plain, inner))
    if kind in (Money, Quantity) or not hasattr(kind, "_fields"):
        return False
    return all(name not in _UNCOMPARED and _is_plain(hint) for name, hint in get_type_hints(kind).items())


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


class Compared:
    """Holds what was to be written against what is read back, one value after the other."""

    def __init__(self, wanted: Iterable[Value | Exchange], policy: Policy, delimiters: Delimiters) -> None:
        self._wanted = iter(wanted)
        self._policy, self._delimiters = policy, delimiters
        self._is_same = True

    def take(self, value: Value | Exchange) -> None:
        if self._is_same:
            wanted = next(self._wanted, None)
            self._is_same = wanted is not None and _is_written(value, wanted, self._policy, self._delimiters)

    def is_same(self) -> bool:
        """Tell whether all that was wanted has come, and nothing else."""
        return self._is_same and next(self._wanted, None) is None


def _is_written(read: Any, wanted: Any, policy: Policy, delimiters: Delimiters) -> bool:
    """Tell whether what was read is what was wanted, or what the policy makes of it."""
    return same(read, wanted) or (policy is Policy.REPLACE and same(read, _replaced(wanted, delimiters)))


def _replaced(value: Any, delimiters: Delimiters) -> Any:
    """Return the value with its texts as they are written by `Policy.REPLACE`."""
    if isinstance(value, str):
        return plain_text(value, delimiters)
    if not isinstance(value, tuple) or isinstance(value, (Money, Quantity)):
        return value
    fields = getattr(value, "_fields", None)
    if fields is None:
        return tuple(_replaced(each, delimiters) for each in value)
    return value._replace(  # type: ignore[attr-defined]
        **{
            name: tuple(_replaced_detail(detail, delimiters) for detail in each)
            if name == "details"
            else _replaced(each, delimiters)
            for name, each in zip(fields, value, strict=True)
            if name not in _UNCOMPARED
        }
    )


def _replaced_detail(detail: Sequence[str], delimiters: Delimiters) -> tuple[str, ...]:
    """Do the same for a raw segment, whose composites hold their separator."""
    elements = [":".join(plain_text(part, delimiters) for part in each.split(":")).rstrip(":") for each in detail]
    while elements and not elements[-1]:
        elements.pop()
    return tuple(elements)


def verified_values(
    written: Written, wanted: Iterable[Value | Exchange], policy: Policy, delimiters: Delimiters
) -> Written:
    """Return what was written if it stands the checks, else findings and no bytes.

    One pass judges the claims, remittances, questions or answers, and holds each against the value that it was made of.
    """
    if not written.data:
        return written
    compared = Compared(wanted, policy, delimiters)
    judged = judge_and_read(written.data, compared.take)
    return _settled(written, judged, compared.is_same)


def verified(
    written: Written,
    wanted: Sequence[Any],
    read: Callable[[bytes], Sequence[Any]],
    policy: Policy,
    delimiters: Delimiters,
) -> Written:
    """Do the same for what the judge does not read itself."""
    if not written.data:
        return written

    def is_same() -> bool:
        return _is_written(tuple(read(written.data)), tuple(wanted), policy, delimiters)

    return _settled(written, judge(written.data), is_same)


def _settled(written: Written, judged: Iterable[Finding], is_same: Callable[[], bool]) -> Written:
    findings = [*written.findings, *judged]
    if not blocks(findings) and not is_same():
        fault = FAULTS["x12.written_differently"]
        findings.append(Finding(fault.code, fault.level, Severity(fault.severity)))
    return Written(b"" if blocks(findings) else written.data, tuple(findings))
