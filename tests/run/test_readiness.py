"""Settings complete for sending."""

from pathlib import Path
from typing import Any

import pytest

from leadsync.config import Settings, settings_from
from leadsync.errors import SettingsError, UsageError
from leadsync.models import CampaignIds
from leadsync.run.readiness import ready_to_send, settings_of_run
from tests.journal.samples import a_run

IDS = {"template_id": 41, "campaign_id": 41, "allocation_id": 38}
COMPLETE: dict[str, Any] = {"server": {"url": "https://pbx.example.com", "api_key_env": "A_KEY"}, "campaign": IDS}


def settings(**changes: Any) -> Settings:
    return settings_from({**COMPLETE, **changes}, "the test")


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("A_KEY", "secret")


def test_complete_settings_pass(tmp_path: Path) -> None:
    complete = settings()
    assert ready_to_send(complete) is complete
    assert ready_to_send(complete, tmp_path / "new") is complete
    assert (tmp_path / "new").is_dir()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"server": {"api_key_env": "A_KEY"}}, "url is not set"),
        ({"campaign": {}}, "template_id"),
        ({"server": {"url": "https://pbx", "api_key_env": "NO_SUCH_KEY"}}, "holds no API key"),
        ({"server": {**COMPLETE["server"], "hardware_threads": 16, "reserve": 8}}, "reserve"),
    ],
)
def test_what_is_missing_is_named(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(SettingsError, match=words):
        ready_to_send(settings(**changes))


def test_a_folder_for_files_is_tried_before_a_run_remembers_it(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match=r"No report can be written into .*file: that is no folder"):
        ready_to_send(settings(), tmp_path / "file")


def test_an_earlier_run_is_of_the_campaign_with_its_ids(tmp_path: Path) -> None:
    both = settings(campaigns={"north": {"campaign_id": 77}, "south": {"campaign_id": 78}})
    run = a_run(tmp_path)
    assert settings_of_run(both, run, None).ids() == CampaignIds(41, 41, 38)
    assert settings_of_run(both, run, "south").ids() == CampaignIds(41, 78, 38)
