"""A lead's call for a shell: what curl would send, with the key in no command line."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from leadsync.dialer import curl_command, key_of_command, key_of_variable
from leadsync.models import CampaignIds, Lead

IDS = CampaignIds(41, 41, 38)
KEY = 'a"b&c%d e$f'
LEAD = Lead("O'Brien $(id)", {"Name": '`id` "x"', "njDisposition": "<No Change>"})

pytestmark = pytest.mark.skipif(os.name != "posix", reason="the command is for POSIX shells")


@pytest.fixture
def fake_curl(tmp_path: Path) -> dict[str, str]:
    """A curl that writes its arguments and its standard input to files."""
    program = tmp_path / "curl"
    program.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" > {tmp_path}/arguments\ncat > {tmp_path}/input\n')
    program.chmod(0o755)
    return {"PATH": f"{tmp_path}:{os.environ['PATH']}", "LEADSYNC_API_KEY": KEY}


def test_a_shell_runs_nothing_of_a_lead_and_hands_the_key_over_by_the_pipe(
    tmp_path: Path, fake_curl: dict[str, str]
) -> None:
    command = curl_command("https://pbx", IDS, LEAD, key_of_variable("LEADSYNC_API_KEY"))
    assert KEY not in command
    subprocess.run([shutil.which("sh") or "sh", "-c", command], env=fake_curl, check=True, timeout=120)
    given = (tmp_path / "arguments").read_text().splitlines()
    assert given[:4] == ["--config", "-", "--request", "POST"]
    assert json.loads(given[given.index("--data-raw") + 1]) == dict(LEAD.fields)
    address = (tmp_path / "input").read_text()
    key = "".join(f"%{byte:02x}" for byte in KEY.encode())
    assert address == (
        'url = "https://pbx/servicemanager/rest/CampaignAPI/updateLeadFast?fTemplateId=41&fCampaignId=41'
        f'&fAllocationId=38&njExternalLeadId=O%27Brien%20%24%28id%29&apiKey={key}"\n'
    )
    assert not any(KEY in argument for argument in given)


@pytest.mark.parametrize(
    ("name", "word"), [("MY_KEY", '"$MY_KEY"'), ("not a name", '"$LEADSYNC_API_KEY"'), ("", '"$LEADSYNC_API_KEY"')]
)
def test_only_a_name_is_a_variable(name: str, word: str) -> None:
    assert key_of_variable(name) == word


def test_the_words_of_a_command_stay_words() -> None:
    assert key_of_command("cat", "/my files/key") == '"$(cat "/my files/key")"'
    assert key_of_command("cat", "/$HOME/key") == """"$(cat '/$HOME/key')\""""
