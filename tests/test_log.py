"""The log's lines: their run, their row, and a stream without effect on the run."""

import io
import json
import logging
from datetime import datetime

from leadsync.log import BackgroundHandler, JsonFormatter, TextFormatter, current_run, logged_as

RUN = "20261123-210455-7f3a"


def record(message: str, **extra: object) -> logging.LogRecord:
    made = logging.LogRecord("leadsync.engine", logging.WARNING, "engine.py", 1, message, (), None)
    vars(made).update(extra)
    return made


def test_lines_bear_the_run_they_were_logged_in() -> None:
    assert current_run() == ""
    with logged_as(RUN):
        assert current_run() == RUN
        with logged_as("other"):
            assert current_run() == "other"
        assert TextFormatter().format(record("row 7")).endswith(f" WARNING leadsync.engine: run {RUN}: row 7")
    assert TextFormatter().format(record("row 7")).endswith(" WARNING leadsync.engine: row 7")


def test_a_json_line_names_row_and_attempt_only_if_there_are_any() -> None:
    line = json.loads(JsonFormatter().format(record("sent", row=7, attempt=2)))
    time = datetime.fromisoformat(line.pop("time"))
    assert time.tzinfo is not None
    assert line == {"level": "warning", "logger": "leadsync.engine", "message": "sent", "row": 7, "attempt": 2}
    with logged_as(RUN):
        assert json.loads(JsonFormatter().format(record("sent")))["run"] == RUN
    assert json.loads(JsonFormatter().format(record("sent"))).keys() == {"time", "level", "logger", "message"}


def test_what_is_logged_is_in_the_stream_after_a_flush() -> None:
    stream = io.StringIO()
    handler = BackgroundHandler(stream)
    handler.setFormatter(logging.Formatter("%(message)s"))
    handler.emit(record("one"))
    handler.emit(record("two"))
    handler.flush()
    assert stream.getvalue() == "one\ntwo\n"
    handler.close()
    assert not stream.closed, "the stream is somebody else's"


def test_a_file_of_its_own_is_closed() -> None:
    stream = io.StringIO()
    BackgroundHandler(stream, closes=True).close()
    assert stream.closed
