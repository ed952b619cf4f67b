"""Values without what tells who a person is, and values as JSON."""

from __future__ import annotations

import base64
from decimal import Decimal
from typing import Any, TypeVar

from claimwright.x12.models.acknowledgments import ClaimStatus
from claimwright.x12.models.attachments import AttachedBytes, Attachment, AttachmentSet
from claimwright.x12.models.claims import Note
from claimwright.x12.models.eligibility import Benefit, CoveredPerson
from claimwright.x12.models.status import StatusPerson, StatusReport
from claimwright.x12.models.values import PLACES, Address, Contact, Money, Party, Quantity

VEIL = "•••"

T = TypeVar("T")


def veiled(value: T) -> T:
    """Return the value with people's names, numbers, birth dates and addresses, and all free text, behind a veil."""
    return _veiled(value)  # type: ignore[no-any-return]


def _veiled(value: Any) -> Any:
    if isinstance(value, Party) and value.kind == "1":
        return value._replace(
            last_name=_hidden(value.last_name),
            first_name=_hidden(value.first_name),
            middle_name=_hidden(value.middle_name),
            id=value.id if value.id_qualifier == "XX" else _hidden(value.id),
            birth_date=_hidden(value.birth_date),
            address=None if value.address is None else Address(VEIL, state=value.address.state),
            references=tuple(each._replace(value=VEIL) for each in value.references),
            contacts=_veiled(value.contacts),
            details=(),
        )
    if isinstance(value, Contact):
        return Contact(value.function, _hidden(value.name), tuple((kind, VEIL) for kind, _ in value.numbers))
    if isinstance(value, Note):
        return Note(value.function, VEIL)
    if isinstance(value, (ClaimStatus, StatusReport)):
        return value._replace(message=_hidden(value.message))
    if isinstance(value, AttachedBytes):
        return value._replace(data=b"")
    if isinstance(value, Benefit):
        value = value._replace(messages=tuple(VEIL for _ in value.messages))
    if isinstance(value, (Attachment, AttachmentSet, CoveredPerson, StatusPerson)):
        value = value._replace(details=tuple((each[0], VEIL) for each in value.details))
    if isinstance(value, tuple):
        fields = getattr(value, "_fields", None)
        parts = [_veiled(each) for each in value]
        return tuple(parts) if fields is None else type(value)(*parts)
    return value


def _hidden(text: str) -> str:
    return VEIL if text else ""


def plain(value: Any) -> Any:
    """Return a value as JSON knows them; empty fields and places are left out, amounts are text, bytes base 64."""
    if isinstance(value, (Money, Quantity)):
        return value.text
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, tuple):
        fields = getattr(value, "_fields", None)
        if fields is None:
            return [plain(each) for each in value]
        named = {name: plain(each) for name, each in zip(fields, value, strict=True) if name not in PLACES}
        return {name: each for name, each in named.items() if each not in ("", [], None, {})}
    return value
