"""The settings: what is accepted, what is refused with which sentence, and where keys and addresses come from."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.errors import KeyringError

from leadsync.config import Settings, find, load, settings_from, state_folder
from leadsync.errors import SettingsError
from leadsync.models import CampaignIds
from tests.conftest import Desk

KEY = "f863246a-973e-11e6-8784-08002718f5b5"
POSIX = pytest.mark.skipif(os.name != "posix", reason="file modes are POSIX's")


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in os.environ:
        if name.startswith("LEADSYNC_"):
            monkeypatch.delenv(name)


def settings(section: str, **values: Any) -> Settings:
    return settings_from({section: values}, "leadsync.toml")


def refusal(section: str, **values: Any) -> str:
    """The sentence that refuses these values of a section; one line for each mistake."""
    with pytest.raises(SettingsError) as caught:
        settings(section, **values)
    assert caught.value.exit_code == 2
    return str(caught.value)


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
    ],
)
def test_an_address_of_a_dialer(given: str, kept: str) -> None:
    assert settings("server", url=given).url() == kept


BEGINS = "it has to begin with https:// and name the dialer's host."
HOST = "there can be no host of that name."
PORT = "its port has to be a number from 1 to 65535."
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
    ],
)
def test_an_address_that_is_none(url: str, problem: str) -> None:
    assert refusal("server", url=url) == f"leadsync.toml: [server] url is the dialer's address: {problem}"


@pytest.mark.parametrize("command", [["campaigns"], ["check", "leads.csv"], ["run", "leads.csv"]])
def test_a_port_that_does_not_exist_is_one_sentence(desk: Desk, command: list[str]) -> None:
    desk.settings("https://pbx.example.com:99999")
    desk.sheet("leads.csv", "Lead Id,FirstPhone,Outcome", "1,0383218199,Sale")
    done = desk.leadsync(*command)
    assert (done.code, done.out) == (2, "")
    assert done.err.endswith(f"leadsync.toml: [server] url is the dialer's address: {PORT}\n")
    assert done.err.count("\n") == 1


def test_a_missing_address_is_asked_for() -> None:
    with pytest.raises(SettingsError, match=r"\[server\] url is not set; write the dialer's address into leadsync"):
        Settings().url()


@pytest.mark.parametrize(("threads", "slots"), [(2, 1), (3, 1), (16, 8), (1024, 512), ("16", 8), ("auto", 512)])
def test_half_of_the_threads_are_slots(threads: Any, slots: int) -> None:
    read = settings("server", hardware_threads=threads)
    assert (read.slots, read.finds_slots_out) == (slots, threads == "auto")


@pytest.mark.parametrize("threads", [1, 0, -16, 1025, 16.5, "many", "Auto", "", True, None, [16]])
def test_threads_that_no_dialer_has(threads: Any) -> None:
    assert refusal("server", hardware_threads=threads) == (
        "leadsync.toml: [server] hardware_threads is the dialer's hardware threads; at most half as many calls run at "
        'once; auto: found out: it has to be a number from 2 to 1024, or "auto".'
    )


def test_the_reserve_leaves_at_least_one_slot() -> None:
    assert settings("server", reserve=7).slots == 1
    with pytest.raises(SettingsError, match=r"reserve = 8 leaves none of the 8 calls that 16 hardware threads allow"):
        _ = settings("server", reserve=8).slots


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


@pytest.mark.parametrize("field", ["apiKey", "APIKEY", " apiKey ", "allowDuplicates"])
def test_no_column_fills_what_is_no_field(field: str) -> None:
    said = refusal("columns", Notes=field)
    assert said.startswith("leadsync.toml: [columns] Notes is")
    assert said.endswith(f'no field of a lead is called {field}; name another, or write "" to leave the column out.')


@pytest.mark.parametrize("field", ["", "njExternalLeadId", "fCampaignId", "City"])
def test_a_column_may_fill_any_field_or_none(field: str) -> None:
    assert settings("columns", Notes=field).columns == {"Notes": field}


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"server": {"urll": "x"}}, "leadsync.toml: [server] urll is not a setting; did you mean url?"),
        ({"retry": {"attemps": 3}}, "leadsync.toml: [retry] attemps is not a setting; did you mean attempts?"),
        ({"servr": {}}, "leadsync.toml: [servr] is not a setting; did you mean server?"),
        (
            {"nonsense": {}},
            "leadsync.toml: [nonsense] is not a setting; known are: server, campaign, campaigns, input, columns",
        ),
        (
            {"retry": {"x": 1}},
            "leadsync.toml: [retry] x is not a setting; known are: attempts, wait_seconds, give_up_after_minutes",
        ),
        (
            {"server": {"api_key": KEY}},
            "leadsync.toml: [server] api_key is not a setting; the key itself never stands in the settings: use",
        ),
        (
            {"campaigns": {"winback": {"campain_id": 42}}},
            "leadsync.toml: [campaigns.winback] campain_id is not a setting; did you mean campaign_id?",
        ),
    ],
)
def test_a_name_that_is_no_setting(values: dict[str, Any], said: str) -> None:
    with pytest.raises(SettingsError) as caught:
        settings_from(values, "leadsync.toml")
    assert str(caught.value).startswith(said)
    assert KEY not in str(caught.value)


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


def test_every_mistake_is_told() -> None:
    said = refusal("retry", attempts=0, wait_seconds=-1).splitlines()
    assert [line.split(" is ")[0] for line in said] == [
        "leadsync.toml: [retry] attempts",
        "leadsync.toml: [retry] wait_seconds",
    ]


def test_the_environment_goes_before_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEADSYNC_RETRY__ATTEMPTS", "7")
    monkeypatch.setenv("LEADSYNC_SERVER__URL", "https://other.example.com")
    monkeypatch.setenv("LEADSYNC_INPUT__PHONE_FIELDS", '["Mobile"]')
    read = settings_from({"server": {"url": "https://pbx.example.com", "reserve": 2}, "retry": {"attempts": 3}}, "x")
    assert (read.retry.attempts, read.server.url, read.server.reserve) == (7, "https://other.example.com", 2)
    assert read.input.phone_fields == ("Mobile",)


def test_a_mistake_in_the_environment_names_the_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEADSYNC_RETRY__ATTEMPTS", "0")
    monkeypatch.setenv("LEADSYNC_SERVER__URL", "https://pbx.example.com:99999")
    said = sorted(refusal("retry", attempts=3).splitlines())
    assert said[0].startswith("LEADSYNC_RETRY__ATTEMPTS is how often a row is tried: ")
    assert said[1:] == [f"LEADSYNC_SERVER__URL is the dialer's address: {PORT}"]


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
        super().__init__()
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


def test_the_file_that_is_named_is_the_one_that_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("platformdirs.user_config_path", lambda *_arguments, **_options: tmp_path / "home")
    assert find(None, {}) is None
    paths = [tmp_path / "home" / "leadsync.toml", tmp_path / "leadsync.toml", tmp_path / "b.toml", tmp_path / "a.toml"]
    paths[0].parent.mkdir()
    for path in paths:
        path.touch()
    of_home, _, of_environment, explicit = paths
    environment = {"LEADSYNC_CONFIG": str(of_environment)}
    assert find(explicit, environment) == explicit
    assert find(None, environment) == of_environment
    assert find(None, {"LEADSYNC_CONFIG": ""}) == Path("leadsync.toml")
    Path("leadsync.toml").unlink()
    assert find(None, {}) == of_home
    with pytest.raises(SettingsError, match=r"no settings file .*gone\.toml; check the path, or write one with `leads"):
        find(tmp_path / "gone.toml", environment)
    with pytest.raises(SettingsError, match=r"no settings file .*gone\.toml"):
        find(None, {"LEADSYNC_CONFIG": str(tmp_path / "gone.toml")})


def test_the_state_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("platformdirs.user_state_path", lambda *_arguments, **_options: tmp_path / "home")
    environment = {"LEADSYNC_STATE": str(tmp_path / "of environment")}
    assert state_folder(tmp_path / "given", environment) == tmp_path / "given"
    assert state_folder(None, environment) == tmp_path / "of environment"
    assert state_folder(None, {"LEADSYNC_STATE": ""}) == tmp_path / "home"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"[server\n", "is not valid TOML: "),
        (b"[server]\nurl = pbx\n", "names and texts stand in double quotes."),
        (b"# Caf\xe9\n", "is not UTF-8 text; save it as UTF-8."),
        (b"retry = 3\n", "[retry] is "),
    ],
)
def test_a_file_that_cannot_be_read(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "leadsync.toml"
    path.write_bytes(content)
    with pytest.raises(SettingsError) as caught:
        load(path)
    assert str(caught.value).startswith(str(path))
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_file_as_windows_saves_it(tmp_path: Path) -> None:
    path = tmp_path / "leadsync.toml"
    path.write_bytes(b'\xef\xbb\xbf[server]\r\nurl = "https://pbx.example.com"\r\n')
    assert load(path).server.url == "https://pbx.example.com"
    assert load(None) == Settings()
    with pytest.raises(SettingsError, match="cannot be read"):
        load(tmp_path)


def test_the_reason_of_a_fault_stands_without_its_place() -> None:
    with pytest.raises(SettingsError) as caught:
        settings_from({"server": {"url": "ftp://nowhere"}}, "the answer")
    assert str(caught.value) == f"the answer: [server] url is the dialer's address: {BEGINS}"
    assert caught.value.reason == "It has to begin with https:// and name the dialer's host."
    assert SettingsError("[server] url is not set.").reason == "[server] url is not set."


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


def test_the_lead_calls_are_one_of_two_sets() -> None:
    assert Settings().server.calls == "fast"
    assert settings("server", calls="classic").server.calls == "classic"
    assert "[server] calls" in refusal("server", calls="slow")
