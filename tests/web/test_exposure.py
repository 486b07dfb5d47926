"""Who may reach the page: nobody else by a slip."""

import socket

import pytest

from leadsync.config import Web
from leadsync.errors import UsageError
from leadsync.web.exposure import exposure_of

TLS = Web(tls_cert="cert.pem", tls_key="key.pem")
PROXY = Web(behind_proxy=True, allowed_hosts=("Leads.example.com ",))


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1", "127.8.9.10"])
def test_on_this_computer_nothing_is_demanded(host: str) -> None:
    exposure = exposure_of(host, Web(), has_users=False)
    assert exposure.hosts == {"127.0.0.1", "localhost", "::1"}
    assert not exposure.secure


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.7", "leads.example.com", "127.0.0.1.example.com", ""])
@pytest.mark.parametrize(
    ("web", "has_users", "words"),
    [
        (Web(), False, "there are no users"),
        (TLS, False, "there are no users"),
        (PROXY, False, "there are no users"),
        (Web(), True, "in the clear"),
        (Web(allowed_hosts=("leads.example.com",)), True, "in the clear"),
        (Web(behind_proxy=True), True, "allowed_hosts is empty"),
    ],
)
def test_beyond_it_users_and_tls_are_demanded(host: str, web: Web, has_users: bool, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        exposure_of(host, web, has_users=has_users)


def test_a_proxy_on_this_computer_demands_users_too() -> None:
    with pytest.raises(UsageError, match="there are no users"):
        exposure_of("127.0.0.1", PROXY, has_users=False)


@pytest.mark.parametrize("web", [Web(tls_cert="cert.pem"), Web(tls_key="key.pem")])
def test_half_a_certificate_is_none(web: Web) -> None:
    with pytest.raises(UsageError, match="belong together"):
        exposure_of("127.0.0.1", web, has_users=True)


def test_behind_a_proxy_its_names_are_answered() -> None:
    exposure = exposure_of("0.0.0.0", PROXY, has_users=True)
    assert exposure.hosts == {"leads.example.com"}
    assert (exposure.secure, exposure.own_tls) == (True, False)


def test_with_tls_the_address_and_the_computers_name_are_answered() -> None:
    exposure = exposure_of("192.0.2.7", TLS, has_users=True)
    assert exposure.hosts == {"192.0.2.7", socket.gethostname().lower()}
    assert (exposure.secure, exposure.own_tls) == (True, True)


def test_tls_on_every_address_needs_the_names() -> None:
    with pytest.raises(UsageError, match="allowed_hosts is empty"):
        exposure_of("::", TLS, has_users=True)
