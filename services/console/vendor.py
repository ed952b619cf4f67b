"""Copy what the pages load from `node_modules` into the package's `static/vendor`, each with its licence.

Run after `npm ci` in this folder, by `make run` and by the image's recipe. Nothing of it is ever committed.
"""

import shutil
from pathlib import Path

HERE = Path(__file__).parent
FILES = {
    "htmx.min.js": "htmx.org/dist/htmx.min.js",
    "hx-sse.min.js": "htmx.org/dist/ext/hx-sse.min.js",
    "htmx.LICENSE": "htmx.org/LICENSE",
    "uPlot.iife.min.js": "uplot/dist/uPlot.iife.min.js",
    "uPlot.min.css": "uplot/dist/uPlot.min.css",
    "uPlot.LICENSE": "uplot/LICENSE",
}


def main() -> None:
    """Fill the folder anew, so that a file dropped from the list is dropped there too."""
    vendor = HERE / "claimwright_console" / "static" / "vendor"
    shutil.rmtree(vendor, ignore_errors=True)
    vendor.mkdir(parents=True)
    for name, source in FILES.items():
        shutil.copyfile(HERE / "node_modules" / source, vendor / name)


if __name__ == "__main__":
    main()
