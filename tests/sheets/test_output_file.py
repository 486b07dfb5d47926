"""Tables written: what is in the file, what comes back, and what is left where writing fails."""

import datetime as dt
import gc
import io
import os
import stat
import string
import sys
import zipfile
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from leadsync.errors import JournalError, OutputError
from leadsync.report_values import Line
from leadsync.sheets import new_table, open_table
from leadsync.sheets.formula_escapes import escape, unescape
from leadsync.sheets.output.output_file import _started_text

HEADINGS = ["Id", "Name", "sync_run"]


def rows(*cells):
    return [(row, ()) for row in cells]


def write(path, headings, rows, **how):
    with new_table(path, headings, **how) as file:
        for cells, dates in rows:
            file.put(Line(cells, dates))
    return file.count


def read(path):
    with open_table(path) as table:
        return [row.cells for row in table.rows()]


def test_delimited_text_is_utf8_with_crlf(tmp_path):
    path = tmp_path / "a.csv"
    assert write(path, HEADINGS, rows(["1", 'Zoë "Zo", x', "r"]), kind="csv") == 1
    assert path.read_bytes() == 'Id,Name,sync_run\r\n1,"Zoë ""Zo"", x",r\r\n'.encode()


def test_delimiter_and_mark_are_as_asked(tmp_path):
    path = tmp_path / "a.csv"
    write(path, HEADINGS, rows(["1", "b;c", "r"]), kind="csv", delimiter=";", bom=True)
    assert path.read_bytes() == b'\xef\xbb\xbfId;Name;sync_run\r\n1;"b;c";r\r\n'


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("=1+1", "'=1+1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("-cmd|' /C calc'!A0", "'-cmd|' /C calc'!A0"),
        ("+1+cmd", "'+1+cmd"),
        ("\t=1", "'\t'~=1"),
        (" =1", "' =1"),
        ("'=1", "''=1"),
        ("+61 3 8321 8199", "+61 3 8321 8199"),
        ("+61 (3) 83218199", "+61 (3) 83218199"),
        ("-5.3", "-5.3"),
        ("-", "-"),
        ("O'Brien", "O'Brien"),
        ("'quoted'", "'quoted'"),
    ],
)
def test_what_a_program_would_run_gets_an_apostrophe(value, written):
    assert escape(value) == written
    assert unescape(written) == value


@given(st.text(alphabet="'=@+-1 \tx\n") | st.text())
def test_protecting_is_undone_exactly(value):
    assert unescape(escape(value)) == value


cells = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20)
plain = st.text(string.printable + "é日\u2028\ufeff", max_size=8)
tables = st.lists(st.lists(cells | plain, min_size=2, max_size=2), max_size=5)


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(table=tables)
@example(table=[["<r><t>x</t></r>", "_x0041_"], ["_x005F_x0041_", "<r>&</r>"], [" a ", "a\r\nb"]])
def test_what_is_written_comes_back_cell_by_cell(tmp_path, kind, table):
    path = tmp_path / f"a.{kind}"
    written = [[*row, "run"] for row in table]
    assert write(path, HEADINGS, rows(*written), kind=kind, even_empty=True) == len(written)
    assert read(path) == [tuple(row) for row in written]


def test_a_workbook_has_texts_real_dates_and_a_frozen_heading(tmp_path):
    path = tmp_path / "a.xlsx"
    made = [["=1+1", "2026-11-24", "2026-11-24 14:30"], ["0383218199", "1899-12-31", "https://example.com"]]
    assert write(path, ["Id", "Day", "Time"], [(made[0], (1, 2)), (made[1], {1})], kind="xlsx") == 2
    sheet = openpyxl.load_workbook(path).active
    assert [cell.value for cell in sheet[2]] == ["=1+1", dt.datetime(2026, 11, 24), dt.datetime(2026, 11, 24, 14, 30)]
    assert [cell.data_type for cell in sheet[2]] == ["s", "d", "d"]
    assert [cell.value for cell in sheet[3]] == ["0383218199", "1899-12-31", "https://example.com"]
    assert sheet["A3"].hyperlink is None
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref == "A1:C3"
    assert b"numberStoredAsText" in zipfile.ZipFile(path).read("xl/worksheets/sheet1.xml")
    with open_table(path) as table:
        first, second = table.rows()
    assert (first.cells, first.dates) == (tuple(made[0]), (1, 2))
    assert (second.cells, second.dates) == (tuple(made[1]), ())


def test_a_value_too_long_for_a_cell_says_that_it_was_cut(tmp_path):
    path = tmp_path / "a.xlsx"
    write(path, HEADINGS, rows(["x" * 40_000, "b", "r"]), kind="xlsx")
    ((cut, *_),) = read(path)
    assert len(cut) == 32_767
    assert cut.endswith("x … [cut: the value was longer than a cell holds]")


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_file_is_private_and_whole_or_not_there(tmp_path, kind, monkeypatch):
    path = tmp_path / f"a.{kind}"
    write(path, HEADINGS, rows(["1", "b", "r"]), kind=kind)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    before = path.read_bytes()

    def failing():
        yield ["2", "c", "r"], ()
        raise JournalError("the journal is gone")

    with pytest.raises(JournalError):
        write(path, HEADINGS, failing(), kind=kind)
    assert path.read_bytes() == before

    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OutputError, match=r"a\.\w+: the file cannot be written \(No space left on device\); make room"):
        write(path, HEADINGS, rows(["2", "c", "r"]), kind=kind)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_that_is_not_there_is_named(tmp_path):
    with pytest.raises(OutputError, match=r"gone/a\.csv: the file cannot be written .*name another folder"):
        write(Path(tmp_path, "gone", "a.csv"), HEADINGS, [], kind="csv", even_empty=True)


def test_without_lines_there_is_no_file_and_none_from_before(tmp_path):
    path = tmp_path / "a.csv"
    write(path, HEADINGS, [], kind="csv")
    assert not path.exists()
    path.write_text("out of date")
    write(path, HEADINGS, [], kind="csv")
    assert not path.exists()
    write(path, HEADINGS, [], kind="csv", even_empty=True)
    assert path.read_bytes() == b"Id,Name,sync_run\r\n"


def test_a_writing_left_by_a_signal_ends_without_a_trace(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.BytesIO()
    writing = _started_text(stream, headings=["Lead Id"], delimiter=",", bom=False)
    put = writing.__enter__()
    stream.close()
    unseen: list[object] = []
    monkeypatch.setattr(sys, "unraisablehook", unseen.append)
    del put, writing
    gc.collect()
    assert unseen == []
