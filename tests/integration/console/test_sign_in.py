"""One-time links, sessions, and what a foreign page can't do."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from claimwright import clock, ids
from claimwright.security.permissions import ROLES, Role
from claimwright_console.domain.sessions import ABSOLUTE, IDLE
from claimwright_console.persistence.tables import session
from tests.support.console import ORIGIN, TestConsole, a_console
from tests.support.stack import TestStack


async def test_a_link_signs_in_once(console: TestConsole) -> None:
    secret = await console.fresh_secret("biller")

    async with console.browser() as browser:
        first = await browser.post("/sign-in", data={"token": secret})
        browser.cookies.clear()
        second = await browser.post("/sign-in", data={"token": secret})

    assert (first.status_code, first.headers["location"]) == (303, "/")
    assert second.status_code == 403
    assert "set-cookie" not in second.headers


async def test_opening_a_links_address_does_not_use_it_up(console: TestConsole) -> None:
    secret = await console.fresh_secret("biller")

    async with console.browser() as scanner:
        assert (await scanner.get("/sign-in")).status_code == 200
    async with console.browser() as browser:
        answer = await browser.post("/sign-in", data={"token": secret})

    assert answer.status_code == 303


async def test_a_link_is_good_for_fifteen_minutes(console: TestConsole, monkeypatch: pytest.MonkeyPatch) -> None:
    secret = await console.fresh_secret("biller")
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(minutes=15, seconds=1))

    async with console.browser() as browser:
        answer = await browser.post("/sign-in", data={"token": secret})

    assert answer.status_code == 403


async def test_the_cookie_is_strict_and_unseen_by_scripts(console: TestConsole) -> None:
    async with console.browser() as browser:
        answer = await browser.post("/sign-in", data={"token": await console.fresh_secret("biller")})

    cookie = answer.headers["set-cookie"].lower()
    assert cookie.startswith("sid=")
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert "secure" not in cookie, "on loopback http a secure cookie would never come back"


async def test_over_https_the_cookie_is_bound_to_the_host(console_template: TestStack) -> None:
    async with a_console(console_template, base_url="https://console.test") as console, console.browser() as browser:
        answer = await browser.post(
            "/sign-in",
            data={"token": await console.fresh_secret("biller")},
            headers={"origin": "https://console.test"},
        )

    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("__Host-sid=")
    assert "Secure" in cookie
    assert "Domain" not in cookie


async def test_the_database_knows_no_token(console: TestConsole) -> None:
    async with console.browser("biller") as browser:
        text = browser.cookies["sid"]

    async with console.core.transactions.begin(org_id=console.org_id, actor="test") as work:
        rows = (await work.execute(select(session))).all()

    assert len(rows) == 1
    assert text.partition(".")[2] not in str(rows)


@pytest.mark.parametrize(("passed", "seen_until"), [(IDLE, timedelta(0)), (ABSOLUTE, ABSOLUTE)])
async def test_a_session_ends_when_it_is_idle_and_when_it_is_old(
    console: TestConsole, monkeypatch: pytest.MonkeyPatch, passed: timedelta, seen_until: timedelta
) -> None:
    began = clock.now()
    async with console.browser("biller") as browser:
        moment = timedelta(0)
        while moment < seen_until:
            monkeypatch.setattr(clock, "now", lambda at=began + moment: at)
            assert (await browser.get("/claims")).status_code == 200
            moment += timedelta(minutes=14)
        monkeypatch.setattr(clock, "now", lambda: began + passed + timedelta(seconds=5))

        answer = await browser.get("/claims")

    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")


async def test_signing_out_ends_the_session_on_the_server(console: TestConsole) -> None:
    async with console.browser("biller") as browser:
        kept = browser.cookies["sid"]
        await browser.post("/sign-out")

        answer = await browser.get("/claims", headers={"cookie": f"sid={kept}"})

    assert answer.status_code == 303
    assert [action for _, action, _ in await console.audited()][-2:] == ["session.started", "session.ended"]


async def test_a_fourth_session_ends_the_first(console: TestConsole) -> None:
    async with console.browser("biller") as first:
        for _ in range(3):
            async with console.browser("biller"):
                pass

        answer = await first.get("/claims")

    assert answer.status_code == 303


async def test_a_token_of_another_organization_finds_nothing(console: TestConsole) -> None:
    async with console.browser("biller") as browser:
        organization, _, secret = browser.cookies["sid"].partition(".")
        other = f"{int(organization, 16) ^ 1:032x}"

        answer = await browser.get("/claims", headers={"cookie": f"sid={other}.{secret}"})

    assert answer.status_code == 303


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.test"},
        {"origin": ORIGIN, "sec-fetch-site": "cross-site"},
        {"origin": ORIGIN, "sec-fetch-site": "same-site"},
        {"origin": ""},
    ],
)
async def test_another_sites_page_can_do_nothing(console: TestConsole, headers: dict[str, str]) -> None:
    # Seen to fail: with `require_own_origin` returning at once, each of these released the key.
    async with console.browser("supervisor") as browser:
        answer = await browser.post(f"/parked/coding/events/{ids.text(ids.PARKED, ids.new())}/release", headers=headers)

    assert answer.status_code == 403
    assert "parked.released" not in [action for _, action, _ in await console.audited()]


PAGES = {
    "/pipeline": "claim:read",
    "/claims": "claim:read",
    "/events": "event:read",
    "/parked": "parked:read",
    "/traces": "event:read",
    "/v1/access/people": "access:read",
}


@pytest.mark.parametrize("role", list(Role))
async def test_each_role_sees_its_pages_and_no_other(console: TestConsole, role: Role) -> None:
    async with console.browser(role.value) as browser:
        got = {path: (await browser.get(path)).status_code for path in PAGES}

    assert got == {path: 200 if permission in ROLES[role] else 403 for path, permission in PAGES.items()}


async def test_withdrawing_a_person_ends_their_sessions(console: TestConsole) -> None:
    async with console.browser("coder") as coder, console.browser("admin") as admin:
        people = (await admin.get("/v1/access/people")).json()
        coder_id = next(one["person_id"] for one in people if one["role"] == "coder")

        done = await admin.post(f"/v1/access/people/{coder_id}/withdraw")
        answer = await coder.get("/claims")

    assert done.status_code == 204
    assert answer.status_code == 303


async def test_a_page_without_a_session_leads_to_the_door_and_an_api_call_to_401(console: TestConsole) -> None:
    async with console.browser() as browser:
        page = await browser.get("/claims")
        api = await browser.get("/v1/access/people")

    assert (page.status_code, page.headers["location"]) == (303, "/sign-in")
    assert api.status_code == 401
