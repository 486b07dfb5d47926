"""Without settings the first page says what to do, and goes on once it is done."""

import html
from pathlib import Path

import pytest

from leadsync.web.roles import Role
from tests.conftest import KEY
from tests.web.conftest import Browser, Office

POLL = {"hx-request": "true"}
COMPLETE = (
    '[server]\nurl = "https://pbx.example.com"\n[campaign]\ntemplate_id = 41\ncampaign_id = 42\nallocation_id = 38\n'
)


@pytest.fixture
def config(office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LEADSYNC_API_KEY", KEY)
    office.config = tmp_path / "leadsync.toml"
    office.config.write_text("")
    return office.config


def address_of_poll(page: str) -> str:
    return page.split('hx-get="', 1)[1].split('"', 1)[0]


@pytest.mark.parametrize("path", ["/", "/new"])
def test_the_first_page_names_the_command_and_goes_on_by_itself(config: Path, alone: Browser, path: str) -> None:
    page = alone.get(path).text
    assert "leadsync init" in page
    assert 'type="file"' not in page, "nothing could be done with a file"
    poll = address_of_poll(page)
    assert alone.get(poll, headers=POLL).status_code == 204, "nothing has changed"
    config.write_text(COMPLETE)
    answer = alone.get(poll, headers=POLL)
    assert (answer.status_code, answer.headers["hx-refresh"]) == (200, "true")
    page = alone.get(path).text
    assert "Before the first sheet" not in page
    assert ('type="file"' in page) == (path == "/new")


def test_without_a_named_file_the_command_names_the_place_where_the_page_looks(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    office.settings = {}
    page = html.unescape(office.alone().get("/new").text)
    assert f"leadsync init --config {tmp_path / 'leadsync.toml'}" in page


def test_a_missing_key_is_a_step_of_its_own(config: Path, alone: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LEADSYNC_API_KEY")
    config.write_text(COMPLETE)
    page = alone.get("/new").text
    assert "<b>Done:</b> the settings name the dialer" in page
    assert "The environment variable LEADSYNC_API_KEY" in page
    assert "counts from the next start" in page


def test_wrong_settings_are_to_be_put_right(config: Path, alone: Browser) -> None:
    config.write_text("[server]\nurll = 1\n")
    page = html.unescape(alone.get("/new").text)
    assert "Put the settings right" in page
    assert "urll is not a setting" in page


def test_others_than_admins_are_sent_to_somebody_and_see_no_paths(config: Path, office: Office) -> None:
    page = office.logged_in(Role.SUPERVISOR).get("/new").text
    assert "Ask who looks after it" in page
    assert "leadsync init" not in page
    assert str(config) not in page


def test_of_several_dialers_one_that_is_complete_is_enough(config: Path, alone: Browser) -> None:
    campaign = "campaign = { template_id = 41, campaign_id = 42, allocation_id = 38 }"
    sydney = f'[dialers.sydney]\nurl = "https://sydney.example.com"\napi_key_env = "SYDNEY_KEY"\n{campaign}\n'
    perth = f'[dialers.perth]\nurl = "https://perth.example.com"\napi_key_env = "LEADSYNC_API_KEY"\n{campaign}\n'
    config.write_text(sydney)
    page = html.unescape(alone.get("/new").text)
    assert "Before the first sheet" in page, "its key is nowhere"
    assert 'type="file"' not in page
    config.write_text(sydney + perth)
    assert 'type="file"' in alone.get("/new").text
