"""Who is with the live server: a test ends when it has served the last of its visitors."""

import socket
import threading
from typing import Any

from tests.patience import PATIENCE_S, wait_until


class Visitors:
    """Counts the connections that a live server is busy with, so that a test can wait until the last one has gone.

    The browser leaves when a test ends, but a thread of the server may still be at work for it: in the database whose
    tables are emptied next, with settings that are set back meanwhile.
    """

    def __init__(self, server: Any) -> None:
        self._server = server
        self._lock = threading.Lock()
        self._present: set[Any] = set()
        self._seen: set[Any] = set()
        begin, end = server.process_request, server.process_request_thread

        def process_request(request: Any, client_address: Any) -> None:
            with self._lock:
                self._present.add(request)
                self._seen.add(client_address)
            begin(request, client_address)

        def process_request_thread(request: Any, client_address: Any) -> None:
            try:
                end(request, client_address)
            finally:
                with self._lock:
                    self._present.discard(request)

        server.process_request, server.process_request_thread = process_request, process_request_thread

    def wait_for_the_last(self) -> None:
        """Return when everybody who had knocked before has been served and has left."""
        with socket.create_connection(self._server.server_address[:2], timeout=PATIENCE_S) as last:
            mine = last.getsockname()
            wait_until(lambda: mine in self._seen, "our own turn at the live server's door")
        wait_until(lambda: not self._present, "the end of what the live server is busy with")
        self._seen.clear()
