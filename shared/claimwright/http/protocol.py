"""HTTP/1.1 on a socket: uvicorn's quick protocol, with a limit to what may come before a request's body.

The parser itself takes a head of any length, and keeps it until it ends.
"""

from typing import Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

LONGEST_HEAD: Final = 64 << 10
"""Bytes of address and headers; what comes whole is refused far below that, with a problem document."""


class BoundedProtocol(HttpToolsProtocol):
    """Closes a connection whose head does not end."""

    _head_bytes = 0
    _in_head = True
    _was_in_body = False

    def data_received(self, data: bytes) -> None:
        """Read what came, unless it goes on with a head that is too long already."""
        self._was_in_body = not self._in_head
        super().data_received(data)
        # Of bytes that ended a body some may begin the next head; they are few, and what follows them is counted.
        self._head_bytes = self._head_bytes + len(data) if self._in_head and not self._was_in_body else 0
        if self._head_bytes > LONGEST_HEAD and not self.transport.is_closing():
            self.send_400_response("The head of this request does not end.")

    def on_headers_complete(self) -> None:
        """Note that the body begins."""
        self._in_head = False
        self._was_in_body = True
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """Note that the next request's head begins."""
        self._in_head = True
        super().on_message_complete()
