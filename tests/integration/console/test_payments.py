"""Payments as posters and supervisors see and decide them, against the remittance service in earnest."""

import asyncio
import re
from collections.abc import AsyncIterator

import pytest

from claimwright import ids
from tests.support import console_day as day
from tests.support import payments as told
from tests.support.console import TestConsole
from tests.support.payments import BANK_TEXT, OURS, Money, money_behind
from tests.support.remittance import make_template
from tests.support.stack import TestStack

WHY = {"reason": "same charge and day"}
HELD = "select id from remit_claim where standing = 'held'"


@pytest.fixture(scope="session")
def remittance_template(postgres: TestStack) -> TestStack:
    """The database that every remittance service of these tests copies."""
    asyncio.run(make_template(postgres))
    return postgres


@pytest.fixture
async def money(remittance_template: TestStack, console: TestConsole) -> AsyncIterator[Money]:
    """The remittance service behind the console of the test."""
    async with money_behind(remittance_template, console) as made:
        yield made


async def test_a_file_shows_where_its_money_went_down_to_the_bytes(
    console: TestConsole, money: Money, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Seen to fail: with no audit row when bytes are shown.
    await told.a_posted_file(money)
    await told.a_held_file(money)
    monkeypatch.setattr("claimwright_console.gateways.payments.PAGE", 1)

    async with console.browser("poster") as browser:
        first = (await browser.get("/payments")).text
        more = re.search(r'href="(/payments\?after=[^"]*)"[^>]*>More', first)
        assert more is not None
        second = (await browser.get(more[1].replace("&amp;", "&"))).text
        held = (await browser.get("/payments?state=quarantined")).text
        monkeypatch.undo()
        file = (await browser.get(f"/payments/files/{money.files['posted']}")).text
        asked = dict(re.findall(r'name="(kind|file|start|end)" value="([^"]*)"', file.partition("Claims in it")[2]))
        raw = (await browser.post("/payments/raw", data=asked, headers={"hx-request": "true"})).text

    assert [money.files["held"] in page for page in (first, second, held)] == [True, False, True]
    assert money.files["posted"] in second
    assert "$60.50" in held
    for words in ("$141.50", "$100.00", "$60.00", "-$18.50", "line control number", "number not ours", "Takebacks"):
        assert words in file, words
    marked = re.findall(r'<li class="marked"><span>\d+</span><span>([^<]*)</span>', raw)
    assert marked[0].startswith("CLP*")
    assert ("artifact.shown", money.files["posted"]) in [row[1:] for row in await console.audited()]
    seen = await money.bench.rows("select action, actor from audit order by id desc limit 1")
    assert (seen[0]["action"], seen[0]["actor"][:4]) == ("remittance_file.opened", "per_")


async def test_a_held_difference_takes_two_people_and_a_clash_is_compared(console: TestConsole, money: Money) -> None:
    # Seen to fail: with the console asking for `adjustment:write` when it approves.
    await told.a_posted_file(money)
    await told.a_held_file(money)
    await told.a_clash(money)
    held = await money.only_id(ids.REMITTANCE, "select id from remittance where state = 'held'")
    clash = await money.only_id(ids.REMITTANCE, "select id from remittance where state = 'clash'")
    body = {"file": money.files["held"], **WHY}

    async with console.browser("poster") as poster, console.browser("supervisor") as supervisor:
        too_early = await supervisor.post(f"/payments/remittances/{held}/approve", data=body)
        proposed = await poster.post(f"/payments/remittances/{held}/propose", data=body)
        not_his = await poster.post(f"/payments/remittances/{held}/approve", data=body)
        listed = await supervisor.get("/payments/held")
        approved = await supervisor.post(f"/payments/remittances/{held}/approve", data=body)
        compared = await poster.get(f"/payments/remittances/{clash}/comparison")

    assert "One person proposes, another approves." in too_early.text
    assert "another person has to approve it" in proposed.text
    assert not_his.status_code == 403
    assert "proposed" in listed.text
    assert "Approved. It is posted now" in approved.text
    assert "only in the second" in compared.text
    assert OURS in compared.text


async def test_money_in_suspense_is_matched_split_and_taken_off_again(console: TestConsole, money: Money) -> None:
    # Seen to fail: with nothing but a bare id taken for a claim.
    await told.a_posted_file(money)
    waiting = await money.only_id(ids.REMIT_CLAIM, HELD)
    path = f"/payments/suspense/{waiting}"

    async with console.browser("poster") as browser:
        listed = (await browser.get("/payments/suspense")).text
        no_id = (await browser.post(f"{path}/match", data={"claim": "Quillfeather", **WHY})).text
        address = f"http://console.test/claims/{money.claim('free')}"
        matched = (await browser.post(f"{path}/match", data={"claim": address, **WHY})).text
        again = (await browser.post(f"{path}/match", data={"claim": money.claim("free"), **WHY})).text
        off = await browser.post(f"/payments/remit-claims/{waiting}/unmatch", data=WHY)
        (undo, *_) = re.findall(r"/payments/acts/(act_\w+)/undo", off.text)
        undone = await browser.post(f"/payments/acts/{undo}/undo", data={"remit_claim": waiting, **WHY})
        lines = {"line_1": "2", "line_2": "1", **WHY}
        by_hand = await browser.post(f"/payments/remit-claims/{waiting}/lines", data=lines)
        await browser.post(f"/payments/remit-claims/{waiting}/unmatch", data=WHY)
        split = await browser.post(f"{path}/split", data={"part_1": "A", "part_2": "B", **WHY})
        parts = (await browser.get("/payments/suspense")).text
        whole = (await browser.get(f"/payments/remit-claims/{waiting}")).text

    assert "one character differs, same charge" in listed
    assert money.claim("free") in listed
    assert "Give the claim&#39;s id" in no_id
    assert "Matched: it is posted to the claim." in matched
    assert "Nothing is in suspense" in matched
    assert "no longer waits in suspense" in again
    assert "its money waits in suspense" in off.text
    assert "bring back what stood before" in undone.text
    assert "matched as you said" in by_hand.text
    assert "each part waits" in split.text
    assert parts.count("part of a split".capitalize()) == 2
    assert "The parts that it was split into" in whole
    assert len(set(re.findall(r'href="/payments/remit-claims/(rmc_\w+)"', whole)) - {waiting}) == 2
    assert await money.bench.faults() == []


async def test_what_does_not_add_up_is_approved_for_the_claim_that_the_page_shows(
    console: TestConsole, money: Money
) -> None:
    # Seen to fail: with a page that showed nothing of what it let approve.
    await told.an_unbalanced_claim(money)
    waiting = await money.only_id(ids.REMIT_CLAIM, HELD)
    page, path = f"/payments/remit-claims/{waiting}", f"/payments/suspense/{waiting}"

    async with console.browser("poster") as poster, console.browser("supervisor") as supervisor:
        before = (await supervisor.get(page)).text
        proposed = (await poster.post(f"{path}/propose", data={"claim": money.claim("crooked"), **WHY})).text
        shown = (await supervisor.get(page)).text
        other = {"proposed": ids.text(ids.CLAIM, ids.new()), **WHY}
        outdated = (await supervisor.post(f"{path}/approve", data=other)).text
        (seen,) = re.findall(r'name="proposed" value="(clm_\w+)"', shown)
        approved = (await supervisor.post(f"{path}/approve", data={"proposed": seen, **WHY})).text

    assert "Approve what was proposed" not in before
    for refused in ("Book it at provider level", "Say how it counts", "Split it by lines", "Match it with a claim"):
        assert refused not in before, refused
    assert "another person has to approve it" in proposed
    assert "Proposed for" in shown
    assert WHY["reason"] in shown
    assert seen == money.claim("crooked")
    assert "Approved: it is posted" not in outdated
    assert "Approved: it is posted" in approved
    assert await money.bench.faults() == []


async def test_only_a_supervisor_undoes_what_was_booked_at_provider_level(console: TestConsole, money: Money) -> None:
    # Seen to fail: with the poster's way to undo for every act.
    await told.a_posted_file(money)
    waiting = await money.only_id(ids.REMIT_CLAIM, HELD)
    about = {"remit_claim": waiting, **WHY}

    async with console.browser("supervisor") as supervisor, console.browser("poster") as poster:
        booked = (await supervisor.post(f"/payments/suspense/{waiting}/outside", data=WHY)).text
        (act,) = re.findall(r"/payments/acts/(act_\w+)/undo-outside", booked)
        not_his = (await poster.get(f"/payments/remit-claims/{waiting}")).text
        refused = (await poster.post(f"/payments/acts/{act}/undo", data=about)).text
        undone = (await supervisor.post(f"/payments/acts/{act}/undo-outside", data=about)).text

    assert "/payments/acts/" not in not_his
    assert "bring back what stood before" not in refused
    assert "its money waits in suspense again" in undone
    assert await money.bench.faults() == []


async def test_a_deposit_is_matched_by_a_person_and_what_the_bank_wrote_stays_masked(
    console: TestConsole, money: Money
) -> None:
    # Seen to fail: with the text in the page before it was revealed, and with a trail that said it for each look.
    await told.a_posted_file(money)
    await told.a_bank_file(money)
    ours = await money.only_id(ids.DEPOSIT, "select id from deposit where cents = 14150")
    nobodys = await money.only_id(ids.DEPOSIT, "select id from deposit where cents = 7700")

    async with console.browser("poster") as browser:
        listed = (await browser.get("/payments/deposits")).text
        awaited = (await browser.get("/payments/deposits/awaited")).text
        (remittance,) = re.findall(r'data-copy="(rmt_\w+)"', awaited)
        masked = (await browser.get(f"/payments/deposits/{nobodys}")).text
        revealed = (await browser.post(f"/payments/deposits/{nobodys}/reveal")).text
        none_chosen = (await browser.post(f"/payments/deposits/{ours}/match", data=WHY)).text
        matched = await browser.post(f"/payments/deposits/{ours}/match", data={"remittance": remittance, **WHY})
        apart = (await browser.post(f"/payments/deposits/{ours}/unmatch", data=WHY)).text
        aside = (await browser.post(f"/payments/deposits/{nobodys}/set-aside", data=WHY)).text

    assert ours in listed
    assert [BANK_TEXT in page for page in (listed, masked, revealed)] == [False, False, True]
    assert "4400011122233" not in masked
    assert "4400011122233" in revealed
    opened = await money.bench.rows("select action, actor from audit where action = 'deposit.opened'")
    assert [(row["action"], row["actor"][:4]) for row in opened] == [("deposit.opened", "per_")]
    assert "Choose at least one remittance" in none_chosen
    assert "Matched: the bank&#39;s money" in matched.text
    assert "Taken apart" in apart
    assert "Bring it back" in aside


async def test_a_day_is_closed_only_by_who_types_it_and_only_by_who_may(console: TestConsole, money: Money) -> None:
    # Seen to fail: without the comparison of what was typed with the day.
    await told.a_posted_file(money)

    async with console.browser("poster") as poster, console.browser("supervisor") as supervisor:
        opened = (await supervisor.get("/payments/days")).text
        found = re.search(r"/payments/days/(\d{4}-\d\d-\d\d)/close", opened)
        assert found is not None
        path = f"/payments/days/{found[1]}"
        not_hers = await poster.post(f"{path}/close", data={"confirmed": found[1]})
        unconfirmed = (await supervisor.post(f"{path}/close", data={"confirmed": "yes"})).text
        assert await money.bench.rows("select 1 from closed_day") == []
        closed = (await supervisor.post(f"{path}/close", data={"confirmed": found[1], "note": "all seen"})).text
        shown = (await supervisor.get(path)).text
        never = await supervisor.get("/payments/days/yesterday")

    assert not_hers.status_code == 403
    assert f"Type {found[1]} to confirm" in unconfirmed
    assert f"{found[1]} is closed." in closed
    assert "all seen" in shown
    assert "$141.50" in shown
    assert never.status_code == 404


async def test_provider_items_and_underpayments_are_listed_and_a_case_is_closed(
    console: TestConsole, money: Money
) -> None:
    await told.a_posted_file(money)
    await told.an_underpayment(money)
    case = await money.only_id(ids.VARIANCE, "select id from payment_variance")

    async with console.browser("poster") as browser:
        items = (await browser.get("/payments/provider-items")).text
        cases = (await browser.get("/payments/variances")).text
        waiting = (await browser.get("/payments/waiting")).text
        answer = {"resolution": "recovered", **WHY}
        closed = (await browser.post(f"/payments/variances/{case}/resolve", data=answer)).text
    async with console.browser("coder") as coder:
        refused = [(await coder.get(f"/payments{rest}")).status_code for rest in ("", "/suspense", "/days")]

    assert "taken, not explained yet" in items
    assert [words in cases for words in ("underpaid", "$90.00", "$70.00", "$20.00", "terms v1")] == [True] * 5
    assert "Nothing is waited for" in waiting
    assert "the payer paid the rest" in closed
    assert refused == [403] * 3


async def test_a_claims_page_shows_its_ledger_by_line_and_why_the_patient_owes(
    console: TestConsole, money: Money
) -> None:
    # Seen to fail: with remittance not asked, so that only the last event's ledger is there.
    story = await day.received(console)
    await day.coded(story)
    await day.sent(story)
    money.bench.claims["ours"] = ids.parse(ids.CLAIM, story.claim_id)
    await told.a_posted_file(money)

    async with console.browser("supervisor") as browser:
        page = (await browser.get(f"/claims/{story.claim_id}")).text
        ledger = page.partition("Ledger by line")[2]
        asked = dict(re.findall(r'name="(service|file|start|end)" value="([^"]*)"', ledger))
        raw = (await browser.post(f"/claims/{story.claim_id}/raw", data=asked, headers={"hx-request": "true"})).text

    assert re.findall(r'<th scope="rowgroup" rowspan="\d+">([^<]*)</th>', ledger) == ["1", "2"]
    for words in ("Contract discount", "Payer paid", "Patient owes", "CO-45", "first payer", "Remittance posted"):
        assert words in ledger, words
    share = page.partition("What the patient is asked for")[2].partition("Ledger by line")[0]
    assert "$10.00 coinsurance" in share
    assert "PR-2" in share
    assert asked["file"] == money.files["posted"]
    assert 'class="marked"' in raw


async def test_an_owner_that_gives_no_answer_is_named_on_each_list(console: TestConsole) -> None:
    async with console.browser("poster") as browser:
        for rest in ("", "/held", "/suspense", "/provider-items", "/deposits", "/variances", "/waiting", "/days"):
            answer = await browser.get(f"/payments{rest}")

            assert answer.status_code == 200
            assert "Remittance gives no answer." in answer.text
