"""Who calls, as far as it was proved, and what it may do."""

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

CallerKind = Literal["partner", "person", "clearinghouse"]


@dataclass(frozen=True, slots=True)
class Caller:
    """One proved caller. `actor`: `key:<id>` of a partner, `per_…` of a person, `rte_…` of a clearinghouse's route."""

    org_id: UUID
    actor: str
    kind: CallerKind
    permissions: frozenset[str]
    is_test: bool

    def may(self, permission: str) -> bool:
        """Return whether the caller holds a permission."""
        return permission in self.permissions
