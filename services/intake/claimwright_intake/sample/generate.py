"""Write the sample day into a folder: the same bytes every time."""

import json
from pathlib import Path

from claimwright_intake.sample.claim_files import claim_files
from claimwright_intake.sample.stories import stories


def sample_files() -> dict[str, bytes]:
    """Return the files of the sample day by name."""
    encounters = {
        f"{story.name}.json": (json.dumps(story.document, indent=2, ensure_ascii=False) + "\n").encode()
        for story in stories()
    }
    return encounters | claim_files()


def write_sample(folder: Path) -> int:
    """Write the sample day and return how many files it has; files of an earlier one go first."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in (*folder.glob("*.json"), *folder.glob("*.837")):
        old.unlink()
    files = sample_files()
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return len(files)
