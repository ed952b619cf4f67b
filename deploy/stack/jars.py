"""The broker's jars: fetched once, and held to the hashes of `deploy/kafka/jars.lock`.

jgo alone is not enough: it only warns of a wrong checksum and keeps a broken download. So its graph walk is used to
write the lock (`make lock`), and a start fetches the locked rows and nothing else.
"""

import re
import tempfile
from concurrent.futures import ThreadPoolExecutor
from fcntl import LOCK_EX, flock
from hashlib import sha256
from pathlib import Path
from typing import Final

from deploy.stack.sentences import StackProblem

# The `!` keeps jgo from taking log4j's POM as a bill of materials, which quietly gives kafka-clients 3.9 under a 4.4
# broker. `kafka-tools` is left out: 47 more jars for nothing that is used here.
ENDPOINT: Final = "org.apache.kafka:kafka_2.13:4.4.0+org.apache.logging.log4j:log4j-slf4j-impl:2.25.5!"
LOCK: Final = Path(__file__).parents[1] / "kafka" / "jars.lock"


class JarChanged(StackProblem):
    """A jar's bytes are not the ones that were locked."""


def class_path(repository: Path, *, lock: Path = LOCK, offline: bool = False) -> list[Path]:
    """Return the locked jars, fetching those that `repository` lacks; each one's hash is checked.

    Errors: `JarChanged` names the jar and both hashes, and the bad file is gone, so that the next start fetches it
    anew; `StackProblem` when a jar can't be fetched.
    """
    from jgo.maven import MavenContext

    maven = MavenContext(repo_cache=repository, timeout=60, offline=offline)

    def one(row: str) -> Path:
        expected, coordinate = row.split()
        group, name, version = coordinate.split(":")
        path = repository / group.replace(".", "/") / name / version / f"{name}-{version}.jar"
        if not path.exists():
            try:
                maven.project(group, name).at_version(version).artifact().resolve()
            except Exception as failure:
                raise StackProblem(
                    f"{coordinate} could not be fetched ({type(failure).__name__}). "
                    "Is there a way to a Maven repository? Once fetched, jars stay in .cache/ and need no network."
                ) from failure
        found = sha256(path.read_bytes()).hexdigest()
        if found != expected:
            path.unlink()
            raise JarChanged(
                f"{coordinate} is not the file that was locked: expected {expected}, found {found}. "
                "It was removed; start again to fetch it anew."
            )
        return path

    rows = lock.read_text().splitlines()
    repository.mkdir(parents=True, exist_ok=True)
    with (repository / ".fetching").open("w") as gate, ThreadPoolExecutor(8) as pool:
        flock(gate, LOCK_EX)  # two starts at once would write the same files
        return list(pool.map(one, rows))


def resolve(endpoint: str = ENDPOINT) -> list[str]:
    """Walk the dependency graph and return the lock's rows, `sha256  group:artifact:version`, by coordinate."""
    from jgo.env import EnvironmentBuilder
    from jgo.maven import MavenContext

    with tempfile.TemporaryDirectory() as folder:
        maven = MavenContext(repo_cache=Path(folder) / "repository", timeout=60)
        environment = EnvironmentBuilder(maven, cache_dir=Path(folder) / "environment").from_endpoint(endpoint)
        lock = environment.lockfile
        if lock is None:
            raise StackProblem("the jars were not resolved: no lock came back")
        rows = {
            f"{dependency.groupId}:{dependency.artifactId}:{dependency.version}": dependency.sha256
            for dependency in lock.dependencies
            if dependency.sha256
        }
    for coordinate, digest in rows.items():
        if not re.fullmatch(r"[0-9a-f]{64}", digest):
            raise StackProblem(f"{coordinate} came without a usable sha256")
    return [f"{digest}  {coordinate}" for coordinate, digest in sorted(rows.items())]


if __name__ == "__main__":
    LOCK.write_text("".join(f"{row}\n" for row in resolve()))
    print(f"{LOCK.name}: {len(LOCK.read_text().splitlines())} jars")
