"""Values without what tells who a person is, and values as JSON."""

from __future__ import annotations

import base64
from collections.abc import Set as AbstractSet
from decimal import Decimal
from typing import Any, TypeVar

from claimwright.x12.models.acknowledgments import ClaimStatus, SegmentError
from claimwright.x12.models.attachments import AttachedBytes
from claimwright.x12.models.claims import BillingProvider, Note, OtherCoverage, Subscriber
from claimwright.x12.models.eligibility import Benefit
from claimwright.x12.models.remittances import ProviderAdjustment, RemitClaim, Remittance
from claimwright.x12.models.status import StatusReport
from claimwright.x12.models.values import (
    PLACES,
    Address,
    Contact,
    Dated,
    Detail,
    Money,
    Party,
    Procedure,
    Quantity,
    Reference,
    Span,
)
from claimwright.x12.npi import is_npi
from claimwright.x12.place import SEGMENT_ID

VEIL = "•••"

PEOPLE_ROLES = frozenset({"IL", "QC", "03", "74", "GB", "QD", "S1"})
"""NM101 of patients, insured and those who answer for them: people, whatever NM102 says."""

_ORGANIZATION = "2"
_SOCIAL_SECURITY_NUMBER = "34"
# What is not listed may identify a person: EA, SY, 1W, 0F, F6, IG, Y4 and what nobody thought of.
_OPEN_REFERENCES = frozenset(
    {
        # Claims and their lines, as the provider, the payer and those between them number them.
        *("EJ", "X1", "F8", "1K", "6R", "FJ", "D9", "9A", "9B", "9C", "9D"),
        # What a payer has allowed.
        *("G1", "G3", "9F", "BB", "4N", "P4", "LX"),
        # Codes, versions, batches.
        *("87", "F2", "BT", "BLT", "LU", "APC", "RB", "1S", "E9", "EW"),
        # Providers, laboratories and payers.
        *("EI", "TJ", "G2", "0B", "1A", "1B", "1C", "1D", "1G", "1H", "1J", "HPI", "PQ"),
        *("X4", "F4", "2U", "FY", "NF", "EO", "EV"),
        # Plans and groups.
        *("18", "6P", "1L", "CE", "N6", "0K"),
    }
)
# CTX01 of a 999: the units of business that are known by the number of a claim, line or batch.
_OPEN_UNITS = frozenset({"CLM01", "CLP01", "TRN02", "BHT03"})
# Of BPR05 to BPR15: the banks, the accounts, and the receiver's bank and account.
_BANK_PLACES = frozenset({2, 4, 8, 10})

# Fields of codes in segments about people, none longer than three signs. Where a separator is missing or one too many,
# a name or number stands in their place.
_CODES = frozenset(
    {
        *("role", "kind", "id_qualifier", "qualifier", "gender", "function", "form", "state", "country", "subdivision"),
        *("relationship", "patient_relationship", "payer_responsibility_sequence", "claim_filing_indicator"),
        *("insurance_type", "coverage_level"),
    }
)
_CODE_LONGEST = 3

# What many claims have in common.
_SHARED = (BillingProvider, Subscriber)
_AS_IT_IS = (Money, Quantity, Span)
_EMPTY = ("", (), None)
_VEILED = frozenset({Party, Contact, Reference, Procedure, Note, ClaimStatus, StatusReport, AttachedBytes})

# Codes of a PLB whose reference is the trace number of a remittance: a balance that is carried forward.
_ABOUT_PAYMENTS = frozenset({"FB"})

T = TypeVar("T")


def veiled(value: T) -> T:
    """Return the value with people's names, numbers, birth dates and addresses, and all free text, behind a veil.

    Who is not said to be an organization is a person. Segments without a model keep their id alone, and references
    only stay open when their qualifier is known to identify no person. Bank accounts are hidden as well.
    """
    return _veiled(value, {})  # type: ignore[no-any-return]


_Known = dict[int, Any]
"""What was made already of what claims share, by the identity of it; it lives as long as the value that holds it."""


def _veiled(value: Any, known: _Known) -> Any:
    if not value or not isinstance(value, tuple) or isinstance(value, _AS_IT_IS):
        return value
    if isinstance(value, _SHARED):
        made = known.get(id(value))
        if made is None:
            made = known[id(value)] = _parts(_own(value), known)
        return made
    return _parts(_own(value), known) if type(value) not in _VEILED else _covered(value)


def _covered(value: Any) -> Any:
    """Veil what is looked at as a whole."""
    match value:
        case Party() if is_person(value.role, value.kind) or value.id_qualifier == _SOCIAL_SECURITY_NUMBER:
            return _person(value)
        case Contact():
            numbers = tuple((_code(kind), VEIL) for kind, _ in value.numbers)
            return Contact(_code(value.function), _hidden(value.name), numbers)
        case Reference():
            is_open = value.qualifier in _OPEN_REFERENCES
            return value._replace(
                qualifier=_code(value.qualifier),
                value=value.value if is_open else _hidden(value.value),
                description=_hidden(value.description),
            )
        case Procedure():
            return value._replace(qualifier=_code(value.qualifier), description=_hidden(value.description))
        case Note():
            return Note(_code(value.function), VEIL)
        case ClaimStatus() | StatusReport():
            return value._replace(message=_hidden(value.message))
        case AttachedBytes():
            return value._replace(data=b"", security=_details(value.security))
        case _:
            return _parts(value, {})


def _own(value: Any) -> Any:
    """Veil what a value itself says; its parts come after it."""
    match value:
        case SegmentError() if value.business_unit is not None and value.business_unit[0] not in _OPEN_UNITS:
            return value._replace(business_unit=(value.business_unit[0], VEIL))
        case Benefit():
            return value._replace(messages=tuple(VEIL for _ in value.messages))
        case Remittance():
            banks = enumerate(value.payment_details)
            own = {number for each in value.claims for number in _claim_numbers(each)}
            return value._replace(
                payment_details=tuple(_hidden(each) if place in _BANK_PLACES else each for place, each in banks),
                provider_adjustments=tuple(_adjustment(each, own) for each in value.provider_adjustments),
            )
        case Subscriber() | OtherCoverage():
            return _policy(value)
        case _:
            return value


def _claim_numbers(claim: RemitClaim) -> tuple[str, str]:
    return claim.patient_control_number, claim.payer_claim_control_number


def _adjustment(adjustment: ProviderAdjustment, claim_numbers: AbstractSet[str]) -> ProviderAdjustment:
    """Veil what a PLB refers to: payers put numbers and names of members there too.

    A claim of this remittance is told by its number anyhow, and what is carried forward names a payment.
    """
    is_open = adjustment.reference in claim_numbers or adjustment.code in _ABOUT_PAYMENTS
    return adjustment if is_open else adjustment._replace(reference=_hidden(adjustment.reference))


def _policy(value: Subscriber | OtherCoverage) -> Any:
    """Veil the name of a group, which may be that of a person, and a group number that is the member's own."""
    party = value.party if isinstance(value, Subscriber) else value.subscriber
    number = value.group_number
    return value._replace(
        group_number=_hidden(number) if number == party.id else number, group_name=_hidden(value.group_name)
    )


def _parts(value: tuple[Any, ...], known: _Known) -> Any:
    fields = getattr(value, "_fields", None)
    if fields is None:
        return tuple(_veiled(each, known) for each in value)
    return type(value)(*(_part(name, each, known) for name, each in zip(fields, value, strict=True)))


def _part(name: str, value: Any, known: _Known) -> Any:
    if name in _CODES and isinstance(value, str):
        return _code(value)
    return _details(value) if name == "details" else _veiled(value, known)


def is_person(role: str, kind: str) -> bool:
    """Tell whether NM101 and NM102 may name a person: anybody who is not said to be an organization."""
    return kind.strip() != _ORGANIZATION or role in PEOPLE_ROLES


def _person(party: Party) -> Party:
    is_provider = party.id_qualifier == "XX" and party.role not in PEOPLE_ROLES and is_npi(party.id)
    return party._replace(
        role=_code(party.role),
        kind=_code(party.kind),
        id_qualifier=_code(party.id_qualifier),
        gender=_code(party.gender),
        last_name=_hidden(party.last_name),
        first_name=_hidden(party.first_name),
        middle_name=_hidden(party.middle_name),
        suffix=_hidden(party.suffix),
        id=party.id if is_provider else _hidden(party.id),
        birth_date=_hidden(party.birth_date),
        address=None if party.address is None else Address(VEIL, state=_code(party.address.state)),
        references=tuple(
            each._replace(qualifier=_code(each.qualifier), value=VEIL, description="") for each in party.references
        ),
        contacts=_veiled(party.contacts, {}),
        dates=tuple(Dated(_code(each.qualifier), _code(each.form), VEIL) for each in party.dates),
        details=_details(party.details),
    )


def _details(details: tuple[Detail, ...]) -> tuple[Detail, ...]:
    return tuple((each[0] if SEGMENT_ID.fullmatch(each[0]) else VEIL, VEIL) for each in details)


def _code(text: str) -> str:
    plain_code = text.strip()
    is_code = len(plain_code) <= _CODE_LONGEST and plain_code.isascii() and plain_code.isalnum()
    return text if is_code else _hidden(text)


def _hidden(text: str) -> str:
    return VEIL if text else ""


def plain(value: Any) -> Any:
    """Return a value as JSON knows them; empty fields and places are left out, amounts are text, bytes base 64."""
    return _plain(value, {})


def _plain(value: Any, known: _Known) -> Any:
    if isinstance(value, tuple):
        if isinstance(value, (Money, Quantity)):
            return value.text
        fields = getattr(value, "_fields", None)
        if fields is None:
            return [_plain(each, known) for each in value]
        if isinstance(value, _SHARED) and id(value) in known:
            return known[id(value)]
        named = {
            name: _plain(each, known)
            for name, each in zip(fields, value, strict=True)
            if each not in _EMPTY and name not in PLACES
        }
        made = {name: each for name, each in named.items() if each not in ("", [], None, {})}
        if isinstance(value, _SHARED):
            known[id(value)] = made
        return made
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    return value
