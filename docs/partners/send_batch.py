"""Send encounters many at a time: `python docs/partners/send_batch.py ADDRESS KEY_FILE ENCOUNTER.json …`.

Each file holds one encounter. Up to a hundred go in one request. A request that is not answered, or is asked to come
again, is sent again with the same bytes: a line that was kept gets its first answer and makes no second claim.
"""

import json
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

ROWS = 100
TRIES = 8


def main(address: str, key_file: str, *names: str) -> int:
    """Send all files, and return how many were not taken in."""
    key = Path(key_file).read_text().strip()
    refused = 0
    for first in range(0, len(names), ROWS):
        part = names[first : first + ROWS]
        lines = [json.dumps(json.loads(Path(name).read_text())) for name in part]
        for name, answer in zip(part, send(address, key, lines), strict=True):
            if answer["status"] == 202:
                print(name, answer["encounter"]["stage"], answer["encounter"]["claims"][0]["id"])
            else:
                refused += 1
                print(
                    name, answer["status"], json.dumps(answer["problem"].get("findings") or answer["problem"]["code"])
                )
    return refused


def send(address: str, key: str, lines: Sequence[str]) -> Iterator[dict[str, Any]]:
    """Return the answer to each line, in order; lines that are asked to come again are sent again."""
    answers: dict[int, dict[str, Any]] = {}
    for attempt in range(TRIES):
        waiting = [place for place in range(len(lines)) if place not in answers]
        body = "\n".join(lines[place] for place in waiting).encode()
        told, pause = _post(f"{address}/v1/encounters:batch", key, body)
        for place, answer in zip(waiting, told, strict=False):
            if answer["status"] not in (429, 503) or attempt == TRIES - 1:
                answers[place] = answer
        if len(answers) == len(lines):
            return iter([answers[place] for place in range(len(lines))])
        time.sleep(pause or min(2**attempt, 60))
    raise SystemExit("There was no answer; send the same files again later.")


def _post(url: str, key: str, body: bytes) -> tuple[list[dict[str, Any]], float]:
    """Return the answers, or none and how long to wait."""
    headers = {"authorization": f"Bearer {key}", "content-type": "application/x-ndjson"}
    request = urllib.request.Request(url, data=body, headers=headers, method="POST")
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return [json.loads(line) for line in answer.read().splitlines()], 0
    except urllib.error.HTTPError as refused:
        if refused.code not in (429, 503):
            raise SystemExit(refused.read().decode()) from None
        return [], float(refused.headers.get("retry-after", 1))
    except OSError:
        return [], 0


if __name__ == "__main__":
    sys.exit(1 if main(*sys.argv[1:]) else 0)
