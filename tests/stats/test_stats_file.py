"""The file of failures: in the form that is asked for, and never over a file of somebody else."""

import json
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from leadsync.errors import UsageError
from leadsync.journal import Journal, open_journal
from leadsync.stats.stats_file import check_target, write_stats
from tests.report.figures import STATS


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    with open_journal(tmp_path / "state") as opened:
        yield opened


def test_a_table_begins_with_the_mark_of_utf_8(journal: Journal, tmp_path: Path) -> None:
    path = tmp_path / "stats.csv"
    write_stats(STATS, "csv", path, journal)
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    assert "101" in path.read_text("utf-8-sig").splitlines()[1]


def test_an_object_a_page_and_a_workbook_hold_the_same_figures(journal: Journal, tmp_path: Path) -> None:
    write_stats(STATS, "json", tmp_path / "stats.json", journal)
    value = json.loads((tmp_path / "stats.json").read_text("utf-8"))
    assert (value["rows"], value["failures"]) == (200, 8)
    write_stats(STATS, "html", tmp_path / "stats.html", journal)
    assert (tmp_path / "stats.html").read_text("utf-8").startswith("<!DOCTYPE html>")
    write_stats(STATS, "xlsx", tmp_path / "stats.xlsx", journal)
    with zipfile.ZipFile(tmp_path / "stats.xlsx") as workbook:
        assert b"BLANK_ID" in workbook.read("xl/sharedStrings.xml") or b"101" in workbook.read("xl/sharedStrings.xml")


def test_a_file_written_here_may_be_written_again_and_anothers_may_not(journal: Journal, tmp_path: Path) -> None:
    path = tmp_path / "stats.json"
    assert check_target(path, journal) == path
    write_stats(STATS, "json", path, journal)
    assert check_target(path, journal) == path
    path.write_text("my own words", "utf-8")
    with pytest.raises(UsageError):
        check_target(path, journal)
    with pytest.raises(UsageError, match="is a folder; name a file in it"):
        check_target(tmp_path, journal)
