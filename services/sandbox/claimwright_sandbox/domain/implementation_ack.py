"""A judged file → the 999 for each of its groups."""

from collections.abc import Sequence

from claimwright.x12 import Finding, Group, GroupAck, Interchange, SetAck, blocks

_SEGMENT_ERRORS = "5"


def implementation_acks(interchange: Interchange, findings: Sequence[Finding]) -> list[GroupAck]:
    """Return one acknowledgment a group: a set with a finding that blocks is rejected, the others are accepted."""
    return [_group_ack(group, findings) for group in interchange.groups]


def is_accepted(set_ordinal: int, findings: Sequence[Finding]) -> bool:
    """Return whether a set (by its ordinal in the file) goes on to the payers."""
    return not blocks([finding for finding in findings if finding.transaction in (0, set_ordinal)])


def _group_ack(group: Group, findings: Sequence[Finding]) -> GroupAck:
    sets = []
    for each in group.sets:
        accepted = is_accepted(each.set_ordinal, findings)
        sets.append(
            SetAck(
                set_id=each.set_id,
                control_number=each.control_number,
                guide=each.guide,
                code="A" if accepted else "R",
                codes=() if accepted else (_SEGMENT_ERRORS,),
            )
        )
    rejected = sum(each.is_rejected for each in sets)
    code = "A" if not rejected else "R" if rejected == len(sets) else "P"
    return GroupAck(
        functional_id=group.functional_id,
        control_number=group.control_number,
        guide=group.guide,
        code=code,
        sets_included=len(sets),
        sets_received=len(sets),
        sets_accepted=len(sets) - rejected,
        sets=tuple(sets),
    )
