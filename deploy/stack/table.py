"""The process table: what a stack is made of and what waits for what."""

import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Final, Self

from deploy.stack.places import ROOT
from deploy.stack.ports import instance_named, instance_of

TABLE: Final = ROOT / "deploy" / "processes.toml"


class Kind(StrEnum):
    """How a part runs."""

    SERVER = "server"
    TASK = "task"
    SERVICE = "service"


@dataclass(frozen=True, slots=True)
class Part:
    """One row of the table. `needs` must be ready before it starts."""

    name: str
    kind: Kind
    title: str
    needs: tuple[str, ...] = ()
    service: str = ""
    command: tuple[str, ...] = ()
    scheme: str = "http"

    @property
    def ports(self) -> tuple[str, ...]:
        """The names of the ports the part listens on."""
        if self.kind is Kind.TASK:
            return ()
        name, ordinal = instance_of(self.name)
        return (self.name, instance_named("kafka_controller", ordinal)) if name == "kafka" else (self.name,)


@dataclass(frozen=True, slots=True)
class Table:
    """All parts, by name."""

    parts: Mapping[str, Part]

    @classmethod
    def read(cls, path: Path = TABLE) -> Self:
        """Read the table from its file."""
        rows = tomllib.loads(path.read_text())["part"]
        parts = [
            Part(
                name=row["name"],
                kind=Kind(row["kind"]),
                title=row.get("title", row["name"]),
                needs=tuple(row.get("needs", ())),
                service=row.get("service", ""),
                command=tuple(row.get("command", ())),
                scheme=row.get("scheme", "http"),
            )
            for row in rows
        ]
        return cls({part.name: part for part in parts})

    def with_instances(self, counts: Mapping[str, int]) -> Self:
        """Return the table with so many instances of these parts; who needs a part needs all its instances.

        The first keeps the part's name, the second of `coding` is `coding-2`.
        """
        names = {
            name: tuple(instance_named(name, ordinal) for ordinal in range(1, counts.get(name, 1) + 1))
            for name in self.parts
        }
        return type(self)(
            {
                instance: replace(
                    part,
                    name=instance,
                    title=part.title if instance == part.name else f"{part.title} {instance_of(instance)[1]}",
                    needs=tuple(each for need in part.needs for each in names[need]),
                )
                for part in self.parts.values()
                for instance in names[part.name]
            }
        )

    def instances_of(self, name: str) -> tuple[str, ...]:
        """Return the names of all instances of a part."""
        return tuple(each for each in self.parts if instance_of(each)[0] == name)

    def with_needs(self, names: Collection[str]) -> set[str]:
        """Return these parts and everything that they need, directly or not."""
        wanted: set[str] = set()
        waiting = list(names)
        while waiting:
            name = waiting.pop()
            if name not in wanted:
                wanted.add(name)
                waiting += self.parts[name].needs
        return wanted

    def levels(self, names: Collection[str]) -> list[list[str]]:
        """Return the parts in groups: each group needs only earlier ones."""
        sorter = TopologicalSorter({name: [need for need in self.parts[name].needs if need in names] for name in names})
        sorter.prepare()
        groups = []
        while sorter.is_active():
            group = sorted(sorter.get_ready())
            sorter.done(*group)
            groups.append(group)
        return groups
