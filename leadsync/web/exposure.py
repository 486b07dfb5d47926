"""Who may reach the page: this computer alone, or a team, which needs users and TLS."""

import ipaddress
import socket
from dataclasses import dataclass

from leadsync.config import Web
from leadsync.errors import UsageError

_LOOPBACK_NAMES = frozenset({"127.0.0.1", "localhost", "::1"})


@dataclass(frozen=True, slots=True)
class Exposure:
    """Where the page listens, and what that demands."""

    host: str
    hosts: frozenset[str]
    """The names in Host headers that are answered."""
    secure: bool
    """Whether browsers come over TLS."""
    own_tls: bool
    """Whether the page itself speaks TLS."""


def exposure_of(host: str, web: Web, *, has_users: bool) -> Exposure:
    """The exposure of a page at this address. Raises UsageError unless a team's page has users and TLS."""
    if bool(web.tls_cert) != bool(web.tls_key):
        raise UsageError("[web] tls_cert and tls_key belong together; set both or none.")
    alone = is_loopback(host)
    secure = bool(web.tls_cert) or web.behind_proxy
    if not has_users and (not alone or web.behind_proxy):
        raise UsageError(
            f"The page would be open to others ({'[web] behind_proxy' if alone else f'--host {host}'}), and there are "
            "no users; add one first: leadsync users add NAME --role admin"
        )
    if not alone and not secure:
        raise UsageError(
            f"The page would send passwords and leads in the clear beyond this computer (--host {host}); set [web] "
            "tls_cert and tls_key, or behind_proxy with allowed_hosts, or leave --host out."
        )
    names = frozenset(name.strip().lower() for name in web.allowed_hosts)
    if not names and (web.behind_proxy or _is_every_address(host)):
        raise UsageError("[web] allowed_hosts is empty; it names the hosts under which browsers reach the page.")
    own = _LOOPBACK_NAMES if alone else frozenset({host.lower(), socket.gethostname().lower()})
    return Exposure(host, names | (frozenset() if _is_every_address(host) else own), secure, bool(web.tls_cert))


def is_loopback(host: str) -> bool:
    """Whether only this computer reaches that address."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _is_every_address(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_unspecified
    except ValueError:
        return host == ""
