"""One dialer, however its address is spelled: by it slots are shared, and the runs of a dialer are known."""

import ipaddress
from contextlib import suppress
from functools import lru_cache
from urllib.parse import urlsplit

_PORTS = {"http": 80, "https": 443}


@lru_cache(maxsize=256)
def canonical(url: str) -> str:
    """The dialer's address without its scheme, in one spelling: letter case, default port, dots, names of loopback."""
    parts = urlsplit(url)
    host = (parts.hostname or "").rstrip(".")
    with suppress(ValueError):
        address = ipaddress.ip_address(host)
        address = getattr(address, "ipv4_mapped", None) or address
        host = "localhost" if address.is_loopback else str(address)
    return f"{host}:{parts.port or _PORTS.get(parts.scheme, 0)}{parts.path.rstrip('/')}"


def same_dialer(one: str, other: str) -> bool:
    """Whether two addresses are those of one dialer."""
    return one == other or canonical(one) == canonical(other)
