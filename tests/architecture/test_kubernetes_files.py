"""The Kubernetes manifests say what the process table, the settings and the services themselves say.

`make check` holds them against the schemas of Kubernetes. No cluster is at hand: that a real one takes them, and that
the scaler does what it says, nobody has seen yet.
"""

import json
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import yaml

from claimwright.events.topics import ACCESS, Service, topics_read_by
from claimwright.settings import SharedSettings, load_settings
from deploy.kubernetes.files import written
from deploy.kubernetes.told import ADDRESSES
from deploy.reference.services import DescribedService, described_services
from deploy.stack.places import ROOT
from deploy.stack.ports import Ports
from deploy.stack.table import Kind, Table
from deploy.stack.topics import LAG_READER, USERS

FOLDER = ROOT / "deploy" / "kubernetes"
SERVICES = tuple(service.value for service in Service)

A_KEY = b64encode(bytes(32)).decode()

Manifest = dict[str, Any]


def manifests() -> Iterator[Manifest]:
    for path in sorted((FOLDER / "base").glob("*.yaml")) + sorted((FOLDER / "first-start").glob("*.yaml")):
        yield from (each for each in yaml.safe_load_all(path.read_text()) if each["kind"] != "Kustomization")


ALL = {(each["kind"], each["metadata"]["name"]): each for each in manifests()}
EXAMPLE: Manifest = yaml.safe_load((FOLDER / "example" / "kustomization.yaml").read_text())
PODS = {key: each["spec"]["template"]["spec"] for key, each in ALL.items() if key[0] in ("Deployment", "Job")}


@pytest.fixture(scope="module")
def services() -> dict[str, DescribedService]:
    return {each.name: each for each in described_services()}


def container(kind: str, name: str) -> Manifest:
    [found] = PODS[kind, name]["containers"]
    return found


def test_the_files_are_as_the_code_writes_them() -> None:
    wrong = [path.name for path, text in written().items() if not path.exists() or path.read_text() != text]

    assert wrong == [], "run `python -m deploy.kubernetes`"
    assert set(FOLDER.rglob("*.yaml")) == set(written())


def test_every_part_of_the_process_table_but_servers_and_the_sandbox_has_its_place() -> None:
    for part in Table.read().parts.values():
        if part.kind is not Kind.SERVER and part.service != "sandbox":
            found = container("Deployment" if part.kind is Kind.SERVICE else "Job", part.name)
            assert found["args"][0] == part.command[1]
            assert found["image"] == f"claimwright/{part.service}"


def variables_of(kind: str, name: str) -> dict[str, str]:
    return dict(ADDRESSES) | {each["name"]: each["value"] for each in container(kind, name)["env"]}


def files_of(pod: Manifest) -> dict[str, set[str]]:
    """Return the files that a pod's Secrets hold in the example, by where they are mounted."""
    generated = {each["name"]: {Path(file).name for file in each["files"]} for each in EXAMPLE["secretGenerator"]}
    named = {each["name"]: each["secret"]["secretName"] for each in pod["volumes"] if "secret" in each}
    [found] = pod["containers"]
    return {
        each["mountPath"]: generated[named[each["name"]]] for each in found["volumeMounts"] if each["name"] in named
    }


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_starts_in_production_with_what_it_is_told(
    name: str, services: dict[str, DescribedService], tmp_path: Path
) -> None:
    """The settings that the process itself reads take all of it, refuse nothing and miss nothing."""
    told = variables_of("Deployment", name)
    for mounted, files in files_of(PODS["Deployment", name]).items():
        (tmp_path / mounted.strip("/")).mkdir()
        for file in files:
            (tmp_path / mounted.strip("/") / file).write_text(A_KEY if file.endswith(".key") else "something")
    environment = {key: str(tmp_path) + value if key.endswith("_FILE") else value for key, value in told.items()}

    settings = load_settings(services[name].settings, environ=environment)

    assert settings.is_production
    assert isinstance(settings, SharedSettings)
    assert settings.kafka.username == f"svc_{name}"


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_is_given_the_files_that_it_is_told_of_and_no_other(name: str) -> None:
    pod = PODS["Deployment", name]
    told = {value for key, value in variables_of("Deployment", name).items() if key.endswith("_FILE")}
    given = {f"{mounted}/{file}" for mounted, files in files_of(pod).items() for file in files}

    assert given == told
    assert not any("migrator" in file for file in given)


@pytest.mark.parametrize("name", SERVICES)
def test_ports_and_probes_are_the_services_own(name: str, services: dict[str, DescribedService]) -> None:
    found = container("Deployment", name)
    routes = {route.path for route in services[name].routes()}
    parts = services[name].app.state.parts.readiness

    assert found["ports"] == [{"name": "http", "containerPort": Ports().of(name)}]
    assert variables_of("Deployment", name)[f"CLAIMWRIGHT_{name.upper()}__HTTP_PORT"] == str(Ports().of(name))
    assert ALL["Service", name]["spec"]["ports"][0]["port"] == Ports().of(name)
    for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
        address = urlsplit(found[probe]["httpGet"]["path"])
        assert address.path in routes
        assert set(parse_qs(address.query).get("only", ())) <= set(parts)
    assert "only=access" in found["readinessProbe"]["httpGet"]["path"]


@pytest.mark.parametrize(("kind", "name"), PODS, ids=str)
def test_a_pod_is_nobody_and_can_change_nothing(kind: str, name: str) -> None:
    pod, found = PODS[kind, name], container(kind, name)

    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert pod["automountServiceAccountToken"] is False
    assert pod["enableServiceLinks"] is False
    assert found["securityContext"]["readOnlyRootFilesystem"] is True
    assert found["securityContext"]["allowPrivilegeEscalation"] is False
    assert found["securityContext"]["capabilities"] == {"drop": ["ALL"]}
    assert found["resources"]["requests"].keys() == {"cpu", "memory"}
    assert "memory" in found["resources"]["limits"]
    assert not [each for each in found["env"] if "PASSWORD" in each["name"] and not each["name"].endswith("_FILE")]


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_outlives_a_node_and_a_roll_out(name: str) -> None:
    deployment = ALL["Deployment", name]["spec"]
    spread = {each["topologyKey"] for each in PODS["Deployment", name]["topologySpreadConstraints"]}

    assert ALL["PodDisruptionBudget", name]["spec"]["maxUnavailable"] == 1
    assert deployment["strategy"]["rollingUpdate"]["maxUnavailable"] == 0
    assert "replicas" not in deployment
    assert ALL["ScaledObject", name]["spec"]["minReplicaCount"] >= 2
    assert spread == {"kubernetes.io/hostname", "topology.kubernetes.io/zone"}


@pytest.mark.parametrize("name", SERVICES)
def test_replicas_follow_the_lag_of_what_the_service_really_reads(
    name: str, services: dict[str, DescribedService]
) -> None:
    triggers = ALL["ScaledObject", name]["spec"]["triggers"]
    watched = {
        (each["metadata"]["consumerGroup"], each["metadata"]["topic"]) for each in triggers if each["type"] == "kafka"
    }
    read = {
        (f"claimwright.{name}.{consumer.name}", topic)
        for consumer in services[name].built.consumers
        for topic in consumer.topics
        if topic != ACCESS
    }

    assert watched == read
    assert {each["type"] for each in triggers} == {"kafka", "cpu"}
    assert ALL["ScaledObject", name]["spec"]["maxReplicaCount"] <= min(
        topic.partitions for topic in topics_read_by(Service(name))
    )


@pytest.mark.parametrize("name", SERVICES)
def test_the_table_of_topics_lets_a_service_read_what_its_consumers_read(
    name: str, services: dict[str, DescribedService]
) -> None:
    read = {topic for consumer in services[name].built.consumers for topic in consumer.topics}

    assert {topic.name for topic in topics_read_by(Service(name))} == read


def test_the_scaler_logs_in_as_the_user_that_only_looks() -> None:
    asked = {each["parameter"]: each for each in ALL["TriggerAuthentication", "kafka-lag"]["spec"]["secretTargetRef"]}
    [secret] = [each for each in EXAMPLE["secretGenerator"] if each["name"] == asked["password"]["name"]]

    assert f"username={LAG_READER}" in secret["literals"]
    keys = {Path(file).name for file in secret["files"]} | {each.partition("=")[0] for each in secret["literals"]}
    assert {each["key"] for each in asked.values()} <= keys
    assert secret["options"]["disableNameSuffixHash"] is True


def test_the_job_of_topics_gets_a_password_for_every_user() -> None:
    given = files_of(PODS["Job", "set-topics"])["/secrets"]

    assert {f"kafka_{user}" for user in (*USERS, "admin")} <= given


def test_nobody_speaks_to_anybody_unless_a_policy_says_so() -> None:
    policies = {name: each["spec"] for (kind, name), each in ALL.items() if kind == "NetworkPolicy"}

    assert policies["deny-all"] == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    for name in SERVICES:
        assert policies[name]["podSelector"] == {"matchLabels": {"app.kubernetes.io/name": name}}
        [ingress] = policies[name]["ingress"]
        assert ingress["ports"] == [{"port": Ports().of(name)}]
    tasks = set(policies["tasks"]["podSelector"]["matchExpressions"][0]["values"])
    assert tasks == {name for kind, name in PODS if kind == "Job"}
    assert "gateway" not in json.dumps(policies["coding"])


def test_what_services_need_before_they_start_can_be_applied_first() -> None:
    first = {key for key, each in ALL.items() if each["metadata"]["labels"].get("claimwright/first") == "true"}

    assert first == {
        *(key for key in ALL if key[0] in ("Job", "ConfigMap")),
        *(("NetworkPolicy", name) for name in ("deny-all", "find-names", "tasks")),
    }
    assert EXAMPLE["generatorOptions"]["labels"] == {"claimwright/first": "true"}


def test_the_example_sets_addresses_that_there_are() -> None:
    [patch] = EXAMPLE["patches"]
    changed = {each["path"].removeprefix("/data/") for each in yaml.safe_load(patch["patch"])}

    assert changed <= ALL["ConfigMap", "claimwright"]["data"].keys()
    assert {each["name"] for each in EXAMPLE["images"]} == {
        found["image"] for pod in PODS.values() for found in pod["containers"]
    }
