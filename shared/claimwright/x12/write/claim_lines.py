"""The lines of an 837 to segments, and the parts that lines and claims share."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from claimwright.x12.models.claims import LineAdjudication, Note, ServiceLine
from claimwright.x12.models.values import Detail, Party
from claimwright.x12.write.segments import SegmentWriter

_LINE_BEFORE_DATES = ("SV5", "PWK", "CR1", "CR3", "CRC")
_FORMS = ("LQ", "FRM")


def order_of(*names: str) -> dict[str, int]:
    """Return the place of each name in an order of the guides."""
    return {name: place for place, name in enumerate(names)}


_LINE_PROVIDERS = order_of("72", "ZZ", "82", "QB", "DD", "77", "DQ", "DK", "DN", "P3", "PW", "45")
_WITH_TAXONOMY = frozenset({"82", "71", "DN", "P3", "DD"})


def write_line(writer: SegmentWriter, line: ServiceLine, number: int, kind: str) -> None:
    writer.add("LX", str(number))
    _SERVICES[kind](writer, line)
    details = line.details
    if details:
        writer.details(details, *_LINE_BEFORE_DATES)
    writer.dates(line.dates)
    writer.quantities(line.quantities)
    if details:
        writer.details(details, "MEA", "CN1")
    writer.references(line.references)
    writer.amounts(line.amounts)
    if details:
        writer.details(details, "K3")
    write_notes(writer, line.notes)
    if details:
        writer.details(other_details(details, *_LINE_BEFORE_DATES, "MEA", "CN1", "K3", *_FORMS))
    if line.drug is not None:
        writer.add("LIN", "", line.drug.qualifier, line.drug.ndc)
        if line.drug.quantity.text or line.drug.unit:
            writer.add("CTP", "", "", "", writer.quantity("CTP", line.drug.quantity, 4), (line.drug.unit,))
        writer.references(line.drug.references)
    write_providers(writer, line.providers, _LINE_PROVIDERS)
    for adjudication in line.adjudications:
        _adjudication(writer, adjudication)
    if details:
        writer.details([detail for detail in details if detail[0] in _FORMS])


def _professional(writer: SegmentWriter, line: ServiceLine) -> None:
    writer.add(
        "SV1",
        writer.procedure(line.procedure, "SV1", 1),
        writer.money("SV1", line.charge, 2),
        line.unit,
        writer.quantity("SV1", line.quantity, 4),
        line.place_of_service,
        "",
        writer.composite([str(pointer) for pointer in line.diagnosis_pointers]),
        "",
        line.emergency,
        "",
        line.epsdt,
        line.family_planning,
        "",
        "",
        line.copay_exempt,
    )


def _institutional(writer: SegmentWriter, line: ServiceLine) -> None:
    writer.add(
        "SV2",
        line.revenue_code,
        writer.procedure(line.procedure, "SV2", 2),
        writer.money("SV2", line.charge, 3),
        line.unit,
        writer.quantity("SV2", line.quantity, 5),
        "",
        writer.money("SV2", line.non_covered, 7),
    )


def _dental(writer: SegmentWriter, line: ServiceLine) -> None:
    writer.add(
        "SV3",
        writer.procedure(line.procedure, "SV3", 1),
        writer.money("SV3", line.charge, 2),
        line.place_of_service,
        line.oral_cavity,
        line.prosthesis,
        writer.quantity("SV3", line.quantity, 6),
        *("", "", "", ""),
        writer.composite([str(pointer) for pointer in line.diagnosis_pointers]),
    )
    for tooth, *surfaces in line.teeth:
        writer.add("TOO", "JP", tooth, surfaces)


_SERVICES: dict[str, Callable[[SegmentWriter, ServiceLine], None]] = {
    "P": _professional,
    "I": _institutional,
    "D": _dental,
}


def _adjudication(writer: SegmentWriter, adjudication: LineAdjudication) -> None:
    writer.add(
        "SVD",
        adjudication.payer_id,
        writer.money("SVD", adjudication.paid, 2),
        writer.procedure(adjudication.procedure, "SVD", 3),
        adjudication.revenue_code,
        writer.quantity("SVD", adjudication.units, 5),
        adjudication.bundled_into_line,
    )
    writer.adjustments(adjudication.adjustments)
    writer.dates(adjudication.dates)
    writer.amounts(adjudication.amounts)
    writer.details(adjudication.details)


def write_providers(writer: SegmentWriter, parties: Iterable[Party], order: Mapping[str, int]) -> None:
    for party in sorted(parties, key=lambda each: order.get(each.role, len(order))):
        writer.party(party, first=_WITH_TAXONOMY)


def write_notes(writer: SegmentWriter, notes: Iterable[Note]) -> None:
    for note in notes:
        writer.add("NTE", note.function, note.text)


def other_details(details: Iterable[Detail], *names: str) -> list[Detail]:
    return [detail for detail in details if detail and detail[0] not in names]
