"""The pictures show what the program prints today, and its files are as the page about files says."""

import csv
import importlib.util
import json
import re
import struct
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[2]
PICTURES = ROOT / "docs" / "pictures"
FILES_PAGE = (ROOT / "docs" / "reference" / "files.md").read_text("utf-8")

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals are POSIX's")


def _script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("pictures", ROOT / "docs" / "pictures.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Demo(NamedTuple):
    """The script, the demonstration's folder, and its terminal."""

    script: ModuleType
    folder: Path
    terminal: str


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    script = _script()
    folder = tmp_path_factory.mktemp("demo")
    return Demo(script, folder / "leadsync-demo", script.run_demo(folder))


def test_the_terminals_pictures_show_what_is_printed_today(demo: Demo, tmp_path: Path) -> None:
    """If this fails, the program prints other words: `make pictures` draws them, then commit the pictures."""
    demo.script.draw_terminal(demo.folder, demo.terminal, tmp_path)
    for name in ("demo.svg", "run.svg"):
        drawn = demo.script.words((tmp_path / name).read_text("utf-8"))
        assert drawn == demo.script.words((PICTURES / name).read_text("utf-8")), name
        assert "rows read" in drawn


def test_the_terminals_pictures_load_nothing_and_name_no_folder_of_this_machine(demo: Demo) -> None:
    for name in ("demo.svg", "run.svg"):
        picture = (PICTURES / name).read_text("utf-8")
        assert re.findall(r"https?://[^\"]+", picture) == ["http://www.w3.org/2000/svg"]
        assert str(demo.folder) not in picture
        assert "/tmp/" not in picture


@pytest.mark.parametrize(
    ("drawing", "sizes"),
    [
        ("draw_workbook", {"summary.png": (1070, 970), "report.png": (2090, 610)}),
        ("draw_page", {"page.png": (1100, 965)}),
        ("draw_web", {"web.png": (1100, 820)}),
    ],
)
def test_the_other_pictures_can_be_drawn(
    demo: Demo, drawing: str, sizes: dict[str, tuple[int, int]], tmp_path: Path
) -> None:
    draw = getattr(demo.script, drawing)
    if left_out := list(demo.script.missing(demo.script.DRAWINGS[draw])):
        pytest.skip(f"{', '.join(left_out)} not installed")
    draw(demo.folder, demo.terminal, tmp_path)
    for name, size in sizes.items():
        for picture in (tmp_path / name, PICTURES / name):
            content = picture.read_bytes()
            assert content[:8] == b"\x89PNG\r\n\x1a\n"
            assert struct.unpack(">II", content[16:24]) == size, picture
            assert len(content) > 40_000, "an empty page is a tenth of that"


def test_the_demonstration_writes_the_files_that_the_page_names(demo: Demo) -> None:
    named = set(re.findall(r"^\| `leads\.20261124-014813-f9ac\.(\w+)\.\w+`", FILES_PAGE, re.MULTILINE))
    written = {path.name.split(".")[2] for path in demo.folder.glob("leads.*")}
    assert written == {"report", "retry", "review", "summary"}
    assert named == written | {"marked"}, "a marked copy is written with --mark alone"


def test_the_files_have_the_columns_that_the_page_lists(demo: Demo) -> None:
    listed = re.findall(r"^\| `(sync_\w+)`", FILES_PAGE, re.MULTILINE)
    for kind, columns in (("report", listed[:-1]), ("retry", listed[:-1]), ("review", listed)):
        (file,) = demo.folder.glob(f"leads.*.{kind}.csv")
        with file.open(encoding="utf-8-sig", newline="") as stream:
            headings = next(csv.reader(stream))
        assert [heading for heading in headings if heading.startswith("sync_")] == columns


def test_json_has_the_keys_that_the_page_lists(demo: Demo) -> None:
    (report,) = demo.folder.glob("leads.*.report.csv")
    run_id = report.name.split(".")[1]
    command = [sys.executable, "-m", "leadsync", "--state", demo.folder / "state", "show", run_id, "--json"]
    printed = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    section = FILES_PAGE.split("## Output for scripts")[1].split("\n## ")[0]
    assert list(printed) == re.findall(r"^\| `(\w+)`", section, re.MULTILINE)
