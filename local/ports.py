"""Free ports on loopback."""

import random
import socket

HOST = "127.0.0.1"
# Below the range from which kernels take the ports of outgoing connections, so that none of those, made between
# the look here and the server's own bind, can be in the way.
_RANGE = range(20_000, 32_000)


def is_free(port: int) -> bool:
    """Whether a server could listen on this port of 127.0.0.1 now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def free_port() -> int:
    """A port nobody listens on, chosen by chance, so that accounts started at the same time do not meet."""
    for port in random.sample(_RANGE, 200):
        if is_free(port):
            return port
    raise OSError(f"found no free port on {HOST} between {_RANGE.start} and {_RANGE.stop}")
