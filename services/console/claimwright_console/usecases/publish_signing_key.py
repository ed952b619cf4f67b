"""Make the key that signs person tokens, once for the deployment, and load it for signing."""

from claimwright import ids
from claimwright.events.access import SigningKeyPublished
from claimwright.events.envelope import Purpose
from claimwright.messaging.work import Work
from claimwright.security import audit
from claimwright.security.tokens import Signer
from claimwright_console.persistence import signing_keys
from claimwright_console.usecases.publish_access import publish_access


async def publish_signing_key(work: Work) -> None:
    """Make a key, keep its private half sealed and publish the other; the work is bound to the platform."""
    signer = Signer.generate()
    public = signer.published()
    row = ids.new()
    sealed = await work.seal(Purpose.IDENTITY, signer.pem(), table="signing_key", column="private_key", row=row)
    await signing_keys.insert(work, kid=public.kid, row_id=row, private_key=sealed)
    organization = ids.text(ids.ORGANIZATION, work.org_id)
    await publish_access(work, SigningKeyPublished(org_id=organization, kid=public.kid, x=public.x, y=public.y))
    await audit.record(work, action="signing_key.published", object=public.kid)


async def load_signer(work: Work) -> Signer | None:
    """Return the signer with the newest key, or None before the deployment has one."""
    newest = await signing_keys.newest(work)
    if newest is None:
        return None
    pem = await work.unseal(
        Purpose.IDENTITY, newest.private_key, table="signing_key", column="private_key", row=newest.row_id
    )
    return Signer.load(pem)
