"""`docs/reference/errors.md`: every problem that an API answers and every finding that the code names, with its fix."""

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from claimwright.http import app, problems, refusing, strict_json
from claimwright.refusals import Refusal
from deploy.reference.services import DescribedService
from deploy.reference.tables import table
from deploy.stack.places import ROOT

_HEAD: Final = """# Problems and findings

Written by `python -m deploy.reference` from the code; a test keeps it so.

Every error is `application/problem+json` (RFC 9457): `type` is `/problems/<code>`, `findings` lists all that is wrong
at once, each with a JSON Pointer into what was sent, and a fix. Nothing of what was sent is repeated. `x-request-id`
names the request in our logs.

"""
_MAKES_FINDINGS: Final = frozenset({"Finding", "rule"})


@dataclass(frozen=True, slots=True)
class _Named:
    """A finding that the code names; words that hold a number or a name show `…` in its place."""

    code: str
    says: str
    fix: str


def page(services: Sequence[DescribedService]) -> str:
    """Return the page of problems and findings."""
    parts = [
        _HEAD,
        "## A body, address or method that is none of ours\n\n",
        table(("status", "code", "says", "fix"), _edge_rows()),
        "\n## A field of the wrong form (422, in `findings`)\n\n",
        table(
            ("code", "says", "fix"),
            sorted({(f"`{code}`", says, fix) for code, says, fix in problems.FORM_FINDINGS.values()}),
        ),
        "\n## An act that the present state does not allow\n",
        "\n### All services\n\n",
        _refusals(refusing.STATUS_OF),
    ]
    for service in services:
        status_of = service.app.state.parts.status_of
        own = {kind: status for kind, status in status_of.items() if kind not in refusing.STATUS_OF}
        if own:
            parts += [f"\n### {service.name.capitalize()}\n\n", _refusals(own)]
    parts.append("\n## Findings in what was sent\n")
    for title, folder in (("X12", ROOT / "shared/claimwright/x12"), *_folders(services)):
        named = sorted(_findings_in(folder), key=lambda finding: (finding.code, finding.says, finding.fix))
        if named:
            rows = [(f"`{finding.code}`", finding.says, finding.fix) for finding in named]
            parts += [f"\n### {title}\n\n", table(("code", "says", "fix"), rows)]
    return "".join(parts)


def _edge_rows() -> list[tuple[str, str, str, str]]:
    rows = [(str(status), f"`{code}`", title, "") for status, (code, title) in app.EDGE_CODES.items()]
    rows += [
        ("400", f"`{code}`", says, fix)
        for code, says, fix in (
            ("body_not_json", "The body is not JSON.", "Send one JSON document."),
            ("body_not_utf8", "The body is not UTF-8.", "Send JSON in UTF-8."),
            ("body_too_deep", f"Nested deeper than {strict_json.DEEPEST} levels.", "Send what the API describes."),
            ("duplicate_key", "An object has a key twice.", "Send each key of an object once."),
            ("text_not_usable", "A text holds NUL or half a character.", "Send whole characters."),
            ("number_not_usable", "NaN, Infinity, or too many digits.", "Send money in whole cents."),
        )
    ]
    rows += [
        ("406", "`not_acceptable`", "The answer is JSON only.", "Send `Accept: application/json`."),
        ("415", "`content_type_unsupported`", "The body has to be JSON.", "Send `Content-Type: application/json`."),
        ("422", "`findings`", "See `findings`.", "Mend all of them; the same Idempotency-Key may be used again."),
        ("431", "`head_too_large`", "Address or headers are longer than this takes.", "Send less in them."),
        ("500", "`internal`", "This failed here.", "Try again; give the request id if it stays so."),
        ("503", "`busy`", "Too many requests are open.", "Try again after Retry-After."),
        ("503", "`try_again`", "Something that this needs is not there now.", "Try again after Retry-After."),
    ]
    return sorted(rows)


def _refusals(status_of: Mapping[type[Refusal], int]) -> str:
    rows = sorted(
        (str(status), f"`{kind.code}`", _sentence(kind), kind.fix or "") for kind, status in status_of.items()
    )
    return table(("status", "code", "says", "fix"), rows)


def _sentence(kind: type[Refusal]) -> str:
    return " ".join((kind.__doc__ or "").split("\n\n")[0].split())


def _folders(services: Sequence[DescribedService]) -> Iterator[tuple[str, Path]]:
    for service in services:
        yield service.name.capitalize(), ROOT / "services" / service.name / f"claimwright_{service.name}"


def _findings_in(folder: Path) -> set[_Named]:
    """Return the findings whose code stands in the source as a text."""
    found = set()
    for path in sorted(folder.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", None) in _MAKES_FINDINGS:
                named = _named(node)
                if named is not None:
                    found.add(named)
    return found


def _named(call: ast.Call) -> _Named | None:
    given = dict(zip(("code", "says"), call.args, strict=False))
    given |= {keyword.arg: keyword.value for keyword in call.keywords if keyword.arg in {"code", "says", "fix"}}
    code = given.get("code")
    if not isinstance(code, ast.Constant) or not isinstance(code.value, str):
        return None
    return _Named(code.value, _words(given.get("says")), _words(given.get("fix")))


def _words(node: ast.expr | None) -> str:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "…" for part in node.values)
    return ""
