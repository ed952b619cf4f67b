"""Migrations go forward only: what a step back would drop is somebody's data.

Seen to fail with an empty `downgrade` put into a revision.
"""

import ast
from pathlib import Path

import pytest

from deploy.stack.migrations import versions_of
from deploy.stack.postgres_roles import SERVICES

REVISIONS = [path for service in SERVICES for path in sorted(versions_of(service).glob("[0-9]*.py"))]


def functions_of(revision: Path) -> set[str]:
    return {node.name for node in ast.walk(ast.parse(revision.read_text())) if isinstance(node, ast.FunctionDef)}


def test_every_service_has_a_revision() -> None:
    assert {path.parents[2].name for path in REVISIONS} == {f"claimwright_{service}" for service in SERVICES}


@pytest.mark.parametrize("revision", REVISIONS, ids=lambda path: f"{path.parents[2].name}-{path.stem}")
def test_a_revision_leads_forward_only(revision: Path) -> None:
    functions = functions_of(revision)

    assert "upgrade" in functions
    assert "downgrade" not in functions
