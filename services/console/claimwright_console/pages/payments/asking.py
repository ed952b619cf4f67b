"""What all payment pages share: whose view it is, how an act is tried, and how refusals are said."""

from collections.abc import Awaitable
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Final
from urllib.parse import urlencode

from fastapi import Form, Request
from fastapi.responses import Response

from claimwright import ids
from claimwright.http.problems import NotFound
from claimwright_console.domain import payment_words
from claimwright_console.gateways.owners import OwnerDidNotAct, Person
from claimwright_console.gateways.payments import Payments
from claimwright_console.pages.rendering import page
from claimwright_console.visiting.parts import ConsoleParts
from claimwright_console.visiting.visitors import Visitor

HERE: Final = "Payments"
SECTIONS: Final = (
    ("files", "Files", "/payments"),
    ("held", "Held", "/payments/held"),
    ("suspense", "Suspense", "/payments/suspense"),
    ("provider-items", "Provider items", "/payments/provider-items"),
    ("deposits", "Deposits", "/payments/deposits"),
    ("variances", "Under- and overpaid", "/payments/variances"),
    ("waiting", "Waited for", "/payments/waiting"),
    ("days", "Day close", "/payments/days"),
)
Reason = Annotated[str, Form(min_length=3, max_length=200)]
"""Why a person does something; it goes into the owner's audit trail."""
Id = Annotated[str, Form(max_length=40, pattern="^[a-z]{3}_[0-9a-z]{26}$")]


@dataclass(frozen=True, slots=True)
class Notice:
    """What became of an act: done, or refused."""

    done: str | None = None
    refused: str | None = None


NOTHING_YET: Final = Notice()


def payments_of(console: ConsoleParts, visitor: Visitor) -> Payments:
    """Return the remittance service as a visitor may see it."""
    return Payments(console.owners, Person(visitor.actor, visitor.org_id))


def says(refusal: OwnerDidNotAct) -> str:
    """Return a refusal in the words of those who post payments."""
    return payment_words.REFUSED.get(refusal.code or "", refusal.says)


async def tried(act: Awaitable[object], *, done: str) -> Notice:
    """Return what became of an act."""
    try:
        await act
    except OwnerDidNotAct as refusal:
        return Notice(refused=says(refusal))
    return Notice(done=done)


def missing(refusal: OwnerDidNotAct, kind: str) -> None:
    """Say that nothing is here where the owner says so; any other refusal is for the page to show.

    Errors: NotFound.
    """
    if refusal.status == 404:
        raise NotFound(kind) from refusal


def address(path: str, **words: str | None) -> str:
    """Return the address of a list with its choices; those that choose nothing are left out."""
    kept = urlencode({name: word for name, word in words.items() if word})
    return f"{path}?{kept}" if kept else path


def show(
    request: Request, template: str, *, visitor: Visitor, section: str, notice: Notice = NOTHING_YET, **context: Any
) -> Response:
    """Return one of the payment pages."""
    return page(
        request,
        f"payments/{template}",
        visitor=visitor,
        here=HERE,
        sections=SECTIONS,
        section=section,
        notice=notice,
        said=payment_words.said,
        pw=payment_words,
        **context,
    )


def day_in(text: str) -> date:
    """Return a day of an address.

    Errors: NotFound for anything else.
    """
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise NotFound("day") from None


def is_id(prefix: str, text: str) -> bool:
    """Return whether a text is an id of a kind."""
    try:
        ids.parse(prefix, text)
    except ids.MalformedId:
        return False
    return True
