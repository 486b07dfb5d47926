"""The process that reads sheets, seen from outside: whatever becomes of it is one sentence about the file."""

import json
import struct
import subprocess
import sys
from types import SimpleNamespace

import pytest
import xlsxwriter

from leadsync.errors import SheetError
from leadsync.remarks import Remark
from leadsync.sheets import open_table
from leadsync.sheets.sandbox import confined_process, reader

READY = {"ready": True}
TABLE = {
    "kind": "csv", "sheet": "", "headings": ["Id", "Name"], "headings_line": 1, "marked": False,
    "remarks": [], "delimiter": ",", "bom": False, "parts": [], "sheets": [],
    "epoch_1904": False,
}  # fmt: skip
ERROR = {"fault": "leads.csv: it is empty.", "remedy": "", "folder_remedy": "", "sheets": [], "no_sheet": False}
REMARK = {"text": "! is a heading.", "loud": False, "kept": True, "doubt": False}
ROWS = {"numbers": [2, 3], "separator": "\0", "odd": []}


def frame(answer: object, text: str = "") -> bytes:
    head, body = json.dumps(answer).encode(), text.encode()
    return struct.pack("<II", len(head), len(body)) + head + body


@pytest.fixture
def started(monkeypatch):
    """The processes that were started; with `code`, they run that Python code instead of the reader."""
    processes: list[subprocess.Popen[bytes]] = []
    real = subprocess.Popen

    def instead(code: str | None = None) -> list[subprocess.Popen[bytes]]:
        def start(arguments, **options):
            processes.append(real([sys.executable, "-c", code] if code else arguments, **options))
            return processes[-1]

        # In this module alone: a parent of forked processes may be started by the way.
        monkeypatch.setattr(confined_process, "subprocess", SimpleNamespace(**{**vars(subprocess), "Popen": start}))
        return processes

    return instead


@pytest.mark.parametrize("code", ["import os; os.abort()", "import sys; sys.exit(1)"])
def test_a_process_that_does_not_start_is_no_fault_of_the_sheet(text_file, rows_of, started, code):
    started(code)
    with pytest.raises(SheetError, match=r"leads.csv: the process that reads sheets did not start; see whether"):
        rows_of(text_file("Id,Name\n1,Bo\n"))


@pytest.mark.parametrize("end", ["import os; os.abort()", "import sys; sys.exit(1)", "import time; time.sleep(60)"])
def test_a_process_that_dies_or_hangs_is_one_sentence(text_file, rows_of, monkeypatch, started, end):
    processes = started(f"import os; os.write(1, {frame(READY)!r}); {end}")
    ready = reader._await_ready
    # Its start takes as long as it takes.
    monkeypatch.setattr(reader, "_await_ready", lambda process, shown, _: ready(process, shown, 600.0))
    monkeypatch.setattr(reader, "_LEAST_SECONDS", 0.05)
    with pytest.raises(SheetError, match=r"leads.csv: the file takes more memory or time to read than a list of leads"):
        rows_of(text_file("Id,Name\n1,Bo\n"))
    assert processes[0].returncode is not None


@pytest.mark.parametrize(
    "answers",
    [
        b"\xff\xff\xff\xff\xff\xff\xff\xff" + b"x" * 100,
        struct.pack("<II", 6, 0) + b"{{{{{{",
        struct.pack("<II", 100_000, 0) + b"[" * 100_000,
        frame([1, 2]),
        frame({"exhausted": True}),
        frame({"end": True}),
        frame({"table": {**TABLE, "headings": None}}),
        frame({"table": {**TABLE, "remarks": ["! is a heading."]}}),
        frame({"table": {**TABLE, "remarks": [{"text": "! is a heading."}]}}),
        frame({"error": "leads.csv: it is empty."}),
        frame({"error": {"fault": "leads.csv: it is empty."}}),
        frame({"error": None}),
        frame({"table": TABLE}) + frame(ROWS, "1\0Bo\0002"),
        frame({"table": TABLE}) + frame(ROWS, "1\0Bo\0002\0Al\0003\0Di"),
        frame({"table": TABLE}) + frame({**ROWS, "separator": ""}, "1\0Bo\0002\0Al"),
        frame({"table": TABLE}) + frame({**ROWS, "numbers": [3, 2]}, "1\0Bo\0002\0Al"),
        frame({"table": TABLE}) + frame({**ROWS, "numbers": [2, 1e999]}, "1\0Bo\0002\0Al"),
        frame({"table": TABLE}) + frame({**ROWS, "odd": [[7, [], ""]]}, "1\0Bo\0002\0Al"),
        frame({"table": TABLE}) + frame({**ROWS, "odd": [[0, [], [["RUN_THIS", {}]]]]}, "1\0Bo\0002\0Al"),
        frame({"table": TABLE}) + frame({**ROWS, "odd": [[0, [], [["NUL_BYTE", "rm"]]]]}, "1\0Bo\0002\0Al"),
        frame({"table": TABLE}) + 2 * frame(ROWS, "1\0Bo\0002\0Al"),
        frame({"table": TABLE}) + struct.pack("<II", 60, 1) + json.dumps(ROWS).ljust(60).encode() + b"\xff",
    ],
)
def test_a_process_that_was_taken_over_is_believed_nothing(text_file, rows_of, started, answers):
    started(f"import os; os.write(1, {frame(READY) + answers + frame({'end': True})!r})")
    with pytest.raises(SheetError, match=r"leads.csv: the file takes more memory or time to read than a list of leads"):
        rows_of(text_file("Id,Name\n1,Bo\n"))


def test_the_same_answers_in_good_order_are_rows(text_file, cells_of, started):
    good = frame(READY) + frame({"table": TABLE}) + frame(ROWS, "1\0Bo\0002\0Al") + frame({"end": True})
    started(f"import os; os.write(1, {good!r})")
    assert cells_of(text_file("whatever,this\nis,1\n")) == [("1", "Bo"), ("2", "Al")]


def test_an_error_in_good_order_is_the_sheets(text_file, rows_of, started):
    error = {**ERROR, "fault": "leads.csv: " + "x" * 3_000, "remedy": "y" * 3_000, "sheets": ["A", 1]}
    started(f"import os; os.write(1, {frame(READY) + frame({'error': error})!r})")
    with pytest.raises(SheetError) as caught:
        rows_of(text_file("Id,Name\n1,Bo\n"))
    assert str(caught.value) == "leads.csv: " + "x" * 1_989 + "; " + "y" * 2_000 + "."
    assert caught.value.sheets == ("A", "1")


@pytest.mark.parametrize("loud", [False, True])
def test_a_remark_is_as_loud_as_the_reader_says_and_not_as_it_begins(text_file, started, loud):
    table = {**TABLE, "remarks": [{**REMARK, "loud": loud}]}
    started(f"import os; os.write(1, {frame(READY) + frame({'table': table}) + frame({'end': True})!r})")
    with open_table(text_file("Id,Name\n1,Bo\n")) as found:
        assert found.remarks == (Remark("! is a heading.", loud=loud, kept=True),)


def test_an_abandoned_read_leaves_no_process(text_file, started):
    processes = started()
    path = text_file("Id,Name\n" + "".join(f"{number},{'x' * 50}\n" for number in range(30_000)))
    with open_table(path) as table:
        next(table.rows())
        assert processes[0].poll() is None
    assert processes[0].returncode is not None


@pytest.mark.parametrize("odd", ["\0", "\x1f", "\0\x1f\x1e\x1d\x1c"])
def test_cells_that_hold_a_separator_stay_whole(text_file, cells_of, odd):
    assert cells_of(text_file(f"Id,Name\n1,a{odd}b\n2,\n3,c\n")) == [("1", f"a{odd}b"), ("2", ""), ("3", "c")]


@pytest.mark.parametrize(("columns", "rows"), [(16_384, 1), (11, 40_000)])
def test_a_large_sheet_is_read_whole(text_file, cells_of, monkeypatch, columns, rows):
    monkeypatch.setattr(reader, "_PATIENCE", 100.0)
    heading = ",".join(f"c{column}" for column in range(columns))
    line = ",".join(f"é{column}" for column in range(columns))
    found = cells_of(text_file(f"{heading}\n" + f"{line}\n" * rows))
    assert len(found) == rows
    assert found[-1] == tuple(line.split(","))


@pytest.mark.parametrize("columns", [16_385, 2_000_000])
def test_more_columns_than_a_spreadsheet_has_are_one_sentence(text_file, rows_of, columns):
    with pytest.raises(SheetError, match=rf"leads.csv: line 1 has {columns:,} columns, more than the 16,384 of a spr"):
        rows_of(text_file(",".join(["ab"] * columns) + "\n1\n"))


@pytest.mark.parametrize(
    ("memory", "message"),
    [
        (640, r"leads.xlsx: its \d+ KB hold over \d\d million characters, which no list of leads does; copy the lea"),
        (256, r"leads.xlsx: the file takes more memory or time to read than a list of leads can need; copy the lea"),
    ],
)
def test_a_few_bytes_that_become_much_text_are_one_sentence(tmp_path, rows_of, monkeypatch, memory, message):
    """A workbook holds a text once, however many cells show it."""
    monkeypatch.setattr(reader, "_LEAST_MEMORY", memory << 20)
    path = tmp_path / "leads.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["Id", "Note"])
        for row in range(1, 6_000):
            sheet.write_row(row, 0, [f"x{row}", "z" * 30_000])
    assert path.stat().st_size < 400_000
    with pytest.raises(SheetError, match=message):
        rows_of(path)
