"""Style sheet, scripts and icon: read and compressed once, named by content so that browsers keep them for good."""

import gzip
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Final

from fastapi import Request
from fastapi.responses import Response

from claimwright.http.permissions import public
from claimwright.http.problems import NotFound
from claimwright.http.routes import Router

router = Router(tags=["static"])

_KINDS: Final = {
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
    "LICENSE": "text/plain; charset=utf-8",
}
_FOR_GOOD: Final = {"cache-control": "public, max-age=31536000, immutable", "vary": "accept-encoding"}


@dataclass(frozen=True, slots=True)
class StaticFile:
    """One file as it is sent."""

    plain: bytes
    compressed: bytes
    kind: str
    version: str


class StaticFiles:
    """All files of a folder, by their path in it; what is not there when the process starts is not there."""

    def __init__(self, root: Traversable) -> None:
        self._files = dict(_files_in(root, ""))

    def named(self, path: str) -> StaticFile | None:
        """Return a file, or None."""
        return self._files.get(path)

    def address(self, path: str) -> str:
        """Return where a browser finds a file; the address changes with its content.

        Errors: FileNotFoundError for what is not there: the vendored scripts come by npm at install.
        """
        file = self.named(path)
        if file is None:
            raise FileNotFoundError(f"static/{path} is not there: run npm ci and vendor.py in services/console")
        return f"/static/{file.version}/{path}"


def _files_in(folder: Traversable, path: str) -> Iterator[tuple[str, StaticFile]]:
    for one in folder.iterdir():
        if one.is_dir():
            yield from _files_in(one, f"{path}{one.name}/")
        elif (kind := _KINDS.get(one.name.rpartition(".")[2])) is not None:
            plain = one.read_bytes()
            compressed = gzip.compress(plain, 9, mtime=0)
            yield f"{path}{one.name}", StaticFile(plain, compressed, kind, sha256(plain).hexdigest()[:12])


FILES: Final = StaticFiles(files("claimwright_console") / "static")


@router.get(
    "/static/{version}/{path:path}",
    response_class=Response,
    include_in_schema=False,
    dependencies=[public("style sheet and scripts hold nothing of anybody")],
)
async def static(request: Request, version: str, path: str) -> Response:
    """Send one file."""
    file = FILES.named(path)
    if file is None or file.version != version:
        raise NotFound("static")
    if "gzip" in request.headers.get("accept-encoding", ""):
        return Response(file.compressed, media_type=file.kind, headers={**_FOR_GOOD, "content-encoding": "gzip"})
    return Response(file.plain, media_type=file.kind, headers=_FOR_GOOD)
