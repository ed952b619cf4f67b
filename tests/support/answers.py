"""What clearinghouses and payers answer to an 837, as bytes written by our own codec."""

from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import count

from claimwright import x12

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
_ENVELOPE = x12.Envelope(
    sender=x12.Endpoint("ZZ", "SANDBOXCH"), receiver=x12.Endpoint("ZZ", "CWSUBMITTER"), usage_indicator="T"
)
_numbers = count(1)


def _control() -> x12.ControlNumbers:
    number = next(_numbers)
    return x12.ControlNumbers(number, number, number)


def _bytes(written: x12.Written) -> bytes:
    assert written.data, [(finding.code, finding.segment_id, finding.element) for finding in written.findings]
    return written.data


def a_ta1(interchange: int, *, code: str = "A", note: str = "000", at: datetime = NOON) -> bytes:
    """Return a TA1 for one interchange of ours."""
    ack = x12.InterchangeAck(f"{interchange:09d}", at.strftime("%y%m%d"), at.strftime("%H%M"), code, note)
    return _bytes(x12.write_ta1([ack], envelope=_ENVELOPE, control=_control(), moment=at))


def a_999(
    group: int,
    *,
    sets: Sequence[tuple[str, str]] = (),
    code: str = "A",
    codes: tuple[str, ...] = (),
    set_codes: tuple[str, ...] = (),
    at: datetime = NOON,
) -> bytes:
    """Return a 999 for one group of ours; `sets` are (ST02, verdict)."""
    acks = tuple(x12.SetAck("837", number, "005010X222A1", verdict, set_codes) for number, verdict in sets)
    ack = x12.GroupAck(
        "HC",
        str(group),
        "005010X222A1",
        code,
        sets_included=max(1, len(sets)),
        sets_received=max(1, len(sets)),
        sets_accepted=sum(verdict in "AE" for _, verdict in sets) if sets else int(code in "AE"),
        codes=codes,
        sets=acks,
    )
    return _bytes(x12.write_999([ack], envelope=_ENVELOPE, control=_control(), moment=at))


def a_status(category: str, action: str = "", *, status: str = "20", entity: str = "PR") -> x12.ClaimStatus:
    action = action or ("U" if category in {"A3", "A6", "A7", "A8"} else "WQ")
    return x12.ClaimStatus(
        codes=((category, status, entity),), action=action, date="20260302", amount=x12.money_of_cents(100_00)
    )


def a_claim_ack(number: str, category: str, action: str = "", *, payer_number: str = "") -> x12.ClaimAck:
    references = (x12.Reference("1K", payer_number),) if payer_number else ()
    return x12.ClaimAck(
        patient=x12.Party("QC", last_name="TESTFALL", first_name="IDA", kind="1", id_qualifier="MI", id="PAID1001"),
        patient_control_number=number,
        statuses=(a_status(category, action),),
        references=references,
        dates=(x12.Dated("472", "D8", "20260302"),),
    )


def a_277ca(
    batch: int,
    claims: Sequence[x12.ClaimAck] = (),
    *,
    source: str = "AY",
    batch_status: x12.ClaimStatus | None = None,
    provider_status: x12.ClaimStatus | None = None,
    npi: str = "1234567893",
    at: datetime = NOON,
) -> bytes:
    """Return a 277CA for one file of ours; AY is the clearinghouse, PR the payer."""
    provider = x12.ProviderAck(
        party=x12.Party("85", last_name="SPRING STREET CLINIC", id_qualifier="XX", id=npi),
        trace_number="0" if provider_status else "",
        statuses=(provider_status,) if provider_status else (),
        claims=tuple(claims),
    )
    ack = x12.BatchAck(
        source=x12.Party(source, last_name="SANDBOX", id_qualifier="46", id="SANDBOXCH"),
        receiver=x12.Party("41", last_name="CWSUBMITTER", id_qualifier="46", id="CWSUBMITTER"),
        reference="ANSWER1",
        source_trace="TRACE1",
        source_dates=(x12.Dated("050", "D8", "20260302"), x12.Dated("009", "D8", "20260302")),
        batch_reference=f"{batch:09d}",
        statuses=(batch_status or a_status("A1", status="19"),),
        providers=(provider,) if claims or provider_status else (),
    )
    return _bytes(x12.write_277ca([ack], envelope=_ENVELOPE, control=_control(), moment=at))
