"""`python -m deploy.kafka`: bring a cluster to what the table of topics says, or print it for who does so by hand.

`make run` and the Compose file do the same by themselves. docs/operating/kafka.md tells of users and their rotation.
"""

import os
from pathlib import Path
from typing import Annotated, Final

import typer

from claimwright.events.topics import TOPICS
from deploy.kafka.commands import commands
from deploy.stack.kafka_properties import ADMIN
from deploy.stack.sentences import StackProblem
from deploy.stack.topics import USERS, AdminLogin, apply, with_partitions

main: Final = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__)

Bootstrap = Annotated[str, typer.Option(help="Host and port of a broker; several by commas.")]
Brokers = Annotated[int, typer.Option(min=1, help="How many brokers there are: 3 copies, 2 in sync where there are 3.")]
Partitions = Annotated[
    int | None, typer.Option(min=1, max=256, help="Of each topic, for a new cluster; never changed afterwards.")
]


@main.command("apply")
def bring_up(  # noqa: PLR0917 - options of a command line
    bootstrap: Bootstrap,
    password_file: Annotated[Path, typer.Option(exists=True, dir_okay=False, help="The administrator's password.")],
    passwords: Annotated[Path, typer.Option(exists=True, file_okay=False, help="A file kafka_USER for each user.")],
    brokers: Brokers = 3,
    ca_file: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="Who signed the brokers' certificates.")
    ] = None,
    user: Annotated[str, typer.Option(help="The administrator's name.")] = ADMIN,
    partitions: Partitions = None,
    only_user: Annotated[
        list[str] | None, typer.Option(help="Set the password of this user alone; may be given more than once.")
    ] = None,
) -> None:
    """Make topics, users and access lists, and take away access that no table grants; again, it changes nothing."""
    users = USERS if only_user is None else tuple(only_user)
    problems = [f"{each} is none of {', '.join(USERS)}." for each in users if each not in USERS]
    problems += [
        f"{passwords}/kafka_{each} is not there." for each in users if not (passwords / f"kafka_{each}").is_file()
    ]
    if problems:
        _end(problems)
    login = AdminLogin(bootstrap, _read(password_file), user=user, ca_file=ca_file)
    topics = TOPICS if partitions is None else with_partitions(partitions)
    try:
        apply(login, lambda each: _read(passwords / f"kafka_{each}"), topics=topics, brokers=brokers, users=users)
    except StackProblem as problem:
        _end([str(problem)])
    typer.echo(f"{len(topics)} topics and {len(users)} users are as the table of topics says.")


@main.command("print")
def tell(bootstrap: Bootstrap, brokers: Brokers = 3, partitions: Partitions = None) -> None:
    """Print the same as commands of Kafka's own tools; passwords stay names of files."""
    topics = TOPICS if partitions is None else with_partitions(partitions)
    typer.echo("\n".join(commands(bootstrap, topics, brokers=brokers)))


def _read(path: Path) -> str:
    return path.read_text().strip()


def _end(problems: list[str]) -> None:
    for problem in problems:
        typer.echo(problem, err=True)
    raise typer.Exit(os.EX_USAGE)


if __name__ == "__main__":
    main()
