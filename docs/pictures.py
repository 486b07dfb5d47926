"""The pictures of README and the pages, made from a real demonstration: `make pictures`.

The terminal's picture needs a POSIX system and rich. The workbook's pictures also need LibreOffice, pdftoppm and the
font Carlito, the pictures of pages need Chromium; those without their programs are left as they are.
"""

import argparse
import io
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import openpyxl
import pexpect
from openpyxl.utils import get_column_letter
from rich.console import Console
from rich.terminal_theme import MONOKAI
from rich.text import Text

from leadsync.spreadsheet import TO_CORRECT_SHEET

PICTURES = Path(__file__).parent / "pictures"
HOME = "/home/kim"
"""Shown instead of the temporary folder."""
SAMPLE = Path(__file__).parents[1] / "sample_data" / "leads.csv"
PROMPT = "kim:~$ "
WIDTH = 132
LONGEST_DEMO_SECONDS = 90
HIDDEN_COLUMNS = frozenset(
    {"StreetAddress", "City", "State", "PostCode", "Contact Hours", "Agent notes"}
    | {"sync_attempts", "sync_time", "sync_run"}
)
"""Columns of the sheet *To correct* that its picture has no room for."""
DOTS_AN_INCH = 130
SVG = """\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {terminal_width} {terminal_height}">
<style>
.{unique_id}-matrix {{ font-family: "DejaVu Sans Mono", Menlo, Consolas, monospace; font-size: {char_height}px;
  line-height: {line_height}px; font-variant-east-asian: full-width; }}
{styles}
</style>
<defs><clipPath id="{unique_id}-clip-terminal"><rect x="0" y="0" width="{terminal_width}" height="{terminal_height}"/>
</clipPath>{lines}</defs>
<rect width="{terminal_width}" height="{terminal_height}" rx="8" fill="#1f2028"/>
<g transform="translate(8, 4)">{backgrounds}<g class="{unique_id}-matrix">{matrix}</g></g>
</svg>
"""
"""rich's own frame loads a font from the network; this one loads nothing."""


def run_demo(folder: Path) -> str:
    """What `leadsync demo` writes to a terminal, without the changes of the progress bar."""
    environment: Mapping[str, str] = {
        **os.environ,
        "HOME": str(folder),
        "TERM": "xterm",
        "PATH": os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"])),
    }
    program = shutil.which("leadsync", path=environment["PATH"]) or "leadsync"
    heard = io.StringIO()
    child = pexpect.spawn(
        program, ["demo"], cwd=folder, env=environment, dimensions=(60, WIDTH), encoding="utf-8", timeout=None
    )
    child.logfile_read = heard
    child.expect(pexpect.EOF, timeout=LONGEST_DEMO_SECONDS)
    child.close()
    if child.exitstatus != 0:
        raise RuntimeError(f"leadsync demo ended with {child.exitstatus}: {heard.getvalue()}")
    lines = [line.rstrip("\r").rpartition("\r")[2] for line in heard.getvalue().split("\n")]
    shown = "\n".join(lines).strip("\n").replace(program, "leadsync").replace(str(folder.resolve()), HOME)
    return f"{PROMPT}leadsync demo\n{shown}"


def as_svg(terminal: str) -> str:
    """A terminal's text as a picture."""
    console = Console(width=WIDTH + 2, record=True, file=io.StringIO(), force_terminal=True, legacy_windows=False)
    for line in Text.from_ansi(terminal).wrap(console, WIDTH):
        console.print(line)
    console.print()
    return console.export_svg(title="", theme=MONOKAI, code_format=SVG, unique_id="terminal")


def words(picture: str) -> str:
    """The words of a terminal's picture without what every run changes: figures, ids and the bar."""
    lines = re.findall(r"<text[^>]*>(.*?)</text>", picture, re.DOTALL)
    text = " ".join(lines).replace("&#160;", " ")
    return " ".join(re.sub(r"\d{8}-\d{6}-[0-9a-f]{4}|\d[\d:,.]*|[█▏▎▍▌▋▊▉]+", "0", text).split())


def draw_terminal(demo: Path, terminal: str, pictures: Path) -> None:
    """`demo.svg`: the demonstration in a terminal; `run.svg`: the same as far as the rows by status."""
    (pictures / "demo.svg").write_text(as_svg(terminal), "utf-8")
    (pictures / "run.svg").write_text(as_svg(beginning(terminal)), "utf-8")


def beginning(terminal: str) -> str:
    """The demonstration's lines as far as the rows by status."""
    return terminal.partition("\n\nThe dialer's answers")[0]


def draw_workbook(demo: Path, terminal: str, pictures: Path) -> None:
    """`summary.png` and `report.png`: the report as a workbook, its first sheet and the sheet *To correct*."""
    (run_id,) = {path.name.split(".")[1] for path in demo.glob("leads.*.report.csv")}
    leadsync = [sys.executable, "-m", "leadsync", "--state", str(demo / "state")]
    subprocess.run(
        [*leadsync, "report", run_id, "--format", "xlsx", "--output", str(demo)], check=True, capture_output=True
    )
    (report,) = demo.glob("*.report.xlsx")
    _print_first_page(report, pictures / "summary.png", (40, 50, 1070, 970))
    # Only now, because openpyxl loses the charts of the first sheet.
    book = openpyxl.load_workbook(report)
    for name in book.sheetnames:
        if name != TO_CORRECT_SHEET:
            del book[name]
    _narrow(book[TO_CORRECT_SHEET])
    book.save(demo / "report.xlsx")
    _print_first_page(demo / "report.xlsx", pictures / "report.png", (20, 30, 2090, 610))


def _narrow(sheet: Any) -> None:
    """Hide columns and make a page as wide as the rest."""
    for number, cell in enumerate(sheet[1], 1):
        sheet.column_dimensions[get_column_letter(number)].hidden = cell.value in HIDDEN_COLUMNS


def _print_first_page(workbook: Path, picture: Path, part: tuple[int, int, int, int]) -> None:
    """Draw a part of a workbook's first page: left, top, width and height in pixels."""
    folder = workbook.parent
    profile = f"-env:UserInstallation={(folder / 'office').as_uri()}"
    command = ["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", str(folder), str(workbook)]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    pages = folder / f"{workbook.stem}.pdf"
    options = [word for name, value in zip("xyWH", part, strict=True) for word in (f"-{name}", str(value))]
    command = [
        "pdftoppm",
        "-png",
        "-r",
        str(DOTS_AN_INCH),
        "-singlefile",
        *options,
        str(pages),
        str(picture.with_suffix("")),
    ]
    subprocess.run(command, check=True, timeout=60)


def draw_page(demo: Path, terminal: str, pictures: Path) -> None:
    """`page.png`: the summary of a text file in a browser."""
    (page,) = demo.glob("*.summary.html")
    flags = [
        "--headless",
        "--disable-gpu",
        "--hide-scrollbars",
        "--window-size=1100,965",
        f"--user-data-dir={demo / 'browser'}",
    ]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        flags.append("--no-sandbox")
    command = ["chromium", *flags, f"--screenshot={pictures / 'page.png'}", page.as_uri()]
    subprocess.run(command, check=True, capture_output=True, timeout=120)


def draw_web(demo: Path, terminal: str, pictures: Path) -> None:
    """`web.png`: a sheet on the page of `leadsync web`, before it is sent."""
    from playwright.sync_api import sync_playwright

    command = [sys.executable, "-m", "leadsync", "--state", "state", "--json", "web", "--no-browser", "--port", "0"]
    # Without a key the page shows how to begin; nothing is sent here.
    environment = {**os.environ, "LEADSYNC_API_KEY": "a key for the picture"}
    with (
        subprocess.Popen(command, cwd=demo, env=environment, stdout=subprocess.PIPE, text=True) as web,
        sync_playwright() as playwright,
    ):
        try:
            browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
            shown = browser.new_page(viewport={"width": 1100, "height": 820}, color_scheme="light")
            said = json.loads(next(iter(web.stdout or ())))
            shown.goto(said["opening_url"])
            shown.goto(f"{said['url'].rstrip('/')}/new")
            shown.set_input_files("input[type=file]", SAMPLE)
            shown.click("button.primary")
            shown.wait_for_selector("table.columns")
            shown.screenshot(path=pictures / "web.png")
            browser.close()
        finally:
            web.terminate()


DRAWINGS: Mapping[Callable[[Path, str, Path], None], tuple[str, ...]] = {
    draw_terminal: (),
    draw_workbook: ("soffice", "pdftoppm"),
    draw_page: ("chromium",),
    draw_web: ("chromium",),
}
"""Each with the programs that it needs."""


def missing(programs: tuple[str, ...]) -> Iterator[str]:
    """The programs that are not installed."""
    return (program for program in programs if shutil.which(program) is None)


def main() -> None:
    """Draw all pictures that can be drawn here."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    with tempfile.TemporaryDirectory() as folder:
        terminal = run_demo(Path(folder))
        for draw, programs in DRAWINGS.items():
            if left_out := list(missing(programs)):
                print(f"{draw.__name__}: left as it is; {', '.join(left_out)} not installed")
            else:
                draw(Path(folder) / "leadsync-demo", terminal, PICTURES)


if __name__ == "__main__":
    main()
