"""One claim: where it is, who owes, what happens next; what happened, and the bytes behind each entry."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import Form, Query, Request
from fastapi.responses import HTMLResponse, Response

from claimwright import ids
from claimwright.events.lifecycle import Axes, fold
from claimwright.events.lifecycle_words import Balance, Stage
from claimwright.events.parts import EncounterIdentity, PersonName
from claimwright.http.parts import AppParts, Parts
from claimwright.http.permissions import PermissionMissing
from claimwright.http.problems import NotFound, path_id
from claimwright.http.routes import Router
from claimwright.money import dollars
from claimwright.security import audit
from claimwright.x12 import Unreadable
from claimwright_console.domain import payment_words, words
from claimwright_console.domain.journey import Stay
from claimwright_console.domain.raw import raw_file
from claimwright_console.domain.stops import Stop, stops
from claimwright_console.domain.timeline import Step, files_of, rail, timeline
from claimwright_console.domain.words import WAITS_FOR_A_PERSON
from claimwright_console.gateways.owners import OwnerDidNotAct, Person
from claimwright_console.gateways.payments import Payments
from claimwright_console.pages.claim_money import as_event_told, money_of
from claimwright_console.pages.rendering import page
from claimwright_console.pages.words_for_pages import fields_of
from claimwright_console.persistence import claims, events
from claimwright_console.persistence.events import EventRow
from claimwright_console.usecases.open_claim import open_identity, open_ledger
from claimwright_console.visiting.parts import Console, ConsoleParts
from claimwright_console.visiting.visitors import Visitor, may

router = Router(tags=["pages"])

ZOOMS: Final = (("all", "Everything"), ("story", "The story"))
MONEY_NAMES: Final = {"paid": "Paid", "adjusted": "Adjusted", "patient": "Patient share", "open": "Still open"}
_RAW: Final = {
    "submission": ("/v1/artifacts/{}", "artifact:read"),
    "remittance": ("/v1/files/{}/raw", "remittance:read"),
}
"""Where an owner keeps its raw files, and the permission that it asks for."""
_BILLED: Final = "claim.queued."
"""What has to have happened before remittance knows the claim."""
_NUMBERS: Final = (
    ("encounter", "encounter_id"),
    ("submission", "submission_id"),
    ("patient control number", "patient_control_number"),
    ("payer's claim number", "payer_claim_control_number"),
    ("clearinghouse trace", "clearinghouse_trace_number"),
)


@dataclass(frozen=True, slots=True)
class ClaimView:
    """A claim as its page shows it."""

    text_id: str
    axes: Axes
    rail: Sequence[Step]
    stops: Sequence[Stop]
    numbers: Sequence[tuple[str, str]]

    @property
    def is_denied(self) -> bool:
        """Return whether a denial case is open: somebody has to correct, appeal or give up."""
        return any(case.state == "OPEN" for case in self.axes.cases)

    @property
    def where(self) -> str:
        """Say where the claim is."""
        if self.axes.stage is Stage.ADJUDICATED and self.axes.outcomes:
            last = self.axes.outcomes[max(self.axes.outcomes)][-1]
            return f"The payer decided: {words.OUTCOME[last]}."
        return words.STAGE[self.axes.stage].where

    @property
    def next(self) -> str:
        """Say what happens next."""
        if self.axes.stage is Stage.ADJUDICATED and self.is_denied:
            return "The denial is corrected and sent again, appealed, or written off, before the due date."
        return words.STAGE[self.axes.stage].next

    @property
    def waits_for_person(self) -> bool:
        """Return whether the claim moves only when somebody acts."""
        return self.axes.stage in WAITS_FOR_A_PERSON or self.is_denied

    @property
    def owes(self) -> str:
        """Say who owes how much."""
        said = words.OWES[self.axes.balance]
        return said if self.axes.balance is Balance.ZERO else f"{said} {dollars(abs(self.axes.open_cents))}."

    @property
    def money_parts(self) -> list[tuple[str, int]]:
        """What became of the charge, in the order of the bar; the parts add up to the charge."""
        axes = self.axes
        left = axes.charge_cents - axes.paid_cents - axes.adjusted_cents - axes.patient_cents
        return [
            ("paid", axes.paid_cents),
            ("adjusted", axes.adjusted_cents),
            ("patient", axes.patient_cents),
            ("open", left),
        ]


@dataclass(frozen=True, slots=True)
class PeopleView:
    """Who a claim is about, opened."""

    patient: str
    birth_date: str
    others: Sequence[tuple[str, str]]


@router.get("/claims/{claim_id}", response_class=HTMLResponse, include_in_schema=False)
async def one(
    request: Request,
    parts: Parts,
    *,
    visitor: Annotated[Visitor, may("claim:read")],
    console: Console,
    claim_id: str,
    zoom: Annotated[str, Query(max_length=10)] = "all",
) -> Response:
    """Show a claim. Who may see ledgers gets this one opened, and the audit trail says so."""
    return await _show(request, parts, visitor, console, path_id(ids.CLAIM, claim_id), zoom=zoom, people=None)


@router.post("/claims/{claim_id}/reveal", response_class=HTMLResponse, include_in_schema=False)
async def reveal(
    request: Request,
    parts: Parts,
    visitor: Annotated[Visitor, may("identity:read")],
    console: Console,
    claim_id: str,
) -> Response:
    """Open who the patient is, once, for this look; the audit trail says so."""
    row_id = path_id(ids.CLAIM, claim_id)
    async with parts.transactions.begin(org_id=visitor.org_id, actor=visitor.actor) as work:
        identity = await open_identity(work, claim_id, await events.of_key(work, claim_id))
    if identity is None:
        raise NotFound(ids.CLAIM)
    people = _people(identity)
    if "hx-request" in request.headers:
        return page(request, "people.html", visitor=visitor, people=people)
    return await _show(request, parts, visitor, console, row_id, zoom="all", people=people)


@router.post("/claims/{claim_id}/raw", response_class=HTMLResponse, include_in_schema=False)
async def raw(
    request: Request,
    parts: Parts,
    *,
    visitor: Annotated[Visitor, may("artifact:read")],
    console: Console,
    claim_id: str,
    service: Annotated[str, Form(max_length=20)],
    file: Annotated[str, Form(max_length=40, pattern="^[a-z]{3}_[0-9a-z]{26}$")],
    start: Annotated[int, Form(ge=0)],
    end: Annotated[int, Form(ge=0)],
) -> Response:
    """Show a file's raw segments around a claim's bytes, asked of its owner in the person's name."""
    path_id(ids.CLAIM, claim_id)
    if service not in _RAW:
        raise NotFound("file")
    path, permission = _RAW[service]
    if not visitor.may(permission):
        raise PermissionMissing(permission)
    shown, problem = None, None
    try:
        answer = await console.owners.get(
            Person(visitor.actor, visitor.org_id), service, path.format(file), permission=permission
        )
        shown = raw_file(answer.content, start=start, end=end)
    except OwnerDidNotAct as refusal:
        problem = refusal.says
    except Unreadable:
        problem = "This file is no X12 that could be shown."
    if shown is not None:
        async with parts.transactions.begin(org_id=visitor.org_id, actor=visitor.actor) as work:
            await audit.record(work, action="artifact.shown", object=file, fields=("raw",))
    template = "raw.html" if "hx-request" in request.headers else "raw_page.html"
    return page(
        request, template, visitor=visitor, here="Claims", claim_id=claim_id, file=file, raw=shown, problem=problem
    )


async def _show(
    request: Request,
    parts: AppParts,
    visitor: Visitor,
    console: ConsoleParts,
    row_id: UUID,
    *,
    zoom: str,
    people: PeopleView | None,
) -> Response:
    text_id = ids.text(ids.CLAIM, row_id)
    async with parts.transactions.begin(org_id=visitor.org_id, actor=visitor.actor) as work:
        own = await events.of_key(work, text_id)
        if not own:
            raise NotFound(ids.CLAIM)
        files = await events.of_keys(work, files_of(own))
        stays = (await claims.stays_of(work, [row_id]))[row_id]
        ledger = await open_ledger(work, text_id, own) if visitor.may("ledger:read") else None
    entries, share = None, None
    if visitor.may("ledger:read") and any(row.type.startswith(_BILLED) for row in own):
        entries, share = await money_of(Payments(console.owners, Person(visitor.actor, visitor.org_id)), text_id)
    is_as_told = entries is None and ledger is not None
    axes = fold(row.for_fold() for row in own)
    items = timeline([*own, *files], stays, only_moves=zoom == "story")
    return page(
        request,
        "claim.html",
        visitor=visitor,
        here="Claims",
        claim=ClaimView(text_id, axes, rail(stays, axes.stage), _stops(own, stays, axes), _numbers(own)),
        raw_permission={service: permission for service, (_, permission) in _RAW.items()},
        timeline=items,
        fields_of=fields_of,
        zoom=zoom,
        zooms=ZOOMS,
        money_names=MONEY_NAMES,
        people=people,
        ledger=ledger,
        entries=as_event_told(ledger) if entries is None and ledger is not None else entries,
        is_as_told=is_as_told,
        share=share,
        said=payment_words.said,
        pw=payment_words,
    )


def _stops(rows: Sequence[EventRow], stays: Sequence[Stay], axes: Axes) -> list[Stop]:
    """Return what stops the claim where it stands now, as the event that brought it there says."""
    if axes.stage not in WAITS_FOR_A_PERSON:
        return []
    return [stop for row in rows if row.id == stays[-1].event_id for stop in stops(row)]


def _numbers(rows: Sequence[EventRow]) -> list[tuple[str, str]]:
    """Return the numbers that a claim goes by, each with all that its events gave it."""
    found: list[tuple[str, str]] = []
    for name, field in _NUMBERS:
        values: dict[str, Any] = {str(row.data[field]): None for row in rows if row.data.get(field)}
        if values:
            found.append((name, ", ".join(values)))
    return found


def _people(identity: EncounterIdentity) -> PeopleView:
    others = [(f"Member id, {words.payer_order(n)}", one.member_id) for n, one in enumerate(identity.memberships, 1)]
    billing = identity.billing_provider
    others.append(("Billing provider", billing.organization_name or _name(billing.person_name)))
    if identity.rendering_provider is not None:
        rendering = identity.rendering_provider
        others.append(("Rendering provider", rendering.organization_name or _name(rendering.person_name)))
    return PeopleView(_name(identity.patient.name), identity.patient.birth_date.isoformat(), others)


def _name(name: PersonName | None) -> str:
    if name is None:
        return "–"
    return " ".join(part for part in (name.first, name.middle, name.last, name.suffix) if part)
