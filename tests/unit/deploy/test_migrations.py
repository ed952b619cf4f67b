"""How the supervisor knows, without starting Alembic, where a service's migrations lead."""

from pathlib import Path

import pytest

from deploy.stack.migrations import head_of, versions_of
from deploy.stack.postgres_roles import SERVICES
from deploy.stack.sentences import StackProblem


def test_the_head_is_the_revision_that_none_builds_on(tmp_path: Path) -> None:
    (tmp_path / "0001_first.py").write_text('revision = "0001"\ndown_revision = None\n')
    (tmp_path / "0002_second.py").write_text('revision: str = "0002"\ndown_revision: str | None = "0001"\n')

    assert head_of(tmp_path) == "0002"


def test_two_heads_are_refused(tmp_path: Path) -> None:
    for name in ("0002", "0003"):
        (tmp_path / f"{name}.py").write_text(f'revision = "{name}"\ndown_revision = "0001"\n')

    with pytest.raises(StackProblem, match="2 last migrations"):
        head_of(tmp_path)


@pytest.mark.parametrize("service", SERVICES)
def test_every_services_migrations_are_one_line(service: str) -> None:
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(versions_of(service).parent))
    config.set_main_option("path_separator", "os")

    assert ScriptDirectory.from_config(config).get_heads() == [head_of(versions_of(service))]
