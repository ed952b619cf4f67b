"""Claims by stage, the newest first."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated, Final
from urllib.parse import urlencode
from uuid import UUID

from fastapi import Query, Request
from fastapi.responses import HTMLResponse, Response

from claimwright import ids
from claimwright.events.lifecycle_words import Stage
from claimwright.http import paging
from claimwright.http.parts import Parts
from claimwright.http.routes import Router
from claimwright_console.domain.pipeline import STAGES, Column
from claimwright_console.domain.words import WAITS_FOR_A_PERSON
from claimwright_console.pages.rendering import page
from claimwright_console.persistence import claims
from claimwright_console.visiting.visitors import Visitor, may

router = Router(tags=["pages"])

PAGE: Final = 100
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Chosen:
    """What a person wants to see; words that are none of the choices choose nothing."""

    column: Column | None
    stage: Stage | None
    needs: str | None

    @classmethod
    def of(cls, column: str, stage: str, needs: str) -> "Chosen":
        """Read the choices of an address."""
        return cls(
            column=next((one for one in Column if one.value == column), None),
            stage=next((one for one in Stage if one.value == stage), None),
            needs=needs if needs in {"person", "stuck"} else None,
        )

    @property
    def is_narrow(self) -> bool:
        """Return whether anything is chosen."""
        return self != Chosen(None, None, None)

    @property
    def stages(self) -> frozenset[Stage] | None:
        """Return the stages that fit all choices, or None for all stages."""
        wanted = [
            choice
            for choice in (
                frozenset(STAGES[self.column]) if self.column else None,
                frozenset({self.stage}) if self.stage else None,
                WAITS_FOR_A_PERSON if self.needs == "person" else None,
            )
            if choice is not None
        ]
        return frozenset.intersection(*wanted) if wanted else None

    def address(self, **more: str) -> str:
        """Return the address of these choices."""
        words = {"column": self.column, "stage": self.stage, "needs": self.needs, **more}
        kept = urlencode({name: str(value) for name, value in words.items() if value})
        return f"/claims?{kept}" if kept else "/claims"


@router.get("/claims", response_class=HTMLResponse, include_in_schema=False)
async def listed(
    request: Request,
    parts: Parts,
    *,
    visitor: Annotated[Visitor, may("claim:read")],
    column: Annotated[str, Query(max_length=40)] = "",
    stage: Annotated[str, Query(max_length=40)] = "",
    needs: Annotated[str, Query(max_length=40)] = "",
    after: paging.After = None,
) -> Response:
    """Show a page of the list."""
    chosen = Chosen.of(column, stage, needs)
    async with parts.transactions.begin(org_id=visitor.org_id, actor=visitor.actor) as work:
        found = await claims.page(
            work,
            stages=chosen.stages,
            stuck_at=work.now if chosen.needs == "stuck" else None,
            after=None if after is None else moment_and_id(after),
            limit=PAGE + 1,
        )
    shown = found[:PAGE]
    older = chosen.address(after=cursor(shown[-1].first_at, shown[-1].id)) if len(found) > PAGE else None
    return page(
        request,
        "claims.html",
        visitor=visitor,
        here="Claims",
        claims=shown,
        chosen=chosen,
        older=older,
        newest=chosen.address(),
        is_first=after is None,
    )


def cursor(at: datetime, row_id: UUID) -> str:
    """Return the cursor of a row in a list that is ordered by a moment and an id."""
    return paging.encode(((at - _EPOCH) // timedelta(microseconds=1), ids.text("row", row_id)))


def moment_and_id(text: str) -> tuple[datetime, UUID]:
    """Return what `cursor` wrote.

    Errors: CursorMalformed.
    """
    at, row_id = paging.decode(text, int, str)
    try:
        return _EPOCH + timedelta(microseconds=int(at)), ids.parse("row", str(row_id))
    except (ids.MalformedId, OverflowError):
        raise paging.CursorMalformed("the cursor is of another list") from None
