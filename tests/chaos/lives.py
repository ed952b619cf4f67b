"""Keeps one service alive however often it is killed: `python -m tests.chaos.lives intake intake-2` for `… serve`.

It imports the service once and forks a child that serves, and another as soon as that one is killed: a restart costs a
fork instead of seconds of imports. A child that fails, as a start without a database does, is begun again too, as a
supervisor would. `arms.json` in CHAOS_FOLDER says before each life what is armed
(`{"chances": {"intake": {"relay.after_ack": 0.1}}, "times": 5, "switches": ["inbox.off"]}`); a point that has killed
`times` times is not armed any more. `<name>.pid` names the child of `name`, one of a service's replicas. SIGTERM ends
both.
"""

import ctypes
import gc
import importlib
import json
import os
import random
import signal
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any, NoReturn

from claimwright import failpoints

FOLDER = Path(os.environ["CHAOS_FOLDER"])
HITS = Path(os.environ["CLAIMWRIGHT_FAILPOINT_HITS"])
_REFUSED = 2
_PR_SET_PDEATHSIG = 1


def armed(service: str) -> str:
    """Return what the next life arms, as the setting would say it."""
    try:
        arms = json.loads((FOLDER / "arms.json").read_text())
    except FileNotFoundError:
        return ""
    chances = arms["chances"].get(service, {})
    hit = Counter(line.split()[1] for line in HITS.read_text().splitlines()) if HITS.exists() else Counter()
    points = [f"{name}:{chance:.4f}" for name, chance in chances.items() if hit[name] < arms["times"]]
    return ",".join([*points, *(f"{name}:0" for name in arms.get("switches", ()))])


def live(service: str, number: int) -> NoReturn:
    """Be one child, to its end."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})
    random.seed(f"{os.environ.get('CHAOS_SEED', '0')} {service} {number}")
    failpoints.arm(armed(service))
    main: Any = importlib.import_module(f"claimwright_{service}.__main__").main
    code = 0
    try:
        code = main(["serve"], standalone_mode=False) or 0  # what fails at its start is told so, and raises nothing
    except SystemExit as ended:
        code = int(str(ended.code or 0))
    finally:
        os._exit(code)


def keep(service: str, name: str) -> int:
    """Keep one child at work; return how the last one ended."""
    importlib.import_module(f"claimwright_{service}.app")
    importlib.import_module("claimwright.process")
    gc.freeze()
    child = 0
    stopping = False

    def stop(_number: int, _frame: object) -> None:
        nonlocal stopping
        stopping = True
        if child:
            os.kill(child, signal.SIGTERM)

    signal.signal(signal.SIGTERM, stop)
    number = 0
    while True:
        # A signal that comes around the fork is for the child, which must not take it by its parent's handler.
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
        if stopping:
            return 0
        child = os.fork()
        if child == 0:
            live(service, number)
        (FOLDER / f"{name}.pid").write_text(str(child))
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})
        _, status = os.waitpid(child, 0)
        code = os.waitstatus_to_exitcode(status)
        if stopping or code in {0, _REFUSED}:
            return max(code, 0)
        number += 1
        time.sleep(0.05 if code == -signal.SIGKILL else 0.5)


if __name__ == "__main__":
    sys.exit(keep(sys.argv[1], sys.argv[2]))
