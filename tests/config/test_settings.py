"""All settings: slots, campaigns, mappings, and the places of keys and addresses."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.errors import KeyringError

from leadsync.config import Settings, settings_from
from leadsync.config.sections import Campaign, Retry, Server
from leadsync.errors import SettingsError
from leadsync.leads import Input
from leadsync.models import CampaignIds
from tests.config.samples import KEY, refusal, settings

POSIX = pytest.mark.skipif(os.name != "posix", reason="file modes are POSIX's")


def test_a_missing_address_is_asked_for() -> None:
    with pytest.raises(SettingsError, match=r"\[server\] url is not set; write the dialer's address into leadsync"):
        Settings().url()


@pytest.mark.parametrize(("threads", "slots"), [(2, 1), (3, 1), (16, 8), (1024, 512), ("16", 8), ("auto", 512)])
def test_half_of_the_threads_are_slots(threads: Any, slots: int) -> None:
    read = settings("server", hardware_threads=threads)
    assert (read.slots, read.finds_slots_out) == (slots, threads == "auto")


def test_the_reserve_leaves_at_least_one_slot() -> None:
    assert settings("server", reserve=7).slots == 1
    with pytest.raises(SettingsError, match=r"reserve = 8 leaves none of the 8 calls that 16 hardware threads allow"):
        _ = settings("server", reserve=8).slots


@pytest.mark.parametrize("field", ["apiKey", "APIKEY", " apiKey ", "allowDuplicates"])
def test_no_column_fills_what_is_no_field(field: str) -> None:
    said = refusal("columns", Notes=field)
    assert said.startswith("leadsync.toml: [columns] Notes is")
    assert said.endswith(f'no field of a lead is called {field}; name another, or write "" to leave the column out.')


@pytest.mark.parametrize("field", ["", "njExternalLeadId", "fCampaignId", "City"])
def test_a_column_may_fill_any_field_or_none(field: str) -> None:
    assert settings("columns", Notes=field).columns == {"Notes": field}


CAMPAIGNS = {
    "campaign": {"template_id": 41, "campaign_id": 41, "allocation_id": 38, "timezone": "Australia/Perth"},
    "campaigns": {"winback": {"campaign_id": 42, "allocation_id": 40}, "local": {"timezone": ""}},
}


def test_a_campaign_changes_what_it_names() -> None:
    read = settings_from(CAMPAIGNS, "x")
    assert read.for_campaign(None) is read
    winback = read.for_campaign("winback")
    assert winback.ids() == CampaignIds(41, 42, 40)
    assert winback.campaign.timezone == "Australia/Perth"
    assert read.for_campaign("local").campaign.timezone == "", "what it says, it says, be it nothing"
    with pytest.raises(SettingsError, match=r"no \[campaigns\.loyal\] in the settings; known are: winback, local\."):
        read.for_campaign("loyal")
    with pytest.raises(SettingsError, match="the settings name none"):
        Settings().for_campaign("loyal")


def test_the_campaign_of_given_ids() -> None:
    read = settings_from(CAMPAIGNS, "x")
    assert read.for_ids(CampaignIds(41, 42, 40)).campaign.campaign_id == 42
    assert read.for_ids(CampaignIds(41, 41, 38)) is read
    assert read.for_ids(CampaignIds(1, 2, 3)) is read


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        ({}, "template_id, campaign_id, allocation_id are"),
        ({"template_id": 41}, "campaign_id, allocation_id are"),
        ({"template_id": 41, "campaign_id": 41}, "allocation_id is"),
    ],
)
def test_ids_that_are_missing(given: dict[str, int], missing: str) -> None:
    with pytest.raises(SettingsError) as caught:
        settings("campaign", **given).ids()
    assert str(caught.value) == f"[campaign] {missing} not set; `leadsync campaigns` lists the ids."


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    path = tmp_path / "secret"
    path.touch(mode=0o600)
    return path


def key_of(**server: str) -> str:
    return settings("server", **server).api_key({"LEADSYNC_API_KEY": "of the environment"}).get_secret_value()


def test_an_address_with_the_key_in_it_is_refused() -> None:
    read = settings("server", url="https://pbx.example.com/gate/Practice%2DKey")
    with pytest.raises(SettingsError, match=r"^\[server\] url holds the API key"):
        read.api_key({"LEADSYNC_API_KEY": "practice-key"})
    assert read.api_key({"LEADSYNC_API_KEY": "gate"}).get_secret_value() == "gate"


def test_a_key_in_the_environment() -> None:
    read = Settings()
    assert read.api_key({"LEADSYNC_API_KEY": f" {KEY}\n"}).get_secret_value() == KEY
    assert settings("server", api_key_env="OTHER").api_key({"OTHER": KEY}).get_secret_value() == KEY
    for environment in ({}, {"LEADSYNC_API_KEY": " \n"}):
        with pytest.raises(SettingsError, match=r"variable LEADSYNC_API_KEY \(\[server\] api_key_env\) holds no API"):
            read.api_key(environment)


def test_a_variable_that_is_set_is_named() -> None:
    with pytest.raises(SettingsError, match=r"variable OTHER \(\[server\] api_key_env\) holds no API key"):
        settings("server", api_key_env="OTHER").api_key({"OTHER": " "})


@pytest.mark.parametrize(
    ("name", "shown"), [("EAST_KEY", " EAST_KEY"), ("EAST", " EAST"), (KEY, ""), ("F863246A973E11E6878408", "")]
)
def test_a_missing_variable_is_named_unless_it_may_be_the_key(name: str, shown: str) -> None:
    with pytest.raises(SettingsError) as caught:
        settings("server", api_key_env=name).api_key({})
    assert f"The environment variable{shown} ([server] api_key_env) holds no API key" in str(caught.value)


@pytest.mark.parametrize("content", [f"{KEY}\n", f"  {KEY}\r\n", f"\ufeff{KEY}"])
def test_a_key_in_a_file(secret: Path, content: str) -> None:
    secret.write_text(content, "utf-8")
    assert key_of(api_key_file=str(secret)) == KEY


def test_a_file_in_the_home_folder(secret: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(secret.parent))
    monkeypatch.setenv("USERPROFILE", str(secret.parent))
    secret.write_text(KEY)
    assert key_of(api_key_file="~/secret") == KEY


@POSIX
@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o620, 0o601])
def test_a_file_that_others_could_read_or_change_is_not_used(secret: Path, mode: int) -> None:
    secret.write_text(KEY)
    secret.chmod(mode)
    with pytest.raises(SettingsError) as caught:
        key_of(api_key_file=str(secret))
    assert str(caught.value) == f"Others can read the API key in {secret}; protect it with: chmod 600 {secret}"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "The API key cannot be read from"),
        (b"", "is empty; write the API key into it."),
        (b" \n", "is empty; write the API key into it."),
        (b"\xff\xfe\x00", "The API key cannot be read from"),
        (b"two\nlines", "The API key holds characters that cannot be seen; store it again."),
        (b"bell\x07", "The API key holds characters that cannot be seen; store it again."),
    ],
)
def test_a_key_that_is_none(secret: Path, content: bytes | None, words: str) -> None:
    if content is None:
        secret.unlink()
    else:
        secret.write_bytes(content)
    with pytest.raises(SettingsError) as caught:
        key_of(api_key_file=str(secret))
    assert words in str(caught.value)
    assert "bell" not in str(caught.value)


class _Keyring(KeyringBackend):
    """Keeps one key, or is locked."""

    priority = 1

    def __init__(self, key: str | None, *, locked: bool = False) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.key, self.locked = key, locked

    def get_password(self, service: str, username: str) -> str | None:
        if self.locked:
            raise KeyringError("it is locked")
        return self.key if (service, username) == ("dialer", "api-key") else None

    def set_password(self, service: str, username: str, password: str) -> None:
        raise NotImplementedError


@pytest.fixture
def _own_keyring() -> Iterator[None]:
    before = keyring.get_keyring()
    yield
    keyring.set_keyring(before)


@pytest.mark.usefixtures("_own_keyring")
def test_a_key_in_the_keyring() -> None:
    keyring.set_keyring(_Keyring(KEY))
    assert key_of(api_key_keyring="dialer") == KEY
    with pytest.raises(SettingsError, match="no API key under other; store it with: python -m keyring set other api-k"):
        key_of(api_key_keyring="other")
    keyring.set_keyring(_Keyring(KEY, locked=True))
    with pytest.raises(SettingsError, match=r"cannot be used \(\[server\] api_key_keyring\): it is locked\."):
        key_of(api_key_keyring="dialer")


def test_a_key_is_in_one_place() -> None:
    with pytest.raises(SettingsError, match="api_key_file and api_key_keyring are both set; keep one of them"):
        key_of(api_key_file="key", api_key_keyring="dialer")


def test_addresses_of_messages_stand_one_a_line(secret: Path) -> None:
    text = "# supervisors\nmailto://a@example.com\n\n  # json://old/\n json://127.0.0.1:1/ json://127.0.0.1:2/ \n"
    secret.write_text(text)
    expected = ["mailto://a@example.com", "json://127.0.0.1:1/", "json://127.0.0.1:2/"]
    of_file = settings("notify", urls_file=str(secret)).notify_urls({"LEADSYNC_NOTIFY_URLS": "json://not/"})
    assert [url.get_secret_value() for url in of_file] == expected
    of_environment = Settings().notify_urls({"LEADSYNC_NOTIFY_URLS": text})
    assert [url.get_secret_value() for url in of_environment] == expected
    assert Settings().notify_urls({}) == []
    assert "example.com" not in repr(of_file)


@POSIX
def test_addresses_that_others_can_read_are_not_used(secret: Path) -> None:
    secret.write_text("json://127.0.0.1:1/")
    secret.chmod(0o644)
    with pytest.raises(SettingsError, match=r"Others can read the addresses that messages go to in .*chmod 600"):
        settings("notify", urls_file=str(secret)).notify_urls({})


@pytest.mark.parametrize(
    ("mappings", "words"),
    [
        ({"crm": {}}, "[mappings.crm] names no heading."),
        ({"": {"Ref": "njExternalLeadId"}}, "each needs a name, as in [mappings.crm]."),
        (
            {"a": {"Account No": "njExternalLeadId"}, "b": {"account_no": "Name"}},
            "[mappings.a] and [mappings.b] name the same headings; delete one of them.",
        ),
        ({"a": {"Ref": "apiKey"}}, "leadsync.toml: [mappings.a] Ref is the columns of sheets with other headings"),
    ],
)
def test_mappings_that_no_sheet_could_choose_are_refused(mappings: dict[str, dict[str, str]], words: str) -> None:
    assert words in refusal("mappings", **mappings)


def test_other_mappings_are_other_rules_for_reading() -> None:
    assert settings("mappings", a={"Ref": "X"}).rules_digest != settings("mappings", a={"Ref": "Y"}).rules_digest


DIALERS = {
    "server": {"url": "https://pbx.example.com"},
    "campaign": {"template_id": 1, "campaign_id": 2, "allocation_id": 3},
    "dialers": {
        "sydney": {
            "url": "https://sydney.example.com",
            "api_key_env": "SYDNEY",
            "hardware_threads": 8,
            "campaign": {"template_id": 4, "campaign_id": 5, "allocation_id": 6},
            "campaigns": {"winback": {"campaign_id": 7}},
        }
    },
}


def test_a_dialer_has_its_own_key_threads_and_campaigns() -> None:
    read = settings_from(DIALERS, "x")
    assert read.for_dialer(None) is read
    assert read.dialer == ""
    sydney = read.for_dialer("sydney")
    assert (sydney.dialer, sydney.url(), sydney.slots) == ("sydney", "https://sydney.example.com", 4)
    assert sydney.ids() == CampaignIds(4, 5, 6)
    assert sydney.for_campaign("winback").ids() == CampaignIds(4, 7, 6)
    assert sydney.api_key({"SYDNEY": KEY, "LEADSYNC_API_KEY": "other"}).get_secret_value() == KEY
    with pytest.raises(SettingsError, match=r"SYDNEY.*\(\[dialers.sydney\] api_key_env\) holds no API key"):
        sydney.api_key({"SYDNEY": "", "LEADSYNC_API_KEY": KEY})
    with pytest.raises(SettingsError, match=r"There is no \[dialers.sydney.campaigns.loyal\]"):
        sydney.for_campaign("loyal")


def test_a_dialer_is_found_by_its_address() -> None:
    read = settings_from(DIALERS, "x")
    assert read.at_address("https://sydney.example.com").dialer == "sydney"
    assert read.at_address("https://pbx.example.com") is read
    assert read.at_address("https://gone.example.com") is read


@pytest.mark.parametrize("chosen", [None, "sydney"])
@pytest.mark.parametrize(
    ("url", "ids", "named"),
    [
        ("https://sydney.example.com", (4, 5, 6), ("sydney", "")),
        ("https://sydney.example.com", (4, 7, 6), ("sydney", "winback")),
        ("https://sydney.example.com:443", (1, 2, 3), ("sydney", None)),
        ("https://pbx.example.com", (1, 2, 3), ("", "")),
        ("https://pbx.example.com", (4, 5, 6), ("", None)),
        ("https://gone.example.com", (4, 5, 6), (None, None)),
    ],
)
def test_the_names_of_a_runs_place_whatever_is_chosen(
    chosen: str | None, url: str, ids: tuple[int, int, int], named: tuple[str | None, str | None]
) -> None:
    assert settings_from(DIALERS, "x").for_dialer(chosen).place_of(url, CampaignIds(*ids)) == named


def test_the_first_campaign_is_known_when_another_is_chosen() -> None:
    read = settings_from({"server": {"url": "https://pbx.example.com"}, **CAMPAIGNS}, "x")
    for given in (read, read.for_campaign("winback"), read.for_campaign("local")):
        assert given.place_of("https://pbx.example.com", CampaignIds(41, 41, 38)) == ("", "")
        assert given.place_of("https://pbx.example.com", CampaignIds(41, 42, 40)) == ("", "winback")


def test_campaign_ids_of_a_dialer_are_asked_for_in_its_table() -> None:
    bare = {"dialers": {"sydney": {"url": "https://sydney.example.com", "api_key_env": "SYDNEY"}}}
    only = settings_from(bare, "x").for_dialer(None)
    assert only.dialer == "sydney"
    with pytest.raises(SettingsError, match=r"\[dialers.sydney.campaign\] template_id, campaign_id"):
        only.ids()


@pytest.mark.parametrize(
    ("dialer", "said"),
    [
        ({"api_key_env": "X"}, "[dialers.sydney] names no url"),
        (
            {"url": "https://a.example.com"},
            "[dialers.sydney] names no place of its API key; give it one of api_key_env",
        ),
        (
            {"url": "https://pbx2.example.com/", "api_key_env": "X"},
            "[dialers.perth] and [dialers.sydney] are one address",
        ),
        (
            {"url": "https://a.example.com", "api_key_env": "X", "threads": 4},
            "[dialers.sydney] threads is not a setting",
        ),
        ({"url": "http://a.example.com", "api_key_env": "X"}, "[dialers.sydney] url is the dialer's address: http://"),
        (
            {"url": "https://a.example.com", "api_key_env": "X", "campaign": {"template_id": 0}},
            "[dialers.sydney.campaign] template_id is the campaign template's id",
        ),
    ],
    ids=["no address", "no key", "twice", "unknown", "in the clear", "campaign"],
)
def test_a_dialer_out_of_place_is_named(dialer: dict[str, Any], said: str) -> None:
    perth = {"url": "https://pbx2.example.com", "api_key_env": "P"}
    with pytest.raises(SettingsError) as error:
        settings_from({"dialers": {"perth": perth, "sydney": dialer}}, "leadsync.toml")
    assert said in str(error.value)


def test_the_client_secret_is_in_the_environment_or_in_a_file(secret: Path) -> None:
    of_environment = settings("web", oidc={"client_secret_env": "OTHER"}).oidc_secret({"OTHER": " s3cret\n"})
    assert (str(of_environment), of_environment.get_secret_value()) == ("**********", "s3cret")
    secret.write_text("of the file\n")
    of_file = settings("web", oidc={"client_secret_file": str(secret)})
    assert of_file.oidc_secret({"LEADSYNC_OIDC_SECRET": "x"}).get_secret_value() == "of the file"
    with pytest.raises(
        SettingsError, match=r"variable of \[web\.oidc\] client_secret_env holds no client secret; set it"
    ):
        Settings().oidc_secret({"LEADSYNC_OIDC_SECRET": " "})


@POSIX
def test_a_client_secret_that_others_can_read_is_refused(secret: Path) -> None:
    secret.write_text("of the file")
    secret.chmod(0o644)
    with pytest.raises(
        SettingsError, match=f"Others can read the client secret in {secret}; protect it with: chmod 600"
    ):
        settings("web", oidc={"client_secret_file": str(secret)}).oidc_secret({})


WITHOUT_EFFECT = frozenset(
    {
        *(("server", name) for name in ("api_key_env", "api_key_file", "api_key_keyring", "hardware_threads")),
        *(("server", name) for name in ("reserve", "timeout_seconds", "ca_file", "slots_dir")),
        *(("retry", name) for name in ("attempts", "wait_seconds", "give_up_after_minutes")),
    }
)
"""By hand: what a call says does not depend on them, nor on whole tables beside those of `walked`."""


def walked() -> list[tuple[str, str]]:
    tables = {"server": Server, "campaign": Campaign, "input": Input, "retry": Retry}
    return [(table, name) for table, section in tables.items() for name in section.model_fields]


@pytest.mark.filterwarnings("ignore:Pydantic serializer warnings")
@pytest.mark.parametrize(("table", "name"), walked())
def test_every_setting_that_changes_calls_is_in_their_digest(table: str, name: str) -> None:
    before = settings_from({}, "the test")
    section = getattr(before, table)
    after = before.model_copy(update={table: section.model_copy(update={name: "another value"})})
    assert (after.calls_digest == before.calls_digest) == ((table, name) in WITHOUT_EFFECT)


def test_the_columns_are_in_the_digest_of_the_calls_and_the_tables_beside_them_are_not() -> None:
    before = settings_from({}, "the test")
    assert settings_from({"columns": {"Ref": "X"}}, "the test").calls_digest != before.calls_digest
    assert settings_from({"mappings": {"a": {"Ref": "X"}}}, "the test").calls_digest != before.calls_digest
    beside = {"web": {"runs_at_once": 3}, "campaigns": {"b": {"campaign_id": 7}}, "notify": {"failed_percent": 3}}
    assert settings_from(beside, "the test").calls_digest == before.calls_digest
    tables = {"server", "campaign", "input", "retry", "columns", "mappings"}
    others = {"web", "campaigns", "notify", "journal", "cluster", "dialers"}
    assert set(Settings.model_fields) == tables | others, "a new table is in the digest, and in these tests"
