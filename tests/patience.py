"""Waiting for what other processes do: always for a condition, and for as long as a slow, loaded machine may need.

A test that waits ends with its condition, so generous patience costs nothing while things go well.
"""

import random
import socket
import time
from collections.abc import Callable
from pathlib import Path

#: Far beyond what anything in the tests takes: only what would never happen runs into it.
PATIENCE_S = 300
_EPHEMERAL = Path("/proc/sys/net/ipv4/ip_local_port_range")


def wait_until(condition: Callable[[], object], what: str = "it", seconds: float = PATIENCE_S) -> None:
    """Ask again and again until ``condition()`` is true; AssertionError when it is not within ``seconds``."""
    deadline, pause = time.monotonic() + seconds, 0.005
    while not condition():
        assert time.monotonic() < deadline, f"{what} did not happen within {seconds} s"
        time.sleep(pause)
        pause = min(0.1, pause * 1.5)


def unused_port() -> int:
    """Return a TCP port of 127.0.0.1 for a server that starts, or starts again, later.

    It lies below the range from which the kernel takes ports for connections and for servers that ask for any: none
    of them gets it in between, and nobody who knocks while no server is there can be connected to itself.
    """
    try:
        first = int(_EPHEMERAL.read_text().split()[0])
    except (OSError, ValueError, IndexError):
        first = 32_768
    for _ in range(1000):
        port = random.SystemRandom().randrange(10_000, max(first, 11_000))
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise AssertionError("no port is free")
