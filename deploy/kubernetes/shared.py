"""What belongs to no one service: who may speak to whom, the topics' Job, the scaler's login."""

from typing import Any, Final

from deploy.kubernetes.manifests import CONFIG, FIRST, LOCKED, Manifest, job, labels_of, selector_of
from deploy.kubernetes.told import KAFKA_CA, SECRETS, ToldService
from deploy.stack.topics import LAG_READER, USERS

TOPICS: Final = "set-topics"
ADMIN_LOGIN: Final = "kafka-admin-secrets"
LAG_LOGIN: Final = "kafka-lag-secrets"
CALLED_FROM_OUTSIDE: Final = ("intake", "submission", "remittance", "console")
"""Partners, clearinghouses and people come through the gateway; to coding nobody does."""
_DATABASE: Final = [{"port": 5432}]
_BROKERS: Final = [{"port": 9092}]
_COLLECTOR: Final = [{"port": 4318}]
_ABROAD: Final = [{"port": 443}, {"port": 22}]
_GOES_ABROAD: Final = ("submission", "remittance")


def deny_all() -> Manifest:
    """Return the policy that closes the namespace: what is not opened below stays closed, in and out."""
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"name": "deny-all", "labels": {**labels_of(CONFIG), **FIRST}},
        "spec": {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]},
    }


def names_are_found() -> Manifest:
    """Return the policy that lets every pod ask for names."""
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"name": "find-names", "labels": {**labels_of(CONFIG), **FIRST}},
        "spec": {
            "podSelector": {},
            "policyTypes": ["Egress"],
            "egress": [{"ports": [{"port": 53, "protocol": "UDP"}, {"port": 53, "protocol": "TCP"}]}],
        },
    }


def network_policy(told: ToldService, owners: dict[str, int]) -> Manifest:
    """Return who may call a service, and whom it may call: PostgreSQL, Kafka, the collector, and what is its part."""
    callers: list[Manifest] = [_namespace("monitoring")]
    if told.name in CALLED_FROM_OUTSIDE:
        callers.append(_namespace("gateway"))
    if told.name != "console":
        callers.append({"podSelector": selector_of("console")})
    egress: list[Manifest] = [{"ports": _DATABASE}, {"ports": _BROKERS}, {"ports": _COLLECTOR}]
    if told.name in _GOES_ABROAD:
        egress.append({"to": [{"ipBlock": {"cidr": "0.0.0.0/0"}}], "ports": _ABROAD})
    if told.name == "console":
        egress += [
            {"to": [{"podSelector": selector_of(owner)}], "ports": [{"port": port}]} for owner, port in owners.items()
        ]
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"name": told.name, "labels": labels_of(told.name)},
        "spec": {
            "podSelector": selector_of(told.name),
            "policyTypes": ["Ingress", "Egress"],
            "ingress": [{"from": callers, "ports": [{"port": told.port}]}],
            "egress": egress,
        },
    }


def task_policy(names: list[str]) -> Manifest:
    """Return the policy of what runs once: it calls PostgreSQL or Kafka, and nobody calls it."""
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"name": "tasks", "labels": {**labels_of(CONFIG), **FIRST}},
        "spec": {
            "podSelector": {"matchExpressions": [{"key": "app.kubernetes.io/name", "operator": "In", "values": names}]},
            "policyTypes": ["Egress"],
            "egress": [{"ports": _DATABASE}, {"ports": _BROKERS}],
        },
    }


def _namespace(role: str) -> Manifest:
    """Return who is in a namespace that an operator labelled so: the gateway's, the monitoring's."""
    return {"namespaceSelector": {"matchLabels": {f"claimwright/{role}": "true"}}}


def set_topics(brokers: int = 3) -> Manifest:
    """Return the Job that makes topics, users and access lists at the brokers; again, it changes nothing."""
    container = {
        "name": TOPICS,
        "image": "claimwright/setup",
        "command": ["python", "-m", "deploy.kafka", "apply"],
        "args": [
            "--bootstrap=$(CLAIMWRIGHT_KAFKA__BOOTSTRAP)",
            f"--password-file={SECRETS}/kafka_admin",
            f"--ca-file={SECRETS}/{KAFKA_CA}",
            f"--passwords={SECRETS}",
            f"--brokers={brokers}",
        ],
        "envFrom": [{"configMapRef": {"name": CONFIG}}],
        "env": [{"name": "PYTHONDONTWRITEBYTECODE", "value": "1"}],
        "volumeMounts": [{"name": "secrets", "mountPath": SECRETS, "readOnly": True}],
        "securityContext": LOCKED,
    }
    volumes: list[Manifest] = [{"name": "secrets", "secret": {"secretName": ADMIN_LOGIN, "defaultMode": 0o440}}]
    return job(TOPICS, container, volumes=volumes)


def lag_login() -> Manifest:
    """Return how the scaler logs in at the brokers: as the user that only looks."""
    return {
        "apiVersion": "keda.sh/v1alpha1",
        "kind": "TriggerAuthentication",
        "metadata": {"name": "kafka-lag", "labels": labels_of(CONFIG)},
        "spec": {
            "secretTargetRef": [
                {"parameter": parameter, "name": LAG_LOGIN, "key": key}
                for parameter, key in (
                    ("sasl", "sasl"),
                    ("username", "username"),
                    ("password", f"kafka_{LAG_READER}"),
                    ("tls", "tls"),
                    ("ca", KAFKA_CA),
                )
            ]
        },
    }


def secrets_of_tasks() -> dict[str, dict[str, Any]]:
    """Return the Secrets that belong to no service, with their files and their plain words."""
    return {
        "migrator-secrets": {"files": ["migrator"]},
        ADMIN_LOGIN: {"files": ["kafka_admin", *(f"kafka_{user}" for user in USERS), KAFKA_CA]},
        LAG_LOGIN: {
            "files": [f"kafka_{LAG_READER}", KAFKA_CA],
            "literals": ["sasl=scram_sha512", "tls=enable", f"username={LAG_READER}"],
            # Kustomize does not follow the scaler's reference, so the name has to stay as it is.
            "options": {"disableNameSuffixHash": True},
        },
    }
