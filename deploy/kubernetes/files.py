"""Which manifest stands in which file."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import yaml

from deploy.kubernetes import manifests, shared
from deploy.kubernetes.told import services
from deploy.stack.places import ROOT

FOLDER: Final = ROOT / "deploy" / "kubernetes"
_HEAD: Final = "# Written by `python -m deploy.kubernetes`; change deploy/kubernetes/*.py, or an overlay of your own.\n"
_EXAMPLE_HEAD: Final = (
    "# An overlay to copy: names, addresses, image tags, and the Secrets from files in secrets/ beside it, each\n"
    "# told of in docs/operating/kubernetes.md. Written by `python -m deploy.kubernetes`.\n"
)


def written() -> dict[Path, str]:
    """Return every file with its text."""
    all_services = services()
    owners = {told.name: told.port for told in all_services if told.name != "console"}
    base: dict[str, list[dict[str, Any]]] = {
        "addresses.yaml": [manifests.config_map()],
        "network.yaml": [
            shared.deny_all(),
            shared.names_are_found(),
            shared.task_policy(
                [shared.TOPICS, manifests.BOOTSTRAP, *(f"migrate-{told.name}" for told in all_services)]
            ),
            *(shared.network_policy(told, owners) for told in all_services),
        ],
        "scaling.yaml": [shared.lag_login(), *(manifests.scaling(told) for told in all_services)],
        "tasks.yaml": [shared.set_topics(), *(manifests.migration(told) for told in all_services)],
    } | {
        f"{told.name}.yaml": [manifests.deployment(told), manifests.service(told), manifests.disruption_budget(told)]
        for told in all_services
    }
    texts = {FOLDER / "base" / name: _text(_HEAD, each) for name, each in base.items()}
    texts[FOLDER / "base" / "kustomization.yaml"] = _text(_HEAD, [_base(sorted(base))])
    console = next(told for told in all_services if told.name == "console")
    texts[FOLDER / "first-start" / "bootstrap.yaml"] = _text(_HEAD, [manifests.bootstrap(console)])
    texts[FOLDER / "first-start" / "kustomization.yaml"] = _text(_HEAD, [_base(["bootstrap.yaml"])])
    texts[FOLDER / "example" / "kustomization.yaml"] = _text(_EXAMPLE_HEAD, [_example()])
    return texts


def _base(resources: Sequence[str]) -> dict[str, Any]:
    return {
        "apiVersion": "kustomize.config.k8s.io/v1beta1",
        "kind": "Kustomization",
        "resources": list(resources),
    }


def _example() -> dict[str, Any]:
    names = [told.name for told in services()]
    secrets: dict[str, dict[str, Any]] = {
        manifests.secret_of(told.name): {"files": [f"secrets/{file}" for file in told.files]} for told in services()
    }
    for name, holds in shared.secrets_of_tasks().items():
        secrets[name] = {**holds, "files": [f"secrets/{file}" for file in holds["files"]]}
    return {
        "apiVersion": "kustomize.config.k8s.io/v1beta1",
        "kind": "Kustomization",
        "namespace": "claimwright",
        "resources": ["../base"],
        "images": [
            {"name": f"claimwright/{name}", "newName": f"registry.example.org/claimwright/{name}", "newTag": "0.1.0"}
            for name in (*names, "setup")
        ],
        "secretGenerator": [{"name": name, **holds} for name, holds in sorted(secrets.items())],
        "generatorOptions": {"labels": dict(manifests.FIRST)},
        "patches": [
            {
                "target": {"kind": "ConfigMap", "name": manifests.CONFIG},
                "patch": yaml.safe_dump(
                    [
                        {"op": "replace", "path": f"/data/{name}", "value": value}
                        for name, value in (
                            ("CLAIMWRIGHT_DATABASE__HOST", "postgres.example.org"),
                            ("CLAIMWRIGHT_KAFKA__BOOTSTRAP", "kafka.example.org:9092"),
                            ("CLAIMWRIGHT_CONSOLE__BASE_URL", "https://claims.example.org"),
                        )
                    ],
                    sort_keys=False,
                ),
            }
        ],
    }


class _Dumper(yaml.SafeDumper):  # type: ignore[misc]  # the library has no types
    """Writes each value in place, without anchors."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 - as the base class has it
        return True


def _text(head: str, documents: Sequence[dict[str, Any]]) -> str:
    bodies = [yaml.dump(each, Dumper=_Dumper, sort_keys=False, width=110) for each in documents]
    return head + "---\n".join(bodies)
