"""Transactions of all files, those that wait for a person first of all, and what differs between two of one payment."""

from typing import Annotated, Final, Literal

from fastapi import Query
from pydantic import Field

from claimwright import ids
from claimwright.http import paging
from claimwright.http.models import Answer
from claimwright.http.paging import Page
from claimwright.http.permissions import requires
from claimwright.http.problems import path_id
from claimwright.http.routes import Router
from claimwright.security.caller import Caller
from claimwright_remittance.api.files import remittance_view
from claimwright_remittance.api.models import RemittanceView
from claimwright_remittance.domain.remits.comparison import Contrast, Said
from claimwright_remittance.domain.remits.remittance import Place
from claimwright_remittance.parts import Parts
from claimwright_remittance.persistence import reconciliation, views
from claimwright_remittance.persistence.files import Registered
from claimwright_remittance.usecases.compare_remittances import compare_remittances

router = Router(tags=["remittances"])

MOST_SHOWN: Final = 500
"""Two files of many claims may differ in all of them; the count says how many there are."""


class RemittanceInFile(RemittanceView):
    """One transaction, with its file."""

    file_id: str


class ComparedView(Answer):
    """One of two transactions that are compared."""

    remittance_id: str
    file_id: str
    state: str


class PlaceView(Answer):
    """Where something stands in a file."""

    segment: int
    byte_start: int
    byte_end: int


class FieldChangeView(Answer):
    """A field with what either side says of it; adjustments are fields named by group and reason."""

    field: str
    first: Said
    second: Said


class ContrastView(Answer):
    """One thing that differs. Without `first` only the second file has it, without `second` only the first."""

    thing: str
    patient_control_number: str | None = None
    line: int | None = None
    first: PlaceView | None = None
    second: PlaceView | None = None
    changes: list[FieldChangeView]


class ComparisonView(Answer):
    """Two transactions and what differs between them; the first differences, and how many there are."""

    first: ComparedView
    second: ComparedView
    difference_count: int
    differences: list[ContrastView] = Field(max_length=MOST_SHOWN)


@router.get("/v1/remittances")
async def list_remittances(
    parts: Parts,
    caller: Annotated[Caller, requires("ledger:read")],
    state: Annotated[Literal["held", "clash"], Query()] = "held",
    after: paging.After = None,
    limit: paging.Limit = paging.USUAL_PAGE,
) -> Page[RemittanceInFile]:
    """List the transactions that wait for a person, the latest first: held for a difference, or a clash to compare."""
    before = ids.parse(ids.REMITTANCE, str(paging.decode(after, str)[0])) if after else None
    async with parts.transactions.begin(org_id=caller.org_id, actor=caller.actor) as work:
        rows = await views.remittances_in(work, state, before=before, limit=limit)
        sets = await reconciliation.sets_of_files(work, sorted({row.file_id for row in rows}))
    known = {each.remittance_id: each for each in sets}
    items = [
        RemittanceInFile(**remittance_view(row, known).model_dump(), file_id=ids.text(ids.FILE, row.file_id))
        for row in rows
    ]
    return Page(items=items, next=paging.encode((items[-1].id,)) if len(items) == limit else None)


@router.get("/v1/remittances/{remittance_id}/comparison")
async def get_comparison(
    remittance_id: str,
    parts: Parts,
    caller: Annotated[Caller, requires("remittance:read")],
    other: Annotated[str | None, Query(alias="with", max_length=40)] = None,
) -> ComparisonView:
    """Return what differs between a transaction and the one under whose payment it came, or any that is named.

    Both files are opened for it, and who did that is recorded.
    """
    wanted = path_id(ids.REMITTANCE, remittance_id)
    with_id = path_id(ids.REMITTANCE, other) if other else None
    async with parts.transactions.begin(org_id=caller.org_id, actor=caller.actor) as work:
        compared = await compare_remittances(work, wanted, with_id=with_id)
    return ComparisonView(
        first=_side(compared.first),
        second=_side(compared.second),
        difference_count=len(compared.contrasts),
        differences=[_contrast(each) for each in compared.contrasts[:MOST_SHOWN]],
    )


def _side(registered: Registered) -> ComparedView:
    return ComparedView(
        remittance_id=ids.text(ids.REMITTANCE, registered.id),
        file_id=ids.text(ids.FILE, registered.file_id),
        state=registered.state,
    )


def _contrast(contrast: Contrast) -> ContrastView:
    return ContrastView(
        thing=contrast.thing.value,
        patient_control_number=contrast.number,
        line=contrast.line,
        first=_place(contrast.first),
        second=_place(contrast.second),
        changes=[FieldChangeView(field=each.field, first=each.first, second=each.second) for each in contrast.changes],
    )


def _place(place: Place | None) -> PlaceView | None:
    if place is None:
        return None
    return PlaceView(segment=place.segment, byte_start=place.byte_start, byte_end=place.byte_end)
