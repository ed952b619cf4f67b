"""Load a new version of the terms of a contract; versions that were cited stay as they are."""

from uuid import UUID

from claimwright import ids
from claimwright.messaging.work import Work
from claimwright.security import audit
from claimwright_remittance.domain.contracts.terms import Terms
from claimwright_remittance.persistence import contracts


async def load_terms(work: Work, terms: Terms) -> tuple[UUID, int]:
    """Keep terms without findings, and return their id and version.

    They hold for what is posted from now on; what was compared before keeps the version that it cites.
    """
    terms_id = ids.new()
    version = await contracts.add_terms(work, terms_id, terms)
    await audit.record(work, action="contract_terms.loaded", object=ids.text(ids.TERMS, terms_id))
    return terms_id, version
