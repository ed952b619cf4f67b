"""A clearinghouse over HTTPS with a pinned authority.

Whether bytes left is not guessed from the kind of an error: the transport says when the first header is written. What
fails before that moment was not sent; what fails after it is unknown, whatever failed.
"""

import asyncio
import hashlib
import ssl
from collections.abc import Mapping, Sequence
from typing import Any, Final

import httpx2

from claimwright.clearinghouse.port import (
    Accepted,
    Asking,
    MailboxEntry,
    NotSeen,
    Outgoing,
    Refused,
    Seen,
    Sending,
    Unknown,
    Unreached,
)
from claimwright.clearinghouse.routes import Route
from claimwright.refusals import Transient

_CONTENT_TYPE: Final = "application/edi-x12"
_CONNECT_SECONDS: Final = 5.0
# The door was closed before the file was looked at: who we are, or how often we came, was not to its liking.
_DOOR_CLOSED: Final = {401: "credentials_refused", 403: "access_refused", 404: "no_such_address", 429: "too_often"}
# Neither looked at the file and said no: by its own words the server may have read all of it, or has it already.
_IN_DOUBT: Final = frozenset({408, 409})


class HttpsClearinghouse:
    """One route's clearinghouse over HTTPS.

    `seconds` bounds each exchange as a whole by the monotonic clock, so that a peer that sends a byte a second can't
    hold a file in doubt for ever.
    """

    def __init__(self, route: Route, *, seconds: float) -> None:
        context = ssl.create_default_context(cafile=str(route.ca_file) if route.ca_file else None)
        self._seconds = seconds
        self._client = httpx2.AsyncClient(
            base_url=route.base_url,
            auth=httpx2.BasicAuth(route.username, route.password.get_secret_value()),
            verify=context,
            timeout=httpx2.Timeout(seconds, connect=min(_CONNECT_SECONDS, seconds)),
            # A kept connection that the peer has closed meanwhile would turn a sure thing into an unknown one.
            limits=httpx2.Limits(max_keepalive_connections=0),
            follow_redirects=False,
            trust_env=False,
        )

    async def send(self, artifact: Outgoing) -> Sending:
        """Send a file once; see `port.Clearinghouse.send`."""
        watch = _Watch()
        try:
            async with asyncio.timeout(self._seconds):
                response = await self._client.post(
                    "/v1/files",
                    content=artifact.data,
                    headers={"content-type": _CONTENT_TYPE, "x-file-sha256": artifact.sha256},
                    extensions={"trace": watch},
                )
        except (httpx2.HTTPError, TimeoutError) as failure:
            reason = _reason(failure)
            return Unknown(reason) if watch.has_left else Unreached(reason)
        return _sending(response, artifact)

    async def ask(self, sha256: str) -> Asking:
        """Ask by hash; see `port.Clearinghouse.ask`."""
        try:
            async with asyncio.timeout(self._seconds):
                response = await self._client.get(f"/v1/files/by-hash/{sha256}")
        except (httpx2.HTTPError, TimeoutError) as failure:
            return Unknown(_reason(failure))
        answer = _object(response)
        if response.status_code == 200 and answer.get("sha256") == sha256:
            return Seen(str(answer.get("file_id", "")))
        # Only a 404 in the clearinghouse's own words proves absence; one of a proxy in between proves nothing.
        if response.status_code == 404 and _is_problem(response):
            return NotSeen()
        return Unknown(f"http_{response.status_code}")

    async def listed(self, kind: str, *, after: str | None) -> Sequence[MailboxEntry]:
        """Return a page of the mailbox; see `port.Clearinghouse.listed`."""
        response = await self._get("/v1/mailbox", {"kind": kind} | ({"after": after} if after else {}))
        files = _object(response).get("files")
        if not isinstance(files, list):
            raise Transient("the mailbox answered something else than a list")
        try:
            return [
                MailboxEntry(
                    id=str(each["id"]), kind=str(each["kind"]), sha256=str(each["sha256"]), cursor=str(each["cursor"])
                )
                for each in files
            ]
        except (KeyError, TypeError):
            raise Transient("the mailbox listed something else than files") from None

    async def fetch(self, entry: MailboxEntry) -> bytes:
        """Return one file's bytes; see `port.Clearinghouse.fetch`."""
        data = (await self._get(f"/v1/mailbox/{entry.id}", {})).content
        if hashlib.sha256(data).hexdigest() != entry.sha256:
            raise Transient("a mailbox file did not arrive whole")
        return data

    async def close(self) -> None:
        """Let go of connections."""
        await self._client.aclose()

    async def _get(self, path: str, query: Mapping[str, str]) -> httpx2.Response:
        try:
            async with asyncio.timeout(self._seconds):
                response = await self._client.get(path, params=query)
        except (httpx2.HTTPError, TimeoutError) as failure:
            raise Transient(f"the mailbox could not be read: {_reason(failure)}") from None
        if response.status_code != 200:
            raise Transient(f"the mailbox answered {response.status_code}")
        return response


class _Watch:
    """Notes when the first bytes of a request are handed to an established connection."""

    def __init__(self) -> None:
        self.has_left = False

    async def __call__(self, name: str, _: Mapping[str, Any]) -> None:
        if name.endswith("send_request_headers.started"):
            self.has_left = True


def _sending(response: httpx2.Response, artifact: Outgoing) -> Sending:
    status = response.status_code
    if status in (200, 202):
        answer = _object(response)
        # A 200 that does not name our bytes is no answer to them: a proxy's page, or an error in a friendly wrapper.
        if answer.get("sha256") != artifact.sha256 or not answer.get("file_id"):
            return Unknown("answer_names_another_file")
        return Accepted(str(answer["file_id"]), was_known=status == 200)
    if status in _DOOR_CLOSED:
        return Unreached(_DOOR_CLOSED[status])
    if 400 <= status < 500 and status not in _IN_DOUBT:
        return Refused(_problem_code(response))
    return Unknown(f"http_{status}")


def _problem_code(response: httpx2.Response) -> str:
    """Return the code of a problem document when it has the form of one, else the bare status."""
    code = _object(response).get("code")
    fits = isinstance(code, str) and len(code) <= 60 and code.replace("_", "").replace(".", "").isalnum()
    return str(code) if fits else f"http_{response.status_code}"


def _is_problem(response: httpx2.Response) -> bool:
    return response.headers.get("content-type", "").partition(";")[0] == "application/problem+json"


def _object(response: httpx2.Response) -> Mapping[str, Any]:
    try:
        answer = response.json()
    except ValueError:
        return {}
    return answer if isinstance(answer, dict) else {}


def _reason(failure: Exception) -> str:
    """Return the kind of a failure; its text may hold addresses."""
    return "timeout" if isinstance(failure, TimeoutError | httpx2.TimeoutException) else type(failure).__name__
