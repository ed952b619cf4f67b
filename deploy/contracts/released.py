"""The files that are kept of what was released, and never changed: schemas, examples, and a lock over them."""

import json
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from claimwright.events.catalog import MODEL_NAMED
from claimwright.events.render import CONTRACTS, folder_of

EVENTS: Final = CONTRACTS / "events"
LOCK: Final = CONTRACTS / "released.lock"
"""`sha256  path` a line, for every released schema, example and sealed part; lines are only ever added."""


def released_schemas(folder: Path) -> list[Path]:
    """Return every schema that was ever released of one event version, the first one first."""
    return sorted((folder / "released").glob("*.json"), key=lambda path: int(path.stem))


def locked(root: Path) -> dict[str, str]:
    """Return the lock: a path below the root, and the digest that its file must have."""
    lines = (root / LOCK).read_text().splitlines() if (root / LOCK).exists() else []
    return {path: digest for digest, path in (line.split("  ") for line in lines)}


def golden(root: Path) -> list[Path]:
    """Return all files that the lock has to hold."""
    return sorted(
        path
        for pattern in ("*/*/released/*.json", "*/*/example*.json", "*/*/part.*.json")
        for path in (root / EVENTS).glob(pattern)
    )


def release(root: Path) -> list[Path]:
    """Keep today's schemas and examples as released, and return what was added."""
    added = []
    for wire_name in MODEL_NAMED:
        folder = root / folder_of(wire_name)
        before = released_schemas(folder)
        today = json.loads((folder / "schema.json").read_text())
        if not before or json.loads(before[-1].read_text()) != today:
            kept = folder / "released" / f"{len(before) + 1}.json"
            kept.parent.mkdir(exist_ok=True)
            kept.write_text(_text(today))
            added.append(kept)
    lock = locked(root)
    for path in golden(root):
        lock.setdefault(path.relative_to(root).as_posix(), digest_of(path))
    (root / LOCK).write_text("".join(f"{digest}  {path}\n" for path, digest in sorted(lock.items())))
    return added


def digest_of(path: Path) -> str:
    """Return the SHA-256 of a file."""
    return sha256(path.read_bytes()).hexdigest()


def _text(schema: Any) -> str:
    return json.dumps(schema, ensure_ascii=False, sort_keys=True, separators=(",", ":")) + "\n"
