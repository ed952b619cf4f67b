"""The manifests of one service: Deployment, Service, disruption budget, migration and scaling.

A Deployment and no StatefulSet: no replica has an identity. Who reads which partition is settled by leases in
PostgreSQL, who relays and who sweeps by locks there; any replica may go at any moment.
"""

from collections.abc import Mapping
from typing import Any, Final

from claimwright.events.topics import Service, topics_read_by
from deploy.kubernetes.told import ADDRESSES, MIGRATOR, SECRETS, ToldService
from deploy.stack.topics import PREFIX

Manifest = dict[str, Any]

CONFIG: Final = "claimwright"
PART_OF: Final = "claimwright"
FIRST: Final[Mapping[str, str]] = {"claimwright/first": "true"}
"""The label of what a new version needs before its services start: Jobs, and what they are told."""
BOOTSTRAP: Final = "bootstrap"
USER: Final = 10001
"""The user of the images (deploy/Dockerfile)."""
REPLICAS: Final = 2
REPLICAS_MOST: Final = 6
"""Half of the partitions; docs/operating/scale.md says what comes then."""
LAG_A_REPLICA: Final = 1000
"""Records that one replica may be behind before another one comes: a second or two of one core's work."""
CPU_PERCENT: Final = 70
_MEMORY: Final = {"remittance": ("384Mi", "1536Mi")}  # a file of 512 MiB is streamed, a large transaction is not
_MEMORY_USUAL: Final = ("256Mi", "768Mi")
CONSUMER_OF: Final = {
    "intake": "claims",
    "coding": "coding",
    "submission": "claims",
    "remittance": "remittance",
    "console": "console",
}
"""Each service's consumer of claims; a test holds this against the services."""


def secret_of(service: str) -> str:
    """Return the name of a service's Secret."""
    return f"{service}-secrets"


def labels_of(name: str) -> dict[str, str]:
    """Return the labels of what belongs to a service."""
    return {"app.kubernetes.io/name": name, "app.kubernetes.io/part-of": PART_OF}


def selector_of(name: str) -> Manifest:
    return {"matchLabels": {"app.kubernetes.io/name": name}}


def _metadata(name: str, service: str) -> Manifest:
    return {"name": name, "labels": labels_of(service)}


def deployment(told: ToldService) -> Manifest:
    """Return a service's Deployment. Its replicas are the scaler's to count, so it names none."""
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": _metadata(told.name, told.name),
        "spec": {
            "selector": selector_of(told.name),
            "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": 0, "maxSurge": 1}},
            "template": {
                "metadata": {"labels": labels_of(told.name)},
                "spec": {
                    **_POD,
                    "volumes": _volumes(told.name),
                    "terminationGracePeriodSeconds": 20,
                    "topologySpreadConstraints": [
                        _spread(told.name, "kubernetes.io/hostname", "DoNotSchedule"),
                        _spread(told.name, "topology.kubernetes.io/zone", "ScheduleAnyway"),
                    ],
                    "containers": [
                        {
                            **_container(told),
                            "args": ["serve"],
                            "ports": [{"name": "http", "containerPort": told.port}],
                            "startupProbe": _probe("/healthz", every=2, failures=30),
                            "livenessProbe": _probe("/healthz", every=10, failures=6),
                            # `access` alone: while the broker is away events wait in the outbox, and the API goes on.
                            "readinessProbe": _probe("/readyz?only=access", every=3, failures=2),
                            # Time for the balancers to hear that this replica is going; then it drains by itself.
                            "lifecycle": {"preStop": {"exec": {"command": ["sleep", "5"]}}},
                            "resources": _resources(told.name),
                        }
                    ],
                },
            },
        },
    }


def migration(told: ToldService) -> Manifest:
    """Return the Job that brings a service's schema up; up to date, it changes nothing."""
    return job(
        f"migrate-{told.name}",
        {**_container(told, migrates=True), "args": ["migrate"]},
        volumes=_volumes(told.name, migrates=True),
    )


def bootstrap(console: ToldService) -> Manifest:
    """Return the Job of the very first start: the signing key, the first data keys, the operator.

    What it hands over stays in the pod and goes with it: in production partners get their keys from the console.
    """
    arguments = ["bootstrap", "--handover-file=/tmp/handover.json"]
    return job(BOOTSTRAP, {**_container(console), "args": arguments}, volumes=_volumes(console.name))


def job(name: str, container: Manifest, *, volumes: list[Manifest]) -> Manifest:
    """Return what runs once to its end; gone after a day, it is made anew by the next version's `apply`."""
    labels = labels_of(name)
    asked = {"requests": {"cpu": "100m", "memory": "128Mi"}, "limits": {"memory": "512Mi"}}
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {"name": name, "labels": {**labels, **FIRST}},
        "spec": {
            "backoffLimit": 6,
            "ttlSecondsAfterFinished": 86400,
            "template": {
                "metadata": {"labels": labels},
                "spec": {
                    **_POD,
                    "volumes": volumes,
                    "restartPolicy": "OnFailure",
                    "containers": [{**container, "resources": asked}],
                },
            },
        },
    }


def service(told: ToldService) -> Manifest:
    """Return the Service by whose name the others, and the gateway, find the replicas."""
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": _metadata(told.name, told.name),
        "spec": {
            "selector": selector_of(told.name)["matchLabels"],
            "ports": [{"name": "http", "port": told.port, "targetPort": "http"}],
        },
    }


def disruption_budget(told: ToldService) -> Manifest:
    """Return the budget of voluntary disruptions: one replica at a time, whatever their number is."""
    return {
        "apiVersion": "policy/v1",
        "kind": "PodDisruptionBudget",
        "metadata": _metadata(told.name, told.name),
        "spec": {"maxUnavailable": 1, "selector": selector_of(told.name)},
    }


def scaling(told: ToldService) -> Manifest:
    """Return the scaler: by what the consumer has not read yet, and by CPU for what HTTP and timers bring.

    There is no `fallback`: it would overrule CPU (keda#6659). While the lag is unknown nothing is scaled down anyway.
    """
    return {
        "apiVersion": "keda.sh/v1alpha1",
        "kind": "ScaledObject",
        "metadata": _metadata(told.name, told.name),
        "spec": {
            "scaleTargetRef": {"name": told.name},
            "minReplicaCount": REPLICAS,
            "maxReplicaCount": REPLICAS_MOST,
            "cooldownPeriod": 300,
            "advanced": {
                "horizontalPodAutoscalerConfig": {
                    "behavior": {
                        "scaleDown": {
                            "stabilizationWindowSeconds": 300,
                            "policies": [{"type": "Pods", "value": 1, "periodSeconds": 60}],
                        }
                    }
                }
            },
            "triggers": [
                *(_lag(told.name, topic.name) for topic in topics_read_by(Service(told.name)) if _scales(topic.name)),
                {"type": "cpu", "metricType": "Utilization", "metadata": {"value": str(CPU_PERCENT)}},
            ],
        },
    }


def _scales(topic: str) -> bool:
    """Tell whether a topic's lag calls for replicas: that of access has a consumer of its own and is never long."""
    return not topic.endswith(".access")


def _lag(name: str, topic: str) -> Manifest:
    return {
        "type": "kafka",
        "metadata": {
            "bootstrapServersFromEnv": "CLAIMWRIGHT_KAFKA__BOOTSTRAP",
            "consumerGroup": f"{PREFIX}{name}.{CONSUMER_OF[name]}",
            "topic": topic,
            "lagThreshold": str(LAG_A_REPLICA),
            "offsetResetPolicy": "earliest",
        },
        "authenticationRef": {"name": "kafka-lag"},
    }


def _volumes(name: str, *, migrates: bool = False) -> list[Manifest]:
    volumes: list[Manifest] = [
        {"name": "secrets", "secret": {"secretName": secret_of(name), "defaultMode": 0o440}},
        {"name": "tmp", "emptyDir": {"sizeLimit": "1Gi"}},
    ]
    if migrates:
        volumes.append({"name": "migrator", "secret": {"secretName": "migrator-secrets", "defaultMode": 0o440}})
    return volumes


_POD: Final[Manifest] = {
    "automountServiceAccountToken": False,
    # The variables of a Service that is called `claimwright-…` would be refused as settings that nobody knows.
    "enableServiceLinks": False,
    "securityContext": {
        "runAsNonRoot": True,
        "runAsUser": USER,
        "runAsGroup": USER,
        "fsGroup": USER,
        "seccompProfile": {"type": "RuntimeDefault"},
    },
}


def _container(told: ToldService, *, migrates: bool = False) -> Manifest:
    environment = dict(told.environment)
    mounts: list[Manifest] = [
        {"name": "secrets", "mountPath": SECRETS, "readOnly": True},
        {"name": "tmp", "mountPath": "/tmp"},  # noqa: S108 - the pod's own
    ]
    if migrates:
        environment["CLAIMWRIGHT_DATABASE__MIGRATOR_PASSWORD_FILE"] = f"{MIGRATOR}/migrator"
        mounts.append({"name": "migrator", "mountPath": MIGRATOR, "readOnly": True})
    return {
        "name": told.name,
        "image": f"claimwright/{told.name}",
        "envFrom": [{"configMapRef": {"name": CONFIG}}],
        "env": [{"name": name, "value": value} for name, value in environment.items()],
        "volumeMounts": mounts,
        "securityContext": LOCKED,
    }


LOCKED: Final[Manifest] = {
    "allowPrivilegeEscalation": False,
    "readOnlyRootFilesystem": True,
    "capabilities": {"drop": ["ALL"]},
}


def _probe(path: str, *, every: int, failures: int) -> Manifest:
    return {
        "httpGet": {"path": path, "port": "http"},
        "periodSeconds": every,
        "timeoutSeconds": 2,
        "failureThreshold": failures,
    }


def _spread(name: str, key: str, otherwise: str) -> Manifest:
    return {
        "maxSkew": 1,
        "topologyKey": key,
        "whenUnsatisfiable": otherwise,
        "labelSelector": selector_of(name),
        "matchLabelKeys": ["pod-template-hash"],
    }


def _resources(name: str) -> Manifest:
    """One event loop uses one core at most. No limit of CPU: a throttled loop is late for its leases."""
    asked, most = _MEMORY.get(name, _MEMORY_USUAL)
    return {"requests": {"cpu": "500m", "memory": asked}, "limits": {"memory": most}}


def config_map() -> Manifest:
    """Return the addresses that all services share."""
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": CONFIG, "labels": {**labels_of(CONFIG), **FIRST}},
        "data": dict(ADDRESSES),
    }
