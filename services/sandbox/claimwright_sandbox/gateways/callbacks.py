"""Callbacks to submitters: X12 bytes, signed as Standard Webhooks asks."""

import httpx2

from claimwright import clock, ids
from claimwright.security import signatures
from claimwright_sandbox.domain.outgoing import OutgoingFile
from claimwright_sandbox.submitters import Submitter

REMITTANCES = "HP"


class Callbacks:
    """Posts answers to where their submitter wants them."""

    def __init__(self, client: httpx2.AsyncClient) -> None:
        self._client = client

    async def deliver(self, submitter: Submitter, file: OutgoingFile, content: bytes) -> bool:
        """Post one file under its own id; return whether the answer says that it was taken."""
        is_remittance = file.functional_id == REMITTANCES
        url = submitter.remittance_url if is_remittance else submitter.acknowledgment_url
        secret = submitter.remittance_secret if is_remittance else submitter.acknowledgment_secret
        signed = signatures.sign(secret=secret, message_id=ids.text(ids.FILE, file.id), now=clock.now(), body=content)
        try:
            answer = await self._client.post(
                url, content=content, headers={**signed, "content-type": "application/edi-x12"}
            )
        except httpx2.TransportError:
            return False
        return answer.is_success
