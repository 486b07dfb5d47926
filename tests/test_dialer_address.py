"""A dialer is known however its address is spelled."""

import pytest

from leadsync.dialer_address import canonical, same_dialer


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://pbx.example.com", "https://PBX.Example.com"),
        ("https://pbx.example.com", "https://pbx.example.com:443"),
        ("https://pbx.example.com", "https://pbx.example.com./"),
        ("https://pbx.example.com/a", "https://pbx.example.com/a/"),
        ("http://localhost:8080", "http://127.0.0.1:8080"),
        ("http://localhost:8080", "http://127.9.8.7:8080"),
        ("http://localhost:8080", "http://[::1]:8080"),
        ("http://localhost:8080", "http://[::ffff:127.0.0.1]:8080"),
        ("http://localhost:8080", "http://LOCALHOST.:8080/"),
        ("http://localhost", "http://127.0.0.1:80"),
        ("http://localhost:8080", "HTTP://LocalHost:08080"),
        ("https://[2001:db8::1]", "https://[2001:DB8:0:0:0:0:0:1]:443"),
    ],
)
def test_one_dialer_is_one_dialer_however_it_is_spelled(one: str, other: str) -> None:
    assert canonical(one) == canonical(other)
    assert same_dialer(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://pbx.example.com", "https://pbx2.example.com"),
        ("https://pbx.example.com", "https://pbx.example.com:8443"),
        ("https://pbx.example.com/a", "https://pbx.example.com/b"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8081"),
        ("https://10.0.0.1", "https://127.0.0.1"),
    ],
)
def test_two_dialers_are_two(one: str, other: str) -> None:
    assert not same_dialer(one, other)
