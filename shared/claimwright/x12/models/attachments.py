"""275 as values: whose claim or review an attachment belongs to, which one it is, and its bytes."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import NamedTuple

from claimwright.x12.models.status import StatusReport
from claimwright.x12.models.values import NOWHERE, Dated, Detail, Party, Reference, Span, reference

_BASE64 = "B64"


class AttachedBytes(NamedTuple):
    """BIN or BDS: bytes of a stated length. Confidential."""

    data: bytes
    """As they stand in the file; `decoded` takes their coding off."""
    coding: str = ""
    """BDS01: ASC plain, B64 base 64; empty for BIN, whose bytes are plain."""
    stated_length: str = ""
    """BIN01 or BDS02 as written."""
    security: tuple[Detail, ...] = ()
    """EFI in front of it."""
    span: Span = NOWHERE

    @property
    def is_whole(self) -> bool:
        """Tell whether the stated length is the length of the bytes."""
        return self.stated_length.isdigit() and int(self.stated_length) == len(self.data)

    def decoded(self) -> bytes:
        """Return the bytes without the coding that BDS01 names; they often are a MIME entity.

        Errors: ValueError (`binascii.Error`) for what is no base 64.
        """
        if self.coding != _BASE64:
            return self.data
        return base64.b64decode(b"".join(self.data.split()), validate=True)


class Attachment(NamedTuple):
    """LX with what follows it: one attachment, or one answer to one wish for more information."""

    control_number: str
    """TRN02: of one sent unasked the number that PWK06 of the claim has, else the payer's number of its wish."""
    trace_kind: str = ""
    """TRN01: 1 sent unasked, 2 asked for."""
    statuses: tuple[StatusReport, ...] = ()
    """What the payer asked for, in its codes."""
    references: tuple[Reference, ...] = ()
    dates: tuple[Dated, ...] = ()
    category: str = ""
    """CAT01."""
    format: str = ""
    """CAT02: TX text, HL a document of HL7, IA an image, …"""
    objects: tuple[AttachedBytes, ...] = ()
    details: tuple[Detail, ...] = ()
    span: Span = NOWHERE

    @property
    def is_asked_for(self) -> bool:
        return self.trace_kind == "2"


class AttachmentSet(NamedTuple):
    """One 275: the attachments of one patient's claim."""

    purpose: str
    """BGN01: 02 sent unasked, 11 an answer, …"""
    reference: str
    """BGN02."""
    date: str = ""
    parties: tuple[Party, ...] = ()
    """NM1 in file order: PR payer, 41 submitter, 1P or 85 provider, QC patient."""
    references: tuple[Reference, ...] = ()
    """REF behind the patient: EJ or X1 our claim number, 1K the payer's, EA the medical record, …"""
    dates: tuple[Dated, ...] = ()
    """DTP of the claim: 472 service."""
    attachments: tuple[Attachment, ...] = ()
    details: tuple[Detail, ...] = ()
    guide: str = ""
    control_number: str = ""
    set_ordinal: int = 0
    interchange_ordinal: int = 0
    group_ordinal: int = 0
    span: Span = NOWHERE

    def party(self, *roles: str) -> Party | None:
        """Return the first party with one of these roles."""
        return next((each for each in self.parties if each.role in roles), None)

    @property
    def patient(self) -> Party | None:
        return self.party("QC", "IL")

    @property
    def patient_control_number(self) -> str:
        return self._reference("EJ") or self._reference("X1")

    @property
    def payer_claim_control_number(self) -> str:
        return self._reference("1K") or self._reference("F8")

    def _reference(self, qualifier: str) -> str:
        found = (reference(each, qualifier) for each in (self.references, *(a.references for a in self.attachments)))
        return next(filter(None, found), "")

    def objects(self) -> Iterator[tuple[Attachment, AttachedBytes]]:
        """Yield all bytes with the attachment that they are of."""
        for attachment in self.attachments:
            for each in attachment.objects:
                yield attachment, each
