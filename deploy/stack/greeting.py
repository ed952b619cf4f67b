"""What a run says once it is up: where the console is, links to sign in with, and how to post an encounter."""

import asyncio
import json
import subprocess
from typing import Final

from rich.console import Console

from deploy.stack.places import ROOT
from deploy.stack.routes import authorization_file
from deploy.stack.sentences import StackProblem
from deploy.stack.stack import Stack

_ENCOUNTER: Final = "examples/001-paid.json"


async def greet(stack: Stack, console: Console) -> None:
    """Print the console's address, fresh sign-in links, one a role, and a line that posts an encounter."""
    links = await _sign_in_links(stack)
    console.print(f"\n[bold]Console[/bold]  {stack.url_of('console')}", highlight=False)
    console.print("Sign in (each link works once, for 15 minutes):")
    width = max((len(link["role"]) for link in links), default=0)
    for link in links:
        console.print(f"  {link['role']:<{width}}  {link['url']}", markup=False, highlight=False, soft_wrap=True)
    console.print("\nPost an encounter:")
    console.print(f"  {curl_line(stack)}", markup=False, highlight=False, soft_wrap=True)
    console.print(f"\nLogs: {_shown(stack.places.logs)}   Stop: Ctrl-C", highlight=False)


def curl_line(stack: Stack) -> str:
    """Return a line for a shell in the repository: a new encounter each time, and a key that no process list shows."""
    return (
        f'sed "s/sample-001/mine-$(date +%s)/" {_ENCOUNTER} | curl -sS {stack.url_of("intake")}/v1/encounters '
        f"-H @{_shown(authorization_file(stack.places))} -H 'Content-Type: application/json' --data @-"
    )


async def _sign_in_links(stack: Stack) -> list[dict[str, str]]:
    process = await asyncio.create_subprocess_exec(
        *("claimwright-console", "sign-in-links", "--console-url", stack.url_of("console")),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=stack.environment_of("console"),
    )
    output, complaint = await process.communicate()
    if process.returncode != 0:
        raise StackProblem(f"No sign-in links could be made: {complaint.decode(errors='replace')[-400:]}")
    links: list[dict[str, str]] = json.loads(output)
    return links


def _shown(path: object) -> str:
    return str(path).removeprefix(f"{ROOT}/")
