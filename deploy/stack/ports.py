"""The ports of a stack, and whether they are free."""

import socket
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, fields
from typing import Final, Self

from deploy.stack.sentences import StackProblem

HOST: Final = "127.0.0.1"
BASE: Final = 8400
STEP: Final = 100
"""How far the ports of a part's second instance lie above those of its first."""


@dataclass(frozen=True, slots=True)
class Ports:
    """One port a part, all on the loopback address.

    The second instance of a part, `coding-2`, has the port a hundred above the first one's unless `more` names another.
    """

    console: int = BASE
    intake: int = BASE + 1
    coding: int = BASE + 2
    submission: int = BASE + 3
    remittance: int = BASE + 4
    sandbox: int = BASE + 10
    postgres: int = BASE + 32
    kafka: int = BASE + 92
    kafka_controller: int = BASE + 93
    more: Mapping[str, int] = field(default_factory=dict)

    @classmethod
    def names(cls) -> tuple[str, ...]:
        return tuple(one.name for one in fields(cls) if one.name != "more")

    @classmethod
    def chosen(cls, environment: Mapping[str, str]) -> Self:
        """Return the ports that `PORT_BASE` and `CONSOLE_PORT`, `KAFKA_PORT`, … ask for.

        Errors: StackProblem names a setting that is no port.
        """
        usual = cls()
        shift = _port(environment, "PORT_BASE", BASE) - BASE
        asked = {name: _port(environment, f"{name.upper()}_PORT", usual.of(name) + shift) for name in cls.names()}
        return cls(**asked, more={})

    @classmethod
    def free(cls, more: Collection[str] = ()) -> Self:
        """Return ports that nobody listens on just now, for further instances too; for tests."""
        names = (*cls.names(), *more)
        sockets = [socket.socket() for _ in names]
        try:
            for one in sockets:
                one.bind((HOST, 0))
            drawn = {name: one.getsockname()[1] for name, one in zip(names, sockets, strict=True)}
            return cls(**{name: drawn.pop(name) for name in cls.names()}, more=drawn)
        finally:
            for one in sockets:
                one.close()

    def of(self, part: str) -> int:
        """Return a part's port."""
        if part in self.more:
            return self.more[part]
        name, ordinal = instance_of(part)
        port: int = getattr(self, name) + STEP * (ordinal - 1)
        return port


def instance_of(part: str) -> tuple[str, int]:
    """Return the name in the process table and the ordinal of a part: `coding-2` is the second `coding`."""
    name, _, ordinal = part.rpartition("-")
    return (name, int(ordinal)) if ordinal.isdecimal() else (part, 1)


def instance_named(name: str, ordinal: int) -> str:
    """Return what an instance of a part is called."""
    return name if ordinal == 1 else f"{name}-{ordinal}"


def require_free(wanted: Mapping[str, int]) -> None:
    """Refuse to start while somebody else listens on a wanted port.

    Errors: StackProblem names every taken port, its part and how to choose another.
    """
    taken = [name for name, port in wanted.items() if not _is_free(port)]
    if taken:
        lines = [
            f"Port {wanted[name]} for {name} is taken: free it, or choose another with "
            f"{instance_of(name)[0].upper()}_PORT=…"
            for name in taken
        ]
        raise StackProblem("\n".join([*lines, "PORT_BASE=… moves all of them together (usually 8400)."]))


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # a port in TIME_WAIT is free for our servers too
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
        return True


def _port(environment: Mapping[str, str], name: str, usual: int) -> int:
    text = environment.get(name) or str(usual)
    if not text.isdecimal() or not 1024 <= int(text) <= 65535:
        raise StackProblem(f"{name}={text} is no port: a whole number from 1024 to 65535 is needed.")
    return int(text)
