"""What each section takes, and the sentence for anything else."""

from typing import Any

import pytest

from leadsync.config import Settings
from tests.config.samples import BEGINS, PORT, refusal, settings


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("https://pbx.example.com", "https://pbx.example.com"),
        ("https://pbx.example.com/", "https://pbx.example.com"),
        (" https://pbx.example.com\n", "https://pbx.example.com"),
        ("https://pbx.example.com:8443", "https://pbx.example.com:8443"),
        ("https://pbx.example.com:65535/dialer/", "https://pbx.example.com:65535/dialer"),
        ("https://10.0.0.5:1", "https://10.0.0.5:1"),
        ("https://[2001:db8::1]:8443", "https://[2001:db8::1]:8443"),
        ("https://pbx.exämple.com", "https://pbx.exämple.com"),
        ("http://localhost:8080", "http://localhost:8080"),
        ("http://127.0.0.1", "http://127.0.0.1"),
        ("http://127.8.8.8", "http://127.8.8.8"),
        ("http://[::1]:8080", "http://[::1]:8080"),
        (
            "https://gate.example.com/customer-relations-of-the-north/pbx2",
            "https://gate.example.com/customer-relations-of-the-north/pbx2",
        ),
    ],
)
def test_an_address_of_a_dialer(given: str, kept: str) -> None:
    assert settings("server", url=given).url() == kept


HOST = "there can be no host of that name."
KEY = "a part of its path looks like an API key, which never stands in the settings."
CLEAR = "http:// would send the API key and the leads in the clear; use https://."
NOTHING = "it takes nothing but the host, a port and a path."
BLANK = "it holds a blank or another character that no address has."


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("pbx.example.com", BEGINS),
        ("ftp://pbx.example.com", BEGINS),
        ("https://", BEGINS),
        ("https:///servicemanager", BEGINS),
        ("https:pbx.example.com", BEGINS),
        ("https://pbx.example.com:99999", PORT),
        ("https://pbx.example.com:65536", PORT),
        ("https://pbx.example.com:0", PORT),
        ("https://pbx.example.com:-1", PORT),
        ("https://pbx.example.com:https", PORT),
        ("http://127.0.0.1:99999", PORT),
        ("https://[::1", HOST),
        ("https://pbx..example.com", HOST),
        (f"https://{'x' * 64}.example.com", HOST),
        ("https://pbx.example.com?key=1", NOTHING),
        ("https://pbx.example.com?", NOTHING),
        ("https://pbx.example.com#", NOTHING),
        ("https://user:secret@pbx.example.com", NOTHING),
        ("https://:secret@pbx.example.com", NOTHING),
        ("https://h\\x", "it holds a blank or another character that no address has."),
        ("https://pbx example.com", BLANK),
        ("https://pbx.example.com/a\tb", BLANK),
        ("https://pbx\x00.example.com", BLANK),
        ("https://pbx\u200b.example.com", BLANK),
        ("http://pbx.example.com", CLEAR),
        ("HTTP://pbx.example.com", CLEAR),
        ("http://10.0.0.5", CLEAR),
        ("http://localhost.example.com", CLEAR),
        ("https://pbx.example.com/7f3c9a1e-5b2d-4c8f-9e60-3ad1b2c4d5e6", KEY),
        ("https://pbx.example.com/a/Kq7%2BaZ9xLm3pQrStUvWxYz0/", KEY),
    ],
)
def test_an_address_that_is_none(url: str, problem: str) -> None:
    assert refusal("server", url=url) == f"leadsync.toml: [server] url is the dialer's address: {problem}"


@pytest.mark.parametrize("threads", [1, 0, -16, 1025, 16.5, "many", "Auto", "", True, None, [16]])
def test_threads_that_no_dialer_has(threads: Any) -> None:
    assert refusal("server", hardware_threads=threads) == (
        "leadsync.toml: [server] hardware_threads is the dialer's hardware threads; at most half as many calls run at "
        'once; auto: found out: it has to be a number from 2 to 1024, or "auto".'
    )


@pytest.mark.parametrize(("given", "kept"), [("AU", "AU"), ("nz", "NZ"), ("Gb", "GB")])
def test_a_region(given: str, kept: str) -> None:
    assert settings("input", region=given).input.region == kept


@pytest.mark.parametrize("region", ["XX", "AUS", "Australia", "", "61"])
def test_a_region_that_there_is_not(region: str) -> None:
    assert refusal("input", region=region) == (
        'leadsync.toml: [input] region is how local phone numbers are read: no such region; use two letters like "AU".'
    )


@pytest.mark.parametrize("name", ["Australia/Melbourne", "UTC", "Pacific/Auckland"])
def test_a_timezone(name: str) -> None:
    assert settings("input", timezone=name).input.timezone == name
    assert settings("campaign", timezone=name).campaign.timezone == name


@pytest.mark.parametrize(
    "name", ["Melbourne", "Australia", "Australia/", "AEST ", "../../etc/passwd", "/etc/localtime", "\0", "x" * 5_000]
)
def test_a_timezone_that_there_is_not(name: str) -> None:
    said = 'there is no such timezone; names are like "Australia/Melbourne".'
    assert refusal("input", timezone=name).endswith(f"[input] timezone is the timezone of the sheet's dates: {said}")
    assert refusal("campaign", timezone=name).endswith(said)


def test_phone_fields_are_the_templates_own() -> None:
    assert settings("input", phone_fields=["Mobile", "Home"]).input.phone_fields == ("Mobile", "Home")
    assert "at least 1 item" in refusal("input", phone_fields=[])


@pytest.mark.parametrize(
    "name",
    [
        *("njExternalLeadId", "njDisposition", "njCallBackDate", "njPriority", "njContactHours"),
        *("fTemplateId", "fCampaignId", "fAllocationId", "apiKey", "allowDuplicates"),
        *("NJDISPOSITION", " apikey "),
    ],
)
def test_a_field_of_the_dialers_own_is_no_phone(name: str) -> None:
    said = refusal("input", phone_fields=["FirstPhone", name])
    assert said.endswith(f"the dialer's own {name} holds no phone number; leave it out.")


@pytest.mark.parametrize(
    ("section", "name", "good", "bad"),
    [
        ("server", "timeout_seconds", [60.1, 75, 3600], [60, 0, 3601, "soon"]),
        ("server", "reserve", [0, 3], [-1, 1.5, "some"]),
        ("campaign", "template_id", [1, 41], [0, -1, "x"]),
        ("campaign", "insert_missing", [True, False], ["perhaps", 7]),
        ("input", "date_order", ["dmy", "mdy", "ymd", "auto"], ["DMY", "", "ydm"]),
        ("input", "blank_disposition", ["no_change", "reject"], ["omit"]),
        ("input", "blank_phone", ["no_change", "omit"], ["reject"]),
        ("input", "bad_phone", ["reject", "omit"], ["no_change"]),
        ("input", "blank_words", [[], ["NULL", "N/A"]], ["NULL", [1]]),
        ("input", "blank_callback", ["new_lead", "reject"], ["no_change"]),
        ("input", "hidden_rows", ["send", "skip"], ["hide", True]),
        ("input", "duplicates", ["in_order", "last", "reject"], ["first"]),
        ("retry", "attempts", [1, 5, 100], [0, 101, 2.5]),
        ("retry", "wait_seconds", [0, 120, 86_400], [-1, 86_401]),
        ("retry", "give_up_after_minutes", [0, 120, 10_080], [-1, 10_081]),
        ("retry", "unknown", ["hold", "send"], ["Send", True]),
        ("retry", "no_answer", ["hold", "send"], ["Send", True]),
        ("notify", "on", [[], ["failure", "recovery"]], [["everything"], "failure"]),
        ("notify", "failed_percent", [0, 10, 100], [-1, 101]),
    ],
)
def test_what_a_setting_may_be(section: str, name: str, good: list[Any], bad: list[Any]) -> None:
    for value in good:
        kept = getattr(getattr(settings(section, **{name: value}), section), name)
        assert kept == (tuple(value) if isinstance(value, list) else value)
    for value in bad:
        assert refusal(section, **{name: value}).startswith(f"leadsync.toml: [{section}] {name} is ")


def test_the_lead_calls_are_one_of_two_sets() -> None:
    assert Settings().server.calls == "fast"
    assert settings("server", calls="classic").server.calls == "classic"
    assert "[server] calls" in refusal("server", calls="slow")


@pytest.mark.parametrize(
    "issuer",
    [
        "https://login.example.com/",
        "https://login.example.com/0b6a3c5e-8f7d-4a1b-9c2d-3e4f5a6b7c8d/v2.0",
        "http://127.0.0.1:8080/realms/x",
    ],
)
def test_an_issuer_is_kept_letter_for_letter(issuer: str) -> None:
    assert settings("web", oidc={"issuer": issuer}).web.oidc.issuer == issuer


NO_ISSUER = "it has to be an address such as https://login.example.com, without ? and #."
NO_ROLE = "input should be 'viewer', 'reviewer', 'supervisor' or 'admin'."


@pytest.mark.parametrize(
    ("oidc", "said"),
    [
        *(
            ({"issuer": issuer}, f"[web.oidc] issuer is the address of the provider: {NO_ISSUER}")
            for issuer in (
                "login.example.com",
                "ftp://x",
                "https://",
                "https://x:0",
                "https://a@x",
                "https://x?y",
                "//[",
            )
        ),
        (
            {"issuer": "http://login.example.com"},
            "[web.oidc] issuer is the address of the provider: http:// would send logins in the clear; use https://.",
        ),
        ({"client_secret": "x"}, "[web.oidc] client_secret is not a setting; did you mean client_secret_env?"),
        (
            {"roles": {"it": "root"}},
            f"[web.oidc.roles] it is the roles by the values of that claim: {NO_ROLE}",
        ),
    ],
)
def test_a_login_by_a_provider_that_cannot_be(oidc: dict[str, Any], said: str) -> None:
    assert refusal("web", oidc=oidc) == f"leadsync.toml: {said}"
