"""What is wrong with the command, the settings or the file: one sentence, exit 2, nothing sent, no traceback."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import Desk

GOOD = ("Lead Id,FirstPhone,Outcome", "1,0383218199,Sale")


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ((), ["empty"]),
        (("Name,FirstPhone", "Jane,0383218199"), ["external id", "[columns]"]),
        (("Lead Id,External Id,FirstPhone", "1,2,0383218199"), ["Lead Id", "External Id"]),
        (("Lead Id,Outcome,Disposition,FirstPhone", "1,Sale,Sale,0383218199"), ["Outcome", "Disposition"]),
        (("Lead Id,FirstPhone,FirstPhone", "1,0383218199,0383218198"), ["FirstPhone"]),
        (("Lead Id,FirstPhone", '1,"0383218199', "2,0383218198"), ["quotation mark", "line 2"]),
    ],
)
def test_sheets_that_cannot_be_mapped(desk: Desk, lines: tuple[str, ...], words: list[str]) -> None:
    dialer = desk.dialer()
    done = desk.leadsync("run", desk.sheet("leads.csv", *lines))
    assert done.code == 2, done.out + done.err
    for word in words:
        assert word.lower() in done.err.lower()
    assert "Traceback" not in done.err
    assert dialer.ledger.as_json()["received"] == []


def test_headings_only_is_nothing_to_do(desk: Desk) -> None:
    desk.dialer()
    done = desk.leadsync("run", desk.sheet("leads.csv", "Lead Id,FirstPhone"), "--json")
    assert (done.code, done.json["rows"]) == (0, 0)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ("[server]\nurll = 'x'\n", ["[server] urll", "url"]),
        ("[server]\nurl = '@URL@'\ntimeout_seconds = 30\n", ["timeout_seconds", "60"]),
        ("[server]\nurl = '@URL@'\nhardware_threads = 'many'\n", ["hardware_threads", "half as many"]),
        ("[server]\nurl = '@URL@'\napi_key = 'secret'\n", ["api_key_env"]),
        ("[server]\nurl = 'http://pbx.example.com'\n", ["https://"]),
        ("[server]\nurl = '@URL@'\nreserve = 8\n", ["reserve"]),
        ("[server]\nurl = '@URL@'\n[input]\ntimezone = 'Melbourne'\n", ["[input] timezone"]),
        ("[server]\nurl = '@URL@'\n[input]\nduplicates = 'all'\n", ["duplicates"]),
        (
            "[server]\nurl = '@URL@'\n[input]\nphone_fields = ['njDisposition']\n",
            ["[input] phone_fields", "njDisposition"],
        ),
        ("[server]\nurl = '@URL@'\n[input]\nphone_fields = ['fcampaignid']\n", ["[input] phone_fields", "fcampaignid"]),
        ("[server]\nurl = '@URL@'\n[columns]\n'Name' = 'apiKey'\n", ["[columns] Name", "apiKey"]),
        (
            "[server]\nurl = '@URL@'\n[columns]\n'Interest' = 'AllowDuplicates'\n",
            ["[columns] Interest", "AllowDuplicates"],
        ),
        ("[campaign]\ntemplate_id = 41\n", ["campaign_id, allocation_id"]),
        ("[nonsense]\nx = 1\n", ["nonsense"]),
        ("[server\n", ["TOML"]),
    ],
)
def test_settings(desk: Desk, settings: str, words: list[str]) -> None:
    dialer = desk.dialer(settings=settings)
    done = desk.leadsync("run", desk.sheet("leads.csv", *GOOD))
    assert done.code == 2, done.out + done.err
    for word in words:
        assert word in done.err
    assert "Traceback" not in done.err
    assert "secret" not in done.err
    assert dialer.ledger.as_json()["received"] == []


def test_the_environment_overrides_and_is_named(desk: Desk) -> None:
    desk.dialer()
    done = desk.leadsync("run", desk.sheet("leads.csv", *GOOD), LEADSYNC_RETRY__ATTEMPTS="0")
    assert done.code == 2
    assert "LEADSYNC_RETRY__ATTEMPTS" in done.err


@pytest.mark.parametrize("threads", ["x", "1", "1025", "Auto"])
def test_one_mistake_is_told_once(desk: Desk, threads: str) -> None:
    desk.dialer()
    done = desk.leadsync("run", desk.sheet("leads.csv", *GOOD), LEADSYNC_SERVER__HARDWARE_THREADS=threads)
    assert done.code == 2
    assert done.err.count("\n") == 1
    assert "LEADSYNC_SERVER__HARDWARE_THREADS is" in done.err
    assert 'a number from 2 to 1024, or "auto"' in done.err


def test_a_column_may_be_mapped_to_the_ids_of_the_campaign(desk: Desk) -> None:
    desk.dialer(settings="[server]\nurl = '@URL@'\n[columns]\n'Campaign' = 'fCampaignId'\n")
    done = desk.leadsync("check", desk.sheet("leads.csv", "Lead Id,FirstPhone,Campaign", "1,0383218199,41"))
    assert done.code == 0, done.err


def test_no_key(desk: Desk) -> None:
    desk.dialer()
    done = desk.leadsync("run", desk.sheet("leads.csv", *GOOD), LEADSYNC_API_KEY="")
    assert done.code == 2
    assert "LEADSYNC_API_KEY" in done.err


def test_a_key_file_that_others_can_read(desk: Desk) -> None:
    key = desk.folder / "key"
    key.write_text(desk.environment["LEADSYNC_API_KEY"])
    key.chmod(0o644)
    desk.dialer(settings=f'[server]\nurl = "@URL@"\napi_key_file = "{key}"\n')
    sheet = desk.sheet("leads.csv", *GOOD)
    refused = desk.leadsync("run", sheet)
    assert refused.code == 2
    assert "chmod 600" in refused.err
    key.chmod(0o600)
    assert desk.leadsync("run", sheet).code == 0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["run", "missing.csv"], ["missing.csv", "does not exist"]),
        (["run", "."], ["folder"]),
        (["run"], ["FILE"]),
        (["fly"], ["fly"]),
        (["show", "20200101"], ["20200101", "leadsync runs"]),
        (["run", "leads.csv", "--limit", "0"], ["--limit"]),
        (["check", "leads.csv", "--config", "nowhere.toml"], ["nowhere.toml"]),
    ],
)
def test_wrong_usage(desk: Desk, arguments: list[str], words: list[str]) -> None:
    desk.dialer()
    desk.sheet("leads.csv", *GOOD)
    done = desk.leadsync(*arguments)
    assert done.code == 2, done.out
    for word in words:
        assert word in done.err
    assert "Traceback" not in done.err


def test_an_output_folder_that_cannot_be_written(desk: Desk) -> None:
    dialer = desk.dialer()
    (desk.folder / "taken").write_text("a file")
    done = desk.leadsync("run", desk.sheet("leads.csv", *GOOD), "--output", desk.folder / "taken" / "deeper")
    assert done.code == 2
    assert "--output" in done.err
    assert dialer.ledger.as_json()["received"] == []
    assert desk.leadsync("runs", "--json").json == {"runs": []}, "no run remembers that folder"
    assert desk.leadsync("run", desk.folder / "leads.csv").code == 0


@pytest.mark.skipif(
    not Path("/dev/full").exists(), reason="file modes are POSIX's, and so is a device that is always full"
)
@pytest.mark.parametrize("command", [["check", "leads.csv"], ["runs", "--json"], ["run", "leads.csv"]])
def test_a_standard_output_that_is_full(desk: Desk, command: list[str]) -> None:
    desk.dialer()
    desk.sheet("leads.csv", *GOOD)
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "leadsync", *command],
            cwd=desk.folder,
            env=desk.environment,
            stdin=subprocess.DEVNULL,
            stdout=full,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            timeout=60,
            check=False,
        )
    assert done.returncode == 1
    assert "Standard output cannot be written: No space left on device" in done.stderr
    assert "itself failed" not in done.stderr


def test_a_metrics_file_that_is_another_file_stops_the_run_before_it_sends(desk: Desk) -> None:
    dialer = desk.dialer()
    mine = desk.sheet("mine.csv", *GOOD)
    done = desk.leadsync("run", desk.sheet("leads.csv", *GOOD), "--metrics-file", mine)
    assert done.code == 2
    assert "mine.csv is no file of metrics, and is not replaced; name another with --metrics-file." in done.err
    assert dialer.ledger.as_json()["received"] == []
    assert mine.read_text("utf-8").splitlines() == list(GOOD)
