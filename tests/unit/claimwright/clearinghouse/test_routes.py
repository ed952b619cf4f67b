"""The routes file: read whole or refused whole, with every problem named and no secret in the words."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from claimwright import ids
from claimwright.clearinghouse.routes import RoutesRefused, load_routes
from tests.support.builders_submission import CALLBACK_SECRET, ORGANIZATION


def written(folder: Path, routes: object, *, mode: int = 0o600) -> Path:
    path = folder / "routes.json"
    path.write_text(json.dumps(routes))
    path.chmod(mode)
    return path


def route_text(**changes: Any) -> dict[str, Any]:
    return {
        "id": "rte_one",
        "org_id": ids.text(ids.ORGANIZATION, ORGANIZATION),
        "name": "Sandbox",
        "kind": "sandbox",
        "base_url": "https://127.0.0.1:8410",
        "submitter_id": "CWSUBMITTER",
        "receiver_id": "SANDBOXCH",
        "username": "submitter",
        "password": "a-password",
        "submission_callback_secret": CALLBACK_SECRET,
        "remittance_callback_secret": CALLBACK_SECRET,
    } | changes


def test_routes_are_read_with_their_secrets_hidden(tmp_path: Path) -> None:
    (route,) = load_routes(written(tmp_path, [route_text()]))

    assert route.org_id == ORGANIZATION
    assert route.password.get_secret_value() == "a-password"
    assert "a-password" not in repr(route)
    assert CALLBACK_SECRET not in repr(route)


def test_all_problems_are_named_at_once_and_no_value_is(tmp_path: Path) -> None:
    routes = [route_text(base_url="http://secret.example"), route_text(submitter_id="much-too-long-for-isa"), {}]

    with pytest.raises(RoutesRefused) as refused:
        load_routes(written(tmp_path, routes))

    text = str(refused.value)
    assert "route 0: base_url" in text
    assert "route 1: submitter_id" in text
    assert "route 2: password: missing" in text
    assert "secret.example" not in text
    assert "much-too-long" not in text


def test_a_route_that_stands_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RoutesRefused, match="twice"):
        load_routes(written(tmp_path, [route_text(), route_text()]))


def test_a_file_that_others_may_read_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RoutesRefused, match="chmod 600"):
        load_routes(written(tmp_path, [route_text()], mode=0o644))


def test_a_live_route_names_somebody_who_can_be_reached(tmp_path: Path) -> None:
    with pytest.raises(RoutesRefused, match="route 0"):
        load_routes(written(tmp_path, [route_text(kind="live")]))

    assert load_routes(written(tmp_path, [route_text(kind="live", contact_phone="5185550100")]))


@pytest.mark.parametrize("text", ["", "{", '{"id": 1}'])
def test_what_is_no_list_of_routes_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "routes.json"
    path.write_text(text)
    path.chmod(0o600)

    with pytest.raises(RoutesRefused):
        load_routes(path)


def test_a_missing_file_is_said_plainly(tmp_path: Path) -> None:
    with pytest.raises(RoutesRefused, match="not there"):
        load_routes(tmp_path / "nowhere.json")


def test_a_file_that_a_cluster_mounts_is_read_by_its_group(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A Secret is mounted as another user's, and our own group may read it; nobody else may."""
    path = written(tmp_path, [route_text()])
    path.chmod(0o440)
    monkeypatch.setattr(os, "geteuid", lambda: path.stat().st_uid + 1)

    assert len(load_routes(path)) == 1
    for mode in (0o444, 0o460):
        path.chmod(mode)
        with pytest.raises(RoutesRefused, match="chmod 600"):
            load_routes(path)
