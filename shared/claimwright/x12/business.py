"""Levels 6 and 7: a profile's terms applied to a file, its claims and their findings."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import NamedTuple

from claimwright.x12.catalog import FAULTS
from claimwright.x12.findings import Finding, Severity
from claimwright.x12.models.claims import Claim, ClaimsHeader, kind_of
from claimwright.x12.models.envelopes import Delimiters, Interchange
from claimwright.x12.models.values import NOWHERE, Span
from claimwright.x12.place import SetPlace
from claimwright.x12.profiles import Requirement, Rule, Terms

_ABOUT_GUIDES = frozenset({"x12.guide_old", "x12.guide_unknown", "x12.guide_errata"})
_CLAIM_ACKNOWLEDGMENT = "005010X214"


class _Scope(NamedTuple):
    """What a claim is billed to."""

    filing: str
    payer: str


class Business:
    """One file under one profile's terms: claims come by, then the file's findings are settled."""

    def __init__(self, terms: Terms) -> None:
        self._terms = terms
        self._scopes: dict[tuple[int, int], _Scope] = {}

    @property
    def is_stricter(self) -> bool:
        """Whether the terms let something block that may only be a warning without them."""
        stricter = (Severity.ERROR, Severity.FATAL)
        return any(each in stricter for rule in self._terms.rules for each in rule.severities.values())

    def claim(self, header: ClaimsHeader, claim: Claim) -> list[Finding]:
        """Return what a claim lacks under the terms, and remember whose claim it is."""
        scope = _Scope(claim.subscriber.claim_filing_indicator, claim.subscriber.payer.id)
        self._scopes[header.set_ordinal, claim.claim_ordinal] = scope
        place = SetPlace.of(header)
        kind = f"837{header.kind}"
        findings: dict[tuple[str, str], Finding] = {}
        for rule in self._terms.rules:
            if rule.is_for(kind, *scope):
                for code, loop, segment_id, element in _claim_faults(rule.require, claim, kind, self._terms.day):
                    # What two rules demand is missing once.
                    if (code, segment_id) not in findings:
                        made = place.finding(code, claim.span, segment_id, element, claim.claim_ordinal, loop=loop)
                        findings[code, segment_id] = replace(made, level=rule.level)
        return list(findings.values())

    def settled(self, findings: Iterable[Finding], interchanges: Sequence[Interchange], data: bytes) -> list[Finding]:
        """Return all findings with the severities of the terms, and what the file itself lacks."""
        kinds, taken = _kinds(interchanges), self._guides_taken(interchanges)
        every = [*findings, *self._file_faults(interchanges, data)]
        kept = []
        for each in every:
            if each.code in _ABOUT_GUIDES and (each.interchange, each.group) in taken:
                continue
            severity = self._severity(each, kinds.get(each.transaction, ""))
            if severity is not None:
                kept.append(each if severity is each.severity else replace(each, severity=severity))
        return kept

    def _severity(self, finding: Finding, kind: str) -> Severity | None:
        scope = self._scopes.get((finding.transaction, finding.claim), _NO_CLAIM)
        for rule in self._terms.rules:
            if finding.code in rule.severities and rule.is_for(kind, *scope):
                return rule.severities[finding.code]
        return finding.severity

    def _guides_taken(self, interchanges: Sequence[Interchange]) -> set[tuple[int, int]]:
        """Return the groups whose guide a rule takes by name."""
        named = {guide for rule in self._terms.rules for guide in rule.require.guides}
        return {
            (interchange.interchange_ordinal, group.group_ordinal)
            for interchange in interchanges
            for group in interchange.groups
            if group.guide in named and all(not each.guide or each.guide in named for each in group.sets)
        }

    def _file_faults(self, interchanges: Sequence[Interchange], data: bytes) -> Iterator[Finding]:
        for interchange in interchanges:
            for rule in self._terms.rules:
                yield from _interchange_faults(rule, interchange, data)
            for group in interchange.groups:
                for each in group.sets:
                    kind = _kind(each.set_id, each.guide or group.guide)
                    guide = each.guide or group.guide
                    for rule, name in self._missing(kind, interchange.delimiters, each.span, data):
                        yield _finding(
                            "x12.business_segment",
                            rule,
                            interchange,
                            each.span,
                            group=group.group_ordinal,
                            transaction=each.set_ordinal,
                            segment_id=name,
                        )
                    for rule in self._terms.rules:
                        is_meant = rule.is_for(kind, None, None) and rule.require.guides
                        if is_meant and guide not in rule.require.guides:
                            yield _finding(
                                "x12.business_guide",
                                rule,
                                interchange,
                                each.span,
                                group=group.group_ordinal,
                                transaction=each.set_ordinal,
                                segment_id="ST",
                                element=3,
                            )
                            break

    def _missing(self, kind: str, delimiters: Delimiters, span: Span, data: bytes) -> Iterator[tuple[Rule, str]]:
        """Yield the ids of segments that a transaction is to have under a rule and has not, each once."""
        named: set[str] = set()
        for rule in self._terms.rules:
            for wanted in rule.require.segments if rule.is_for(kind, None, None) else ():
                if wanted not in named and not _has_segment(wanted, delimiters, data, span):
                    named.add(wanted)
                    yield rule, wanted.partition("*")[0]


def _has_segment(wanted: str, delimiters: Delimiters, data: bytes, span: Span) -> bool:
    separator, terminator = re.escape(delimiters.element), re.escape(delimiters.segment)
    text = separator.join(map(re.escape, wanted.split("*")))
    pattern = rf"{terminator}\s*{text} *(?:{separator}|[\r\n]*{terminator})"
    return re.compile(pattern.encode("latin-1")).search(data, span.byte_start, span.byte_end) is not None


_NO_CLAIM = (None, None)


def _interchange_faults(rule: Rule, interchange: Interchange, data: bytes) -> Iterator[Finding]:
    """Yield what is wrong with an interchange under a rule that is not for some claims or sets only."""
    if rule.filing or rule.payers or rule.sets:
        return
    wanted, delimiters = rule.require, interchange.delimiters
    if wanted.line_breaks and not _is_broken_as(wanted.line_breaks, delimiters.segment, interchange.span, data):
        yield _finding("x12.business_line_breaks", rule, interchange, interchange.span, segment_id="ISA")
    if wanted.delimiters and not _is_delimited_as(wanted.delimiters, delimiters):
        yield _finding("x12.business_delimiters", rule, interchange, interchange.span, segment_id="ISA")
    if wanted.usage and interchange.usage_indicator != wanted.usage:
        yield _finding("x12.business_usage", rule, interchange, interchange.span, segment_id="ISA", element=15)


def _is_broken_as(wanted: str, terminator: str, span: Span, data: bytes) -> bool:
    """Tell whether line breaks stand as they are wanted: `none`, or after `each` segment but for the last."""
    own, end = data[span.byte_start : span.byte_end], terminator.encode("latin-1")
    if wanted == "none":
        return b"\n" not in own and b"\r" not in own
    count = own.rstrip(b"\r\n").count(end) - 1
    return terminator in "\r\n" or own.count(end + b"\n") + own.count(end + b"\r") >= count


def _is_delimited_as(wanted: str, delimiters: Delimiters) -> bool:
    # Before 00402 there is no repetition separator.
    own = delimiters[:4]
    return all(sign in ("", want) for sign, want in zip(own, wanted, strict=True))


def _finding(
    code: str,
    rule: Rule,
    interchange: Interchange,
    span: Span,
    *,
    segment_id: str,
    group: int = 0,
    transaction: int = 0,
    element: int = 0,
) -> Finding:
    fault = FAULTS[code]
    return Finding(
        code=code,
        level=rule.level,
        severity=Severity(fault.severity),
        interchange=interchange.interchange_ordinal,
        group=group,
        transaction=transaction,
        segment=span.first_segment if span != NOWHERE else 0,
        position=1 if transaction else 0,
        segment_id=segment_id,
        element=element,
        byte_start=span.byte_start,
        byte_end=span.byte_end,
    )


def _kind(set_id: str, guide: str) -> str:
    if set_id == "837":
        return f"837{kind_of(guide)}"
    return "277CA" if set_id == "277" and guide.startswith(_CLAIM_ACKNOWLEDGMENT) else set_id


def _kinds(interchanges: Sequence[Interchange]) -> dict[int, str]:
    return {
        each.set_ordinal: _kind(each.set_id, each.guide or group.guide)
        for interchange in interchanges
        for group in interchange.groups
        for each in group.sets
    }


def _claim_faults(wanted: Requirement, claim: Claim, kind: str, day: date) -> Iterator[tuple[str, str, str, int]]:
    """Yield code, loop, segment id and element of what a claim lacks."""
    if wanted.frequencies and claim.claim_frequency_code not in wanted.frequencies:
        yield "x12.business_frequency", "2300", "CLM", 5
    present = {each.qualifier for each in claim.references}
    if any(each not in present for each in wanted.references):
        yield "x12.business_reference", "2300", "REF", 0
    if any(each in present for each in wanted.no_references):
        yield "x12.business_reference_unused", "2300", "REF", 1
    decided = [
        each for each in claim.other_coverages if each.adjustments or any(a.qualifier == "D" for a in each.amounts)
    ]
    if any(not each.payer.reference(qualifier) for each in decided for qualifier in wanted.other_payer_references):
        yield "x12.business_other_reference", "2330B", "REF", 0
    if wanted.claims_most and claim.claim_ordinal == wanted.claims_most + 1:
        yield "x12.business_claims", "2300", "CLM", 0
    if wanted.lines_most and len(claim.lines) > wanted.lines_most:
        yield "x12.business_lines", "2400", "LX", 0
    if wanted.taxonomy and not claim.billing.party.taxonomy:
        yield "x12.business_taxonomy", "2000A", "PRV", 0
    if wanted.rendering_provider and claim.rendering_provider is None:
        yield "x12.business_rendering", "2310D" if kind == "837I" else "2310B", "NM1", 0
    if wanted.member_id is not None and wanted.member_id.fullmatch(claim.subscriber.party.id) is None:
        yield "x12.business_member_id", "2010BA", "NM1", 9
    if wanted.days_after_service:
        served = _last_service(claim)
        if served is not None and (day - served).days > wanted.days_after_service:
            yield "x12.business_late", "2300", "DTP", 3


def _last_service(claim: Claim) -> date | None:
    statement = claim.dated("434") or claim.dated("472")
    days = [statement.last_day] if statement is not None else []
    days += [line.service_date.last_day for line in claim.lines if line.service_date is not None]
    known = [each for each in days if each is not None]
    return max(known) if known else None
