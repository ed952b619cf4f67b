"""The audit trail: who saw or changed what, written in the transaction of the act, and never touched again.

`canon` is the row's content as canonical JSON. A sealer can chain it later without asking what a row looked like when
it was written.
"""

import json
from collections.abc import Sequence
from typing import Final

from opentelemetry import trace
from sqlalchemy import insert

from claimwright import ids
from claimwright.security import tables
from claimwright.security.acting import Acting

_KIND_OF_PREFIX: Final = {"key": "partner", "per": "person", "rte": "clearinghouse", "consumer": "service"}


async def record(
    work: Acting,
    *,
    action: str,
    object: str,  # noqa: A002 - the column's name, and what an auditor calls it
    fields: Sequence[str] = (),
    reason: str | None = None,
) -> None:
    """Write that the actor of this transaction did something to an object.

    `action`: `artifact.opened`, `parked.released`, … `object`: the id of what it was done to. `fields`: the names of
    what was opened or changed, never their values. `reason`: a person's own words for it; no patient belongs there.
    """
    context = trace.get_current_span().get_span_context()
    row = {
        "org_id": work.org_id,
        "at": work.now,
        "actor": work.actor,
        "actor_kind": _kind_of(work.actor),
        "action": action,
        "object": object,
        "fields": list(fields),
        "reason": reason,
        "trace_id": trace.format_trace_id(context.trace_id) if context.is_valid else None,
    }
    canonical = row | {"org_id": ids.text(ids.ORGANIZATION, work.org_id), "at": work.now.isoformat()}
    canon = json.dumps(canonical, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    await work.connection.execute(insert(tables.audit).values(**row, canon=canon))


def _kind_of(actor: str) -> str:
    """Return what kind of actor a name is of: `key:…`, `per_…`, `rte_…`, `consumer:…`, else the service itself."""
    head = actor.partition(":")[0].partition("_")[0]
    return _KIND_OF_PREFIX.get(head, "service")
