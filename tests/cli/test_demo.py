"""The demonstration goes as designed, and the commands that it proposes work."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from leadsync.simulator import PracticeDialer, PracticeServer
from tests.conftest import Desk


def test_demo_goes_as_designed_twice(desk: Desk) -> None:
    for _ in range(2):
        done = desk.process("demo", "--json")
        assert done.code == 0, done.err
        assert done.json["rows"] == 200 == sum(done.json["statuses"].values())
        assert Path(done.json["files"]["review"]).is_file()


@pytest.mark.skipif(sys.platform == "win32", reason="file modes are POSIX's, and so is its shell")
def test_what_the_demo_proposes_works_as_it_is_pasted(desk: Desk) -> None:
    program = desk.folder / "bin" / "leadsync"
    program.parent.mkdir()
    program.write_text(f"#!{sys.executable}\nfrom leadsync.cli import main\nmain()\n")
    program.chmod(0o755)
    environment = {name: desk.environment[name] for name in desk.environment if not name.startswith("LEADSYNC_")}

    def sh(command: str) -> str:
        return subprocess.run(
            ["sh", "-c", command],
            cwd=desk.folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=240,
            check=True,
        ).stdout

    told = sh("bin/leadsync demo 2>&1")
    [run] = re.findall(r"^Run (\S+) of", told, re.MULTILINE)
    [show] = re.findall(r"Look at the run again: (.*)", told)
    assert f"Run {run} of leads.csv: finished" in sh(show)
    [send] = re.findall(r"send them: (.*)", told)
    assert send.startswith("bin/leadsync --config leadsync-demo/leadsync.toml --state leadsync-demo/state run ")
    dialer = PracticeServer(PracticeDialer(api_key="practice-key", any_lead=True))
    [start] = re.findall(r"in another terminal: (.*)", told)
    [key] = re.findall(r"know its key: (.*)", told)
    assert start == "bin/leadsync simulate"
    with dialer as server:
        settings = desk.folder / "leadsync-demo" / "leadsync.toml"
        assert 'url = "http://127.0.0.1:8080"' in settings.read_text(), "where `simulate` is"
        settings.write_text(settings.read_text().replace("http://127.0.0.1:8080", server.url))
        assert "rows read" in sh(f"{key}; {send} || test $? = 3")
