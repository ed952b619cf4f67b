"""How many of what a stack runs: replicas of each service, brokers, and whether these speak TLS."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Self

from deploy.stack.sentences import StackProblem

REPLICATED: Final = ("intake", "coding", "submission", "remittance", "console")
"""The services; the sandbox is not ours, and one of it stands for everybody else's."""
_MOST_REPLICAS: Final = 8
_BROKERS: Final = (1, 3)
"""Two would stop when one is lost, as one does."""


@dataclass(frozen=True, slots=True)
class Size:
    """One of each unless it says otherwise."""

    replicas: Mapping[str, int] = field(default_factory=dict)
    brokers: int = 1
    broker_tls: bool = False

    @classmethod
    def chosen(cls, environment: Mapping[str, str]) -> Self:
        """Return the size that `REPLICAS` ("2", or "coding=3 remittance=2"), `BROKERS` and `KAFKA_TLS` ask for.

        Errors: StackProblem names the setting that makes no sense.
        """
        return cls(
            replicas=_replicas(environment.get("REPLICAS", "")),
            brokers=_brokers(environment.get("BROKERS", "")),
            broker_tls=_yes(environment, "KAFKA_TLS"),
        )

    @property
    def instances(self) -> dict[str, int]:
        """How many instances of which part there are."""
        return {**self.replicas, "kafka": self.brokers}

    def further(self) -> tuple[str, ...]:
        """Return the names of all ports that a stack of one of each does not have."""
        counts = {**self.instances, "kafka_controller": self.brokers}
        return tuple(f"{name}-{ordinal}" for name, count in counts.items() for ordinal in range(2, count + 1))


def _replicas(text: str) -> dict[str, int]:
    if text.isdecimal():
        return dict.fromkeys(REPLICATED, _count(text, text))
    found = {}
    for word in text.split():
        name, _, count = word.partition("=")
        if name not in REPLICATED:
            raise StackProblem(f"REPLICAS={text}: {name} is none of {', '.join(REPLICATED)}.")
        found[name] = _count(count, text)
    return found


def _count(text: str, whole: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= _MOST_REPLICAS:
        raise StackProblem(f"REPLICAS={whole}: a number from 1 to {_MOST_REPLICAS} is needed.")
    return int(text)


def _brokers(text: str) -> int:
    if text and text not in map(str, _BROKERS):
        raise StackProblem(f"BROKERS={text}: {' or '.join(map(str, _BROKERS))} is needed; two are no safer than one.")
    return int(text or "1")


def _yes(environment: Mapping[str, str], name: str) -> bool:
    text = environment.get(name, "") or "no"
    if text not in ("yes", "no"):
        raise StackProblem(f"{name}={text}: yes or no is needed.")
    return text == "yes"
