"""Every code that remittance tells has words for those who post payments."""

from collections.abc import Iterable, Mapping

import pytest

from claimwright_console.domain import payment_words as words
from claimwright_console.domain.payment_words import payer_said, said, tone_of
from claimwright_remittance.api.refusals import STATUS_OF
from claimwright_remittance.domain.claims.acts import ActKind
from claimwright_remittance.domain.contracts.variances import Kind
from claimwright_remittance.domain.deposits.ageing import Expects, FlagKind
from claimwright_remittance.domain.deposits.matching import Reason
from claimwright_remittance.domain.ledger.chart import Account
from claimwright_remittance.domain.ledger.entries import CauseKind
from claimwright_remittance.domain.patients.share import Why
from claimwright_remittance.domain.remits.acceptance import ACCEPTABLE
from claimwright_remittance.domain.remits.comparison import Thing
from claimwright_remittance.domain.remits.matching import Rung
from claimwright_remittance.domain.remits.standing import HeldFor, Standing
from claimwright_remittance.domain.waiting.follow_ups import Waits
from claimwright_remittance.usecases.receive_file import EmptyFile


# Seen to fail: with a standing taken out of its table.
@pytest.mark.parametrize(
    ("codes", "table"),
    [
        (ACCEPTABLE, words.DIFFERENCE),
        (Standing, words.STANDING),
        (HeldFor, words.HELD_FOR),
        (HeldFor, words.HELD_FOR_SHORT),
        (Rung, words.RUNG),
        (ActKind, words.ACT),
        (Account, words.ACCOUNT),
        (CauseKind, words.CAUSE),
        (FlagKind, words.DEPOSIT_FLAG),
        (Reason, words.DEPOSIT_REASON),
        (Expects, words.EXPECTS),
        (Kind, words.VARIANCE_KIND),
        (Waits, words.WAITS_FOR),
        (Thing, words.THING),
        (Why, words.WHY),
    ],
)
def test_every_code_has_words(codes: Iterable[str], table: Mapping[str, str]) -> None:
    assert [code for code in codes if str(code) not in table] == []


def test_every_refusal_has_words_of_what_to_do() -> None:
    handed_in_elsewhere = {EmptyFile.code}
    codes = {kind.code for kind in STATUS_OF} - handed_in_elsewhere

    assert codes - set(words.REFUSED) == set()


def test_a_code_that_is_new_to_us_is_shown_as_it_is() -> None:
    assert said(words.RUNG, "some_new_step") == "some new step"
    assert said(words.RUNG, None) == "–"
    assert payer_said("77") == "status 77"


def test_what_waits_for_people_stands_out() -> None:
    assert [tone_of(state) for state in ("posted", "held", "clash", "posting", "noted")] == [
        "good", "warn", "bad", "accent", "",
    ]  # fmt: skip
