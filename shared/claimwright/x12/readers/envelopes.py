"""The tree of a file, whatever the transactions in it."""

from __future__ import annotations

from claimwright.x12.envelope import EnvelopeReader, inside_sets
from claimwright.x12.models.envelopes import Interchange
from claimwright.x12.readers.reading import Reading
from claimwright.x12.tokens import Limits, Source, tokens


def read_interchanges(data: Source, limits: Limits | None = None) -> Reading[Interchange]:
    """Read the interchanges of a file with their groups, transaction sets and TA1 segments.

    Errors: Unreadable, for bytes without segments and for what exceeds the limits.
    """
    envelope = EnvelopeReader(limits=limits)
    for _ in inside_sets(tokens(data, limits), envelope):
        pass
    found = tuple(envelope.interchanges)
    return Reading(found, tuple(envelope.findings), found)


def kinds(interchanges: tuple[Interchange, ...]) -> frozenset[str]:
    """Return what is in a file: the functional ids of its groups (HC, HP, FA, HN, …), and TA1."""
    found = {group.functional_id for each in interchanges for group in each.groups if group.functional_id}
    if any(each.acks for each in interchanges):
        found.add("TA1")
    return frozenset(found)
