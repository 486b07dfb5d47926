"""Text of strangers, by every way in, looked for at every way out."""

import json
import re
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import openpyxl
import pytest

from tests.conftest import Desk, Result
from tests.watch.conftest import Hook, hook

__all__ = ["hook"]

MARK = "ev1l"
SOFT = f"{MARK}\u202e\u2066\u200f\u061c\u200b\u2060\ufeff\u2069"
"""Hidden characters that a sheet's cell may hold."""
EVIL = f"{SOFT}\x1b[31m\x1b]0;t\x07\x08\x9b2J\x85\u2028\u2029\rFORGED\nFORGED"
NAME = EVIL.replace("\n", "")
RAW = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")
ROW = "L1,0383218191,Sale"
HEAD = "Lead Id,FirstPhone,Outcome"
TRIES = "[retry]\nattempts = 1\nwait_seconds = 0\ngive_up_after_minutes = 0\n"


@dataclass
class Stranger:
    """An HTTP server in the dialer's place: the names that it lists, and the status and body that it gives a lead."""

    url: str = ""
    name: str = "plain"
    status: int = 200
    body: bytes = b'{"code": 0, "message": "OK"}'


@pytest.fixture
def dialer() -> Iterator[Stranger]:
    stranger = Stranger()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._answer(200, json.dumps({"entities": [{"id": 41, "name": stranger.name}]}).encode())

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self._answer(stranger.status, stranger.body)

        def _answer(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_arguments: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    stranger.url = f"http://127.0.0.1:{server.server_port}"
    yield stranger
    server.shutdown()
    thread.join()
    server.server_close()


@dataclass
class Scene:
    """A desk whose commands write to every sink."""

    desk: Desk
    hook: Hook
    dialer: Stranger
    done: list[Result] = field(default_factory=list)

    def run(self, *arguments: str | Path, **environment: str) -> Result:
        """Run a command with both kinds of log, metrics and messages."""
        number, sends = len(self.done), arguments[0] in ("run", "watch")
        metrics = ("--metrics-file", self.desk.folder / f"{number}.prom") if sends else ()
        form = ("text", "json")[number % 2]
        log = ("--log-file", self.desk.folder / f"{number}.log", "--log-format", form)
        given = {"LEADSYNC_NOTIFY_URLS": self.hook.url, **environment}
        self.done.append(self.desk.leadsync(*arguments, "-vv", *log, *metrics, **given))
        return self.done[-1]

    def send(self, file: Path) -> None:
        """All that people do with a sheet and its run."""
        self.run("check", file)
        run = self.run("run", file, "--json")
        self.run("show", json.loads(run.out).get("run", "none"), "--rows")
        self.run("runs")
        watched = self.desk.folder / "watched"
        watched.mkdir(exist_ok=True)
        if file.exists():
            (watched / file.name).write_bytes(file.read_bytes())
        self.run("watch", watched, "--once", "--settle", "0")
        self.review()

    def review(self) -> None:
        """All forms of the failures of the runs so far."""
        for by in ("code", "file", "lead", "disposition", "Outcome", NAME):
            for form in ("table", "csv", "json"):
                self.run("stats", "--by", by, "--format", form)
        self.run("stats", "--by", "disposition", "--output", self.desk.folder / "stats.html")

    def sinks(self) -> Iterator[tuple[str, str]]:
        """Whatever came out, each with its name."""
        for result in self.done:
            yield "standard output", result.out
            yield "standard error", result.err
        for message in self.hook.messages:
            yield "title", message["title"]
            yield "body", message["message"]
        for path in self.desk.folder.rglob("*"):
            if path.suffix in (".log", ".prom", ".html") or path.name.endswith(".why.txt"):
                yield path.suffix, path.read_text("utf-8")
            if ".report." in path.name and path.suffix == ".csv":
                for row in self.desk.rows(path):
                    yield "report", "".join(value for name, value in row.items() if name.startswith("sync_"))


@pytest.fixture
def scene(desk: Desk, hook: Hook, dialer: Stranger) -> Scene:
    desk.settings(dialer.url, TRIES)
    return Scene(desk, hook, dialer)


def heading(scene: Scene) -> None:
    scene.run("check", scene.desk.sheet("b.csv", f'{HEAD},"{EVIL}"', f"{ROW},x"))
    scene.send(scene.desk.sheet("a.csv", f'{HEAD},"{SOFT}\nFORGED"', f"{ROW},x"))


def heading_that_is_doubled(scene: Scene) -> None:
    scene.send(scene.desk.sheet("a.csv", f"{HEAD},{SOFT},{SOFT}", f"{ROW},x,y"))


def cell(scene: Scene) -> None:
    soft = f'"{SOFT}\nFORGED"'
    lines = (f"{soft},12,{soft}", f"L2,0383218192,{SOFT}", f'"{EVIL}",12,"{EVIL}"', f'L3,"{EVIL}",Sale')
    scene.send(scene.desk.sheet("a.csv", HEAD, *lines))


def sheet_name(scene: Scene) -> None:
    workbook = openpyxl.Workbook()
    for name in (f"{SOFT}\x9b", "$(id)"):
        sheet = workbook.create_sheet(name)
        for line in (HEAD.split(","), ROW.split(",")):
            sheet.append(line)
    path = scene.desk.folder / "a.xlsx"
    workbook.save(path)
    scene.send(path)
    scene.run("run", path, "--sheet", f"{SOFT}\x9b")


def file_name(scene: Scene) -> None:
    scene.send(scene.desk.sheet(f"{NAME}.csv", HEAD, ROW, "L2,12,Sale"))


def file_name_that_is_no_text(scene: Scene) -> None:
    scene.send(scene.desk.sheet(f"{MARK}\udce9.csv", HEAD, ROW))


def file_that_is_missing(scene: Scene) -> None:
    scene.run("run", scene.desk.folder / f"{EVIL}.csv")


def dialers_names(scene: Scene) -> None:
    scene.dialer.name = EVIL
    scene.run("campaigns")
    scene.run("campaigns", "--json")
    scene.run("init", "--check")


def dialers_message(scene: Scene) -> None:
    scene.dialer.status, scene.dialer.body = 400, json.dumps({"code": 555, "message": EVIL}).encode()
    scene.send(scene.desk.sheet("a.csv", HEAD, ROW))


def dialers_message_that_stops(scene: Scene) -> None:
    scene.dialer.status, scene.dialer.body = 400, json.dumps({"code": 115, "message": EVIL}).encode()
    scene.send(scene.desk.sheet("a.csv", HEAD, ROW))


def page_of_a_proxy(scene: Scene) -> None:
    scene.dialer.status, scene.dialer.body = 403, f"<html>{EVIL}</html>".encode()
    scene.send(scene.desk.sheet("a.csv", HEAD, ROW))


def page_without_a_code(scene: Scene) -> None:
    scene.dialer.status, scene.dialer.body = 500, f"<html>{EVIL}</html>".encode()
    scene.send(scene.desk.sheet("a.csv", HEAD, ROW))


def settings(scene: Scene) -> None:
    text = scene.desk.config.read_text("utf-8")
    for line in (
        f"[{json.dumps(EVIL)}]\nx = 1",
        f"[server]\nurl = {json.dumps('https://' + EVIL)}",
        f"[input]\nregion = {json.dumps(EVIL)}\ntimezone = {json.dumps(EVIL)}",
        f"[campaigns.{json.dumps(EVIL)}]\ntemplate_id = 1",
        f"[columns]\n{json.dumps(EVIL)} = {json.dumps(EVIL)}",
    ):
        scene.desk.config.write_text(line if "[server]" in line else f"{text}{line}\n", "utf-8")
        scene.run("check", scene.desk.sheet("a.csv", HEAD, ROW))
        scene.run("check", scene.desk.sheet("a.csv", HEAD, ROW), "--campaign", EVIL)


def environment(scene: Scene) -> None:
    sheet = scene.desk.sheet("a.csv", HEAD, ROW)
    for name in ("LEADSYNC_CONFIG", "LEADSYNC_SERVER__URL", "LEADSYNC_INPUT__REGION", "LEADSYNC_SERVER__API_KEY_ENV"):
        scene.run("run", sheet, **{name: EVIL})
    scene.run("runs", LEADSYNC_STATE=str(scene.desk.folder / "a.csv" / EVIL))


def arguments(scene: Scene) -> None:
    for words in (["show", EVIL], ["request", EVIL, "--row", "1"], ["show", "--lead", EVIL], ["watch", EVIL, "--once"]):
        scene.run(*words)


SOURCES = (
    heading,
    heading_that_is_doubled,
    cell,
    sheet_name,
    file_name,
    file_name_that_is_no_text,
    file_that_is_missing,
    dialers_names,
    dialers_message,
    dialers_message_that_stops,
    page_of_a_proxy,
    page_without_a_code,
    settings,
    environment,
    arguments,
)


@pytest.mark.skipif(sys.platform != "linux", reason="file modes are POSIX's, and so are such names")
@pytest.mark.parametrize("source", SOURCES)
def test_nothing_hidden_and_no_forged_line_comes_out(source: Callable[[Scene], None], scene: Scene) -> None:
    source(scene)
    seen = list(scene.sinks())
    for sink, text in seen:
        assert RAW.findall(text) == [], sink
        assert sink == ".html" or not re.search(r"^ ?FORGED", text, re.MULTILINE), sink
    assert [sink for sink, text in seen if MARK in text], "it is shown, not hidden"


def test_every_sink_was_looked_at(scene: Scene) -> None:
    file_name(scene)
    dialers_message(scene)
    shown = {sink for sink, text in scene.sinks() if MARK in text}
    assert shown >= {"standard output", "standard error", "title", "body", ".log", ".html", "report"}
    assert ".prom" in {sink for sink, _ in scene.sinks()}
