"""The sheet given from Python: a file or a frame, and the options that fit neither."""

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from leadsync.api.sheet_input import SheetInput
from leadsync.config import settings_from
from leadsync.errors import UsageError
from leadsync.sheets.frame_sheet import FrameSheet

FRAME = pd.DataFrame({"Lead Id": ["1"]})


@pytest.mark.parametrize("option", ["sheet", "encoding", "delimiter"])
def test_a_frame_takes_no_option_of_files(option: str) -> None:
    with pytest.raises(UsageError, match="A DataFrame has no sheet, encoding or delimiter"):
        SheetInput(FRAME, **{option: "x"})


@pytest.mark.parametrize("name", ["a/b", "..", ".", "a\\b", "a\nb", "/etc"])
def test_a_frames_name_leads_into_no_folder(name: str) -> None:
    with pytest.raises(UsageError, match="is no name for a DataFrame's files"):
        SheetInput(FRAME, name)


def test_a_file_has_its_own_name() -> None:
    with pytest.raises(UsageError, match="A file has its own name"):
        SheetInput("leads.csv", "name")


@pytest.mark.parametrize(("data", "kind"), [(7, "int"), (None, "NoneType"), ([["1"]], "list")])
def test_anything_else_is_named_by_its_type(data: Any, kind: str) -> None:
    with pytest.raises(UsageError, match=f"not a value of type {kind}"):
        SheetInput(data)


def test_a_frame_stands_in_the_working_folder_under_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    given = SheetInput(FRAME, "nightly")
    assert given.frame is FRAME
    assert given.file == tmp_path / "nightly"
    assert SheetInput(FRAME).frame_name == "DataFrame"
    with given.opened(settings_from({}, "the test")) as (file, content):
        assert file == tmp_path / "nightly"
        assert isinstance(content, FrameSheet)
        assert content.name == "nightly"


def test_a_file_is_read_from_a_private_copy(tmp_path: Path) -> None:
    sheet = tmp_path / "leads.csv"
    sheet.write_text("Lead Id\n1\n", "utf-8")
    given = SheetInput(str(sheet))
    assert (given.frame, given.file) == (None, sheet)
    with given.opened(settings_from({}, "the test")) as (file, content):
        assert file == sheet
        assert isinstance(content, Path)
        assert content != sheet
        assert content.read_text("utf-8") == "Lead Id\n1\n"
    assert not content.exists()
