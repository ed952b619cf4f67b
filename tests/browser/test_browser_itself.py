"""The browser that the other browser tests rely on: it draws text, runs the vendored scripts and sees bad pages."""

import pytest
from playwright.async_api import Browser

from tests.support.browser import ROOT, axe_violations, context, shot

VENDOR = ROOT / "services" / "console" / "claimwright_console" / "static" / "vendor"
PAGE = "<!doctype html><html lang='en'><title>t</title><body><main><h1>Heading</h1>{body}</main></body></html>"


async def test_text_has_a_size_though_the_machine_may_have_no_fonts(browser: Browser) -> None:
    page = await (await context(browser)).new_page()
    await page.set_content(PAGE.format(body="<p id='words'>Some words</p>"))

    box = await page.locator("#words").bounding_box()

    assert box is not None
    assert box["height"] > 10
    assert (await shot(page, "browser-itself")).stat().st_size > 1000


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_a_context_has_the_colors_it_was_asked_for(browser: Browser, scheme: str) -> None:
    page = await (await context(browser, scheme=scheme)).new_page()

    assert await page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches") is (scheme == "dark")


async def test_the_vendored_scripts_load(browser: Browser) -> None:
    page = await (await context(browser)).new_page()
    await page.set_content(PAGE.format(body=""))
    for script in ("htmx.min.js", "hx-sse.min.js", "uPlot.iife.min.js"):
        await page.add_script_tag(content=(VENDOR / script).read_text())

    assert await page.evaluate("htmx.version") == "4.0.1"
    assert await page.evaluate("typeof uPlot") == "function"


async def test_axe_finds_nothing_on_a_good_page_and_names_what_is_wrong_on_a_bad_one(browser: Browser) -> None:
    page = await (await context(browser)).new_page()

    await page.set_content(PAGE.format(body="<p>Good</p>"))
    assert await axe_violations(page) == []

    await page.set_content(PAGE.format(body="<img src='data:,'><p style='color:#ccc;background:#fff'>Faint</p>"))
    assert {line.partition(":")[0] for line in await axe_violations(page)} == {"image-alt", "color-contrast"}
