"""The script of the page about notebooks and pipelines runs as it stands."""

import re
from pathlib import Path

import pytest

from leadsync.simulator import FaultKind, FaultRule
from tests.conftest import Desk

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "notebooks-and-pipelines.md"


@pytest.mark.parametrize(
    ("rows", "code", "files"),
    [
        (["a,0383218191"], None, []),
        (["a,12"], None, ["to correct"]),
        (["a,0383218191"], 110, ["to decide"]),
        (["a,0383218191", "b,12"], 110, ["to correct", "to decide"]),
    ],
)
def test_the_nightly_script_names_the_files_to_open(
    desk: Desk,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    rows: list[str],
    code: int | None,
    files: list[str],
) -> None:
    faults = [FaultRule(FaultKind.CODE, lead="a", code=code)] if code else []
    desk.dialer(faults=faults)
    sheet = desk.sheet("due.csv", "Lead Id,FirstPhone", *rows)
    for name in ("LEADSYNC_API_KEY", "LEADSYNC_STATE", "XDG_RUNTIME_DIR"):
        monkeypatch.setenv(name, desk.environment[name])
    section = PAGE.read_text("utf-8").split("## Send every night")[1]
    script = section.split("```python\n")[1].split("```")[0]
    for there, here in {"/srv/leads/due.csv": sheet, "/etc/leadsync/leadsync.toml": desk.config}.items():
        assert there in script
        script = script.replace(there, here.as_posix())
    exec(script + "\nsend_leads()\n", {})
    shown = capsys.readouterr().out
    assert re.findall(r"^Rows (to \w+): .+\.csv$", shown, re.MULTILINE) == files
