"""The ports of a stack, and whether they are free."""

import socket
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Final, Self

from deploy.stack.sentences import StackProblem

HOST: Final = "127.0.0.1"
BASE: Final = 8400


@dataclass(frozen=True, slots=True)
class Ports:
    """One port a part, all on the loopback address."""

    console: int = BASE
    intake: int = BASE + 1
    coding: int = BASE + 2
    submission: int = BASE + 3
    remittance: int = BASE + 4
    sandbox: int = BASE + 10
    postgres: int = BASE + 32
    kafka: int = BASE + 92
    kafka_controller: int = BASE + 93

    @classmethod
    def names(cls) -> tuple[str, ...]:
        return tuple(field.name for field in fields(cls))

    @classmethod
    def chosen(cls, environment: Mapping[str, str]) -> Self:
        """Return the ports that `PORT_BASE` and `CONSOLE_PORT`, `KAFKA_PORT`, … ask for.

        Errors: StackProblem names a setting that is no port.
        """
        usual = cls()
        shift = _port(environment, "PORT_BASE", BASE) - BASE
        return replace(
            usual,
            **{name: _port(environment, f"{name.upper()}_PORT", getattr(usual, name) + shift) for name in cls.names()},
        )

    @classmethod
    def free(cls) -> Self:
        """Return ports that nobody listens on just now; for tests."""
        sockets = [socket.socket() for _ in cls.names()]
        try:
            for one in sockets:
                one.bind((HOST, 0))
            return cls(*(one.getsockname()[1] for one in sockets))
        finally:
            for one in sockets:
                one.close()

    def of(self, part: str) -> int:
        """Return a part's port."""
        port: int = getattr(self, part)
        return port


def require_free(wanted: Mapping[str, int]) -> None:
    """Refuse to start while somebody else listens on a wanted port.

    Errors: StackProblem names every taken port, its part and how to choose another.
    """
    taken = [name for name, port in wanted.items() if not _is_free(port)]
    if taken:
        lines = [
            f"Port {wanted[name]} for {name} is taken: free it, or choose another with {name.upper()}_PORT=…"
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
