"""Publish a change of the access authority, and write it into the console's own record in the same transaction."""

from claimwright.events.access import (
    ApiKeyIssued,
    ApiKeyRevoked,
    DataKeyWrapped,
    OrganizationCreated,
    SigningKeyPublished,
)
from claimwright.events.envelope import Received
from claimwright.messaging.work import Work
from claimwright.security import access

AccessChange = OrganizationCreated | ApiKeyIssued | ApiKeyRevoked | SigningKeyPublished | DataKeyWrapped


async def publish_access(work: Work, change: AccessChange) -> None:
    """Tell every service of a change, and let it count here at once.

    The record is written by the handler that every other service writes its copy with: the authority can't come to
    hold anything that its events do not say.
    """
    event_id = work.publish(change)
    here = Received(
        id=event_id,
        type=change.TYPE,
        topic=change.TOPIC,
        key=change.record_key,
        version=0,  # the publisher's count is drawn as the transaction ends; no access handler looks at it
        org_id=work.org_id,
        occurred_at=work.now,
        causation_id=None,
        correlation_id=event_id,
        traceparent=None,
        data=change,
        sealed={},
    )
    await access.HANDLERS[type(change)](work, here)
