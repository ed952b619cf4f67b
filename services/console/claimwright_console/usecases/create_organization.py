"""Create an organization with a data key for each purpose."""

from typing import ClassVar, Literal

from claimwright import ids
from claimwright.events.access import DataKeyWrapped, OrganizationCreated
from claimwright.events.envelope import Purpose
from claimwright.messaging.work import Work
from claimwright.refusals import Refusal
from claimwright.security import audit
from claimwright.security.keys import new_data_key
from claimwright.settings import KeySettings
from claimwright_console.usecases.publish_access import publish_access


class KeyEncryptionKeyMissing(Refusal):
    """The console was not given the key-encryption key of a purpose, so it can make no data key of it."""

    code: ClassVar[str] = "key_encryption_key_missing"
    fix: ClassVar[str | None] = "Give the console the key-encryption key file of every purpose."


async def create_organization(
    work: Work, *, name: str, kind: Literal["test", "live"], encryption_keys: KeySettings
) -> None:
    """Create the organization that the work is bound to: test or live for good, with its first data keys."""
    organization = ids.text(ids.ORGANIZATION, work.org_id)
    await publish_access(work, OrganizationCreated(org_id=organization, name=name, kind=kind))
    for purpose in Purpose:
        await make_data_key(work, purpose=purpose, version=1, encryption_keys=encryption_keys)
    await audit.record(work, action="organization.created", object=organization, fields=("kind",))


async def make_data_key(work: Work, *, purpose: Purpose, version: int, encryption_keys: KeySettings) -> None:
    """Make a data key for the bound organization; the wrapped form is all that is kept and sent.

    Errors: KeyEncryptionKeyMissing.
    """
    encryption_key = encryption_keys.key_encryption_key(purpose)
    if encryption_key is None:
        raise KeyEncryptionKeyMissing(purpose.value)
    made = new_data_key(encryption_key, org_id=work.org_id, purpose=purpose, version=version)
    organization = ids.text(ids.ORGANIZATION, work.org_id)
    await publish_access(
        work,
        DataKeyWrapped(org_id=organization, key_id=made.key_id, purpose=purpose, version=version, wrapped=made.wrapped),
    )
