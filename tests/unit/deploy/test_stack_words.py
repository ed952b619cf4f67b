"""The parts of the supervisor that need no running part: the table, the ports, what each service is told."""

import asyncio
from pathlib import Path

import pytest

from deploy.stack.environment import environment_of, migration_environment_of
from deploy.stack.greeting import curl_line
from deploy.stack.places import ROOT, Places
from deploy.stack.ports import Ports
from deploy.stack.routes import authorization_file, make_empty_routes, routes_file, write_authorization, write_routes
from deploy.stack.sample import EXAMPLES, SampleDay
from deploy.stack.secret_files import make_keys, password, write_private
from deploy.stack.sentences import StackProblem
from deploy.stack.space import require_space
from deploy.stack.stack import Stack
from deploy.stack.table import Table

SERVICES = ("intake", "coding", "submission", "remittance", "console", "sandbox")


@pytest.fixture
def places(tmp_path: Path) -> Places:
    made = Places(tmp_path / "state", cache=tmp_path / "cache")
    made.make()
    return made


def test_a_port_base_moves_all_ports_and_a_name_moves_one() -> None:
    moved = Ports.chosen({"PORT_BASE": "9400", "KAFKA_PORT": "19092"})

    assert (moved.console, moved.intake, moved.sandbox, moved.postgres) == (9400, 9401, 9410, 9432)
    assert (moved.kafka, moved.kafka_controller) == (19092, 9493)


@pytest.mark.parametrize("text", ["http", "80", "70000", "-1", "8400.5"])
def test_a_port_that_is_none_is_refused_by_its_name(text: str) -> None:
    with pytest.raises(StackProblem, match=f"CONSOLE_PORT={text}"):
        Ports.chosen({"CONSOLE_PORT": text})


def test_a_disk_that_is_nearly_full_is_a_sentence_with_both_figures(tmp_path: Path) -> None:
    require_space(tmp_path / "not" / "there" / "yet", 1)

    with pytest.raises(StackProblem, match=r"\d+ MB free; 1048576000 MB are needed"):
        require_space(tmp_path, 1048576000 * 2**20)


def test_every_part_comes_after_what_it_needs() -> None:
    table = Table.read()
    order = {name: level for level, group in enumerate(table.levels(table.parts)) for name in group}

    assert all(order[need] < order[part.name] for part in table.parts.values() for need in part.needs)


def test_asking_for_one_part_brings_all_it_needs_and_no_more() -> None:
    assert Table.read().with_needs(["sandbox"]) == {
        "sandbox",
        "migrate-sandbox",
        "postgres",
        "bootstrap",
        "migrate-console",
    }


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_is_told_its_own_secrets_and_nobody_elses(places: Places, service: str) -> None:
    told = environment_of(service, places, Ports())
    files = {Path(value).name for name, value in told.items() if name.endswith("_FILE") and "secrets" in value}

    own = {f"svc_{service}", f"relay_{service}", f"kafka_svc_{service}", "routes.json"}
    assert files <= own
    assert "CLAIMWRIGHT_DATABASE__MIGRATOR_PASSWORD_FILE" not in told
    assert "CLAIMWRIGHT_DATABASE__MIGRATOR_PASSWORD_FILE" in migration_environment_of(service, places, Ports())


def test_only_services_that_may_open_a_purpose_get_its_key(places: Places) -> None:
    def keys(service: str) -> set[str]:
        told = environment_of(service, places, Ports())
        return {name for name in told if name.startswith("CLAIMWRIGHT_KEYS__")}

    assert keys("remittance") == {"CLAIMWRIGHT_KEYS__IDENTITY_FILE", "CLAIMWRIGHT_KEYS__FINANCIAL_FILE"}
    assert keys("sandbox") == set()
    assert all(len(keys(service)) == 3 for service in ("intake", "coding", "submission", "console"))


def test_no_secret_of_the_environment_holds_a_secrets_value(places: Places) -> None:
    told = environment_of("submission", places, Ports())
    values = {path.read_text() for path in places.secrets.iterdir()}

    assert values.isdisjoint(told.values())


def test_a_secret_is_made_once_and_only_its_owner_may_read_it(places: Places) -> None:
    first, again = password(places.secrets, "svc_intake"), password(places.secrets, "svc_intake")
    make_keys(places.keys)
    key = (places.keys / "identity.key").read_text()
    make_keys(places.keys)

    assert first == again
    assert (places.keys / "identity.key").read_text() == key
    assert {path.stat().st_mode & 0o777 for path in [*places.secrets.iterdir(), *places.keys.iterdir()]} == {0o600}


def test_a_route_keeps_its_id_and_secrets_when_the_sandbox_moves(places: Places) -> None:
    import json

    write_private(places.secrets / "handover.json", '{"org_id": "org_1", "organization": "o", "api_key": "cw_test_1"}')
    make_empty_routes(places)
    write_routes(places, sandbox_url="https://127.0.0.1:1")
    [first] = json.loads(routes_file(places).read_text())
    write_routes(places, sandbox_url="https://127.0.0.1:2")
    [second] = json.loads(routes_file(places).read_text())

    assert second == first | {"base_url": "https://127.0.0.1:2"}
    assert (first["kind"], first["org_id"]) == ("sandbox", "org_1")


@pytest.mark.parametrize(
    ("text", "folder", "asked"), [("", EXAMPLES, False), ("no", None, False), (".", Path.cwd(), True)]
)
def test_a_sample_is_the_examples_nothing_or_a_named_folder(text: str, folder: Path | None, asked: bool) -> None:
    chosen = SampleDay.chosen(text)

    assert (chosen.folder, chosen.is_asked_for) == (folder, asked)


def test_a_sample_folder_that_is_not_there_is_refused() -> None:
    with pytest.raises(StackProblem, match="SAMPLE=no/such names no folder"):
        SampleDay.chosen("no/such")


async def test_a_unit_test_has_no_socket() -> None:
    with pytest.raises(AssertionError, match="a unit test has no socket"):
        await asyncio.open_connection("127.0.0.1", 9)


def test_the_printed_line_names_the_key_by_its_file(places: Places) -> None:
    write_private(places.secrets / "handover.json", '{"org_id": "org_1", "organization": "o", "api_key": "cw_test_1"}')
    write_authorization(places)

    line = curl_line(Stack(places, Ports()))

    assert authorization_file(places).read_text() == "Authorization: Bearer cw_test_1\n"
    assert f"-H @{authorization_file(places)}" in line
    assert "cw_test_1" not in line
    assert (ROOT / line.partition('" ')[2].partition(" ")[0]).exists()
