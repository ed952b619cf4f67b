"""A file of claims as the clearinghouse and its payers go through it."""

from collections.abc import Iterable
from itertools import groupby

from claimwright.x12 import Claim, ClaimSet, Party
from claimwright_sandbox.domain.scenarios import Verdict, scenario_of


def payers_of(claim_sets: Iterable[ClaimSet]) -> list[Party]:
    """Return the payers that the claims name, each once, in order of their ids."""
    named = {claim.subscriber.payer.id: claim.subscriber.payer for each in claim_sets for claim in each.claims}
    return [named[payer_id] for payer_id in sorted(named)]


def taken_by_payer(claim_set: ClaimSet, payer_id: str) -> list[Claim]:
    """Return the claims of one payer that it takes for adjudication."""
    return [
        claim
        for claim in claim_set.claims
        if claim.subscriber.payer.id == payer_id
        and scenario_of(claim.subscriber.party.id).verdict is not Verdict.REJECTS_BEFORE_ADJUDICATION
    ]


def by_billing_provider(claims: Iterable[Claim]) -> list[list[Claim]]:
    """Return the claims in one list a billing provider."""

    def provider(claim: Claim) -> str:
        return claim.billing.party.id

    return [list(group) for _, group in groupby(sorted(claims, key=provider), key=provider)]
