"""JSON merge patch: the document that a patch makes of another, and which top-level members it changed.

Source: RFC 7396.
"""

from typing import Any


def merge(target: Any, patch: Any) -> Any:
    """Return the target with the patch laid over it: null removes a member, anything but an object replaces."""
    if not isinstance(patch, dict):
        return patch
    merged = dict(target) if isinstance(target, dict) else {}
    for name, value in patch.items():
        if value is None:
            merged.pop(name, None)
        else:
            merged[name] = merge(merged.get(name), value)
    return merged


def changed_members(before: dict[str, Any], after: dict[str, Any]) -> tuple[str, ...]:
    """Return JSON Pointers to the top-level members that differ, in the order of their names."""
    names = sorted(before.keys() | after.keys())
    return tuple(f"/{name}" for name in names if before.get(name) != after.get(name))
