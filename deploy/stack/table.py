"""The process table: what a stack is made of and what waits for what."""

import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Final, Self

from deploy.stack.places import ROOT

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
        return ("kafka", "kafka_controller") if self.name == "kafka" else (self.name,)


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
