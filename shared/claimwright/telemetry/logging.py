"""Logs: one JSON object a line, of ids and codes; a fault is told by its type and the places of our own code.

Libraries log too. Of theirs only the template of the sentence leaves, not what was put into it.
"""

import logging
import sys
from collections.abc import MutableMapping
from typing import Any, Final, TextIO

import structlog
from opentelemetry import trace
from pydantic_core import to_json

from claimwright import clock
from claimwright.telemetry import redaction

Log = structlog.stdlib.BoundLogger
_LEVELS: Final = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}
_TALKATIVE: Final = ("aiokafka", "alembic", "asyncio", "httpcore2", "httpx2", "kafka", "sqlalchemy", "uvicorn")


def configure(service: str, level: str = "info", *, stream: TextIO | None = None) -> None:
    """Send every log of this process, ours and the libraries', to one stream as lines of JSON."""
    handler = logging.StreamHandler(stream if stream is not None else sys.stdout)
    handler.setFormatter(LineFormatter(service))
    # A line tells none of these, and asking the system for them on each one takes longer than writing it.
    logging._srcfile = None  # the way that the standard library's documentation names
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(_LEVELS[level])
    for name in _TALKATIVE:
        logger = logging.getLogger(name)
        logger.handlers = []
        logger.propagate = True
        logger.setLevel(logging.WARNING)


def get(name: str) -> Log:
    """Return the log of a module or part."""
    log: Log = structlog.stdlib.get_logger(name)
    return log


class LineFormatter(logging.Formatter):
    """Writes one record as one line of JSON, after the allow-list and the net."""

    def __init__(self, service: str) -> None:
        super().__init__()
        self._service = service

    def format(self, record: logging.LogRecord) -> str:
        """Return the line of one record."""
        line: dict[str, object] = {
            "at": clock.now().isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "service": self._service,
            "logger": record.name,
        }
        fields = getattr(record, "claimwright", None)
        if isinstance(fields, dict):
            line |= redaction.allowed(fields)
        else:
            line["event"] = _template(record)
        context = trace.get_current_span().get_span_context()
        if context.is_valid:
            line["trace_id"] = trace.format_trace_id(context.trace_id)
        if record.exc_info and record.exc_info[1] is not None:
            line["error"] = redaction.error_type(record.exc_info[1])
            line["where"] = redaction.where(record.exc_info[2])
        return to_json(line, fallback=lambda value: f"<{type(value).__name__}>").decode()


def _hand_over(_logger: object, _method: str, fields: MutableMapping[str, Any]) -> tuple[tuple[str], dict[str, Any]]:
    """Give our fields to the formatter whole, beside the record and not inside its text."""
    error = fields.pop("exc_info", None)
    handed: dict[str, Any] = {"extra": {"claimwright": dict(fields)}}
    if error:
        handed["exc_info"] = error
    return (str(fields.get("event", "")),), handed


def _template(record: logging.LogRecord) -> str:
    """Return the sentence of a library without its arguments; one that came without a template is only counted."""
    if record.args and isinstance(record.msg, str):
        return redaction.clean(record.msg)
    return "a message without a template"


# At import and not in `configure`: structlog's own default would print tracebacks with values to whoever forgot.
structlog.configure(
    processors=[_hand_over],
    wrapper_class=structlog.stdlib.BoundLogger,
    logger_factory=structlog.stdlib.LoggerFactory(),
    cache_logger_on_first_use=True,
)
