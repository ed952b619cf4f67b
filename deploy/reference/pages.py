"""All generated pages, by their path in the repository."""

from pathlib import Path
from typing import Final

from claimwright.events import render
from deploy.dashboards.boards import dashboards
from deploy.reference import alarms, errors, events, metrics, permissions, settings, x12
from deploy.reference.services import described_services

ROOT: Final = Path(__file__).parents[2]


def pages() -> dict[str, str]:
    """Return the text of every generated page."""
    services = described_services()
    return {
        ".env.example": settings.example(services),
        "docs/reference/settings.md": settings.page(services),
        "docs/reference/permissions.md": permissions.page(services),
        "docs/reference/errors.md": errors.page(services),
        "docs/reference/metrics.md": metrics.page(),
        "docs/reference/x12.md": x12.page(),
        "docs/reference/events.md": events.page(),
        "docs/operating/alarms.md": alarms.page(),
        **{f"deploy/dashboards/{each.name}.json": each.json() for each in dashboards()},
        **{path.as_posix(): text for path, text in render.files()},
    }
