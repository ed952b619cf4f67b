"""Posted encounters on their way through one transaction: kept answers first, then the acts, then their answers."""

from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import Response

from claimwright.http import idempotency
from claimwright.http.idempotency import Ask
from claimwright.http.problems import problem
from claimwright.messaging.work import Work
from claimwright_intake.domain.answer import etag_of
from claimwright_intake.domain.refusals import ExternalIdTaken
from claimwright_intake.usecases.receive_encounter import Posted, Refused, receive_encounters
from claimwright_intake.usecases.take_encounter import Taken


@dataclass(frozen=True, slots=True)
class Posting:
    """One encounter as a request brought it, with what it asks under its idempotency key, if it has one."""

    document: object
    body: bytes
    by_person: bool
    ask: Ask | None = None


async def post_together(works: Sequence[Work], postings: Sequence[Posting]) -> list[Response | Exception]:
    """Return the answer to each posting, or what it is refused for; all are of one organization and transaction."""
    told: list[Response | Exception | None] = list(
        await idempotency.answered(works[0], [posting.ask for posting in postings])
    )
    acting = [place for place, known in enumerate(told) if known is None]
    received = await receive_encounters(
        [
            Posted(works[place], postings[place].document, postings[place].body, by_person=postings[place].by_person)
            for place in acting
        ]
    )
    answers = [_answer(result) for result in received]
    await idempotency.keep(
        works[0],
        [
            (ask, answer)
            for place, answer in zip(acting, answers, strict=True)
            if isinstance(answer, Response) and (ask := postings[place].ask) is not None
        ],
    )
    mine = iter(answers)
    return [next(mine) if known is None else known for known in told]


def _answer(result: Taken | Refused | ExternalIdTaken) -> Response | Exception:
    match result:
        case Refused(findings):
            return problem(findings)
        case Taken(answer=answer):
            return Response(answer, status_code=202, media_type="application/json", headers={"etag": etag_of(1)})
        case ExternalIdTaken():
            return result
