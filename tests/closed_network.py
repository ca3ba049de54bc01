"""Closes the network for the tests: only this machine can be reached, so that no test depends on, or tells, the world.

An audit hook sees every socket that Python opens, also those of libraries. It cannot be taken off again, so it lasts as
long as the process that runs the tests. Sockets of C libraries (libpq) and of started programs are not seen.
"""

from __future__ import annotations

import ipaddress
import sys
from typing import Any

WATCHED = frozenset({"socket.connect", "socket.sendto", "socket.sendmsg", "socket.getaddrinfo", "socket.gethostbyname"})
LOCAL_NAMES = frozenset({"localhost", "testserver", ""})


class NetworkClosed(RuntimeError):
    """A test tried to reach another machine."""


def close_network() -> None:
    """Refuse, from now on, every address outside this machine. Raises `NetworkClosed` in the caller that tries."""
    sys.addaudithook(_refuse_foreign)


def is_local(host: object) -> bool:
    """Whether a host name or address means this machine."""
    name = host.decode() if isinstance(host, bytes) else host
    if name is None or name in LOCAL_NAMES:
        return True
    try:
        return ipaddress.ip_address(str(name)).is_loopback
    except ValueError:
        return False


def _refuse_foreign(event: str, args: tuple[Any, ...]) -> None:
    if event in WATCHED and not is_local(host := _host(event, args)):
        raise NetworkClosed(f"Tests reach only this machine, not {host!r}; serve a double on 127.0.0.1 instead.")


def _host(event: str, args: tuple[Any, ...]) -> object:
    """The host that an audit event speaks of; None for sockets that are files."""
    if event in {"socket.getaddrinfo", "socket.gethostbyname"}:
        return args[0]
    address = args[1]
    return address[0] if isinstance(address, tuple) else None
