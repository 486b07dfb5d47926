"""A DataFrame as a sheet: its values are the cells that a person would see in a workbook, whatever their types."""

import csv
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadsync.config import settings_from
from leadsync.errors import SheetError
from leadsync.leads import sheet_rules
from leadsync.report.row_words import sentence
from leadsync.run import SheetScan, SheetSource, scan_sheet
from leadsync.sheets import NO_RULES
from leadsync.sheets.frame_sheet import FrameSheet
from tests.sheets.frame_samples import MELBOURNE, rows_of

SETTINGS = settings_from({"columns": {"Note": ""}}, "the test")
NOW = datetime(2026, 3, 1, tzinfo=UTC)


def test_several_levels_of_columns_are_refused() -> None:
    columns = pd.MultiIndex.from_tuples([("a", "Lead Id"), ("a", "Phone")])
    with pytest.raises(SheetError, match="its columns have several levels"):
        rows_of(pd.DataFrame([[1, 2]], columns=columns))


def test_a_frame_without_columns_and_a_control_character_in_a_label_are_refused() -> None:
    with pytest.raises(SheetError, match="it has 0 columns"):
        rows_of(pd.DataFrame(index=[1]))
    with pytest.raises(SheetError, match="column B should have a heading, but a cell holds a control character"):
        rows_of(pd.DataFrame({"Lead Id": [1], "a\x07": [1]}))


def test_half_a_character_is_a_fault_of_its_row_or_label() -> None:
    faulty, sound = rows_of(pd.DataFrame({"Lead Id": ["SG\ud800a", "SG\U0001f642"]}))
    assert faulty.cells == ("SG\ufffda",)
    assert [(fault.kind.name, fault.details["character"]) for fault in faulty.faults] == [
        ("CONTROL_CHARACTER", "U+D800")
    ]
    assert sentence(faulty.faults[0]) == "The row has the control character U+D800 in column Lead Id; delete it"
    assert (sound.cells, sound.faults) == (("SG\U0001f642",), ())
    with pytest.raises(SheetError, match="column A should have a heading, but a cell holds a control character"):
        rows_of(pd.DataFrame({"Lead Id\udfff": [1]}))


def test_labels_are_headings_and_may_repeat() -> None:
    frame = pd.DataFrame([["1", "x", "y", "z", "w"]], columns=["Lead Id", "Note", "Note", 2026, None])
    sheet = FrameSheet(frame, "leads", MELBOURNE)
    assert sheet.headings == ("Lead Id", "Note", "Note", "2026", "")
    assert rows_of(frame)[0].cells == ("1", "x", "y", "z", "w")


def test_rows_count_from_two_and_blank_ones_are_left_out() -> None:
    frame = pd.DataFrame({"Lead Id": ["1", None, "3"], "Phone": [None, " ", None]}, index=[7, 7, 7])
    assert [(row.number, row.cells) for row in rows_of(frame)] == [(2, ("1", "")), (4, ("3", ""))]
    assert rows_of(frame.iloc[:0]) == []


def test_the_index_is_no_data_and_is_said() -> None:
    rules = sheet_rules(SETTINGS.rules(NOW))
    named = pd.DataFrame({"Lead Id": [1]}, index=pd.Index([5], name="Region"))
    table = FrameSheet(named, "leads", MELBOURNE).table(rules)
    assert table.headings == ("Lead Id",)
    assert list(map(str, table.remarks)) == ["The index (Region) is no column and is not sent."]
    with pytest.raises(SheetError, match=r"leads: its index Lead Id is no column and is not read; reset_index\(\)"):
        rows_of(pd.DataFrame({"FirstPhone": [1]}, index=pd.Index([5], name="Lead Id")), rules)


def test_equal_sheets_have_equal_digests_whatever_their_types_and_index() -> None:
    def digest(frame: pd.DataFrame) -> str:
        return FrameSheet(frame, "leads", MELBOURNE).fingerprint

    frame = pd.DataFrame({"Lead Id": [1, 2], "Phone": ["a", None]})
    same = pd.DataFrame({"Lead Id": ["1", "2"], "Phone": pd.Categorical(["a", None])}, index=["x", "y"])
    assert digest(frame) == digest(same)
    for other in (frame[::-1], frame.rename(columns={"Phone": "Tel"}), frame.fillna("b"), frame[["Phone", "Lead Id"]]):
        assert digest(other) != digest(frame)
    # Between cells nothing can be moved about unseen.
    assert digest(pd.DataFrame({"a": ["x,"], "b": ["y"]})) != digest(pd.DataFrame({"a": ["x"], "b": [",y"]}))


def test_a_frame_changed_later_is_sent_as_it_was() -> None:
    frame = pd.DataFrame({"Lead Id": [1], "Name": ["before"]})
    sheet = FrameSheet(frame, "leads", MELBOURNE)
    frame.loc[0, "Name"] = "after"
    assert [row.cells for row in sheet.table(NO_RULES).rows()] == [("1", "before")]


Payload = tuple[int, str, dict[str, str], str]
# Line ends, backslashes and quotation marks are the text file's own trouble.
texts = st.text(st.characters(exclude_categories=["C", "Z"], exclude_characters='\\"\ufeff'), max_size=12)
missing = st.sampled_from([None, np.nan, pd.NA, pd.NaT])
phones = st.sampled_from(["0383218101", "03 8321 8102", "+61 412 345 678", "abc", "12"])
numbers = st.integers(380000000, 489999999)
moments = st.datetimes(datetime(2026, 1, 1), datetime(2030, 1, 1)).map(lambda moment: moment.replace(microsecond=0))
leads = st.fixed_dictionaries(
    {
        "Lead Id": st.integers(1, 10**12) | texts.filter(bool) | missing,
        # A line without one may be a total or a title of a sheet kept by hand; a program's frame has none.
        "FirstPhone": phones | numbers | numbers.map(float),
        "Outcome": st.sampled_from(["Sale", "No Answer", "<No Change>", ""]) | missing,
        "Callback": moments
        | moments.map(lambda moment: moment.date())
        | st.sampled_from(["24 Nov 2026 9:30", "x"])
        | missing,
        "Score": st.floats(-1e6, 1e6).map(lambda score: round(score, 3)) | st.booleans() | missing,
        "Suburb": texts | missing,
    }
)


def written(value: object) -> str:
    """A value as a person types it into a text file."""
    if value is None or value is pd.NA or value is pd.NaT or value != value:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float):
        return f"{value + 0.0:.3f}".rstrip("0").rstrip(".")
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S")
    return str(value)


def payloads(source: SheetSource) -> list[Payload]:
    taken: list[Payload] = []

    def take(scan: SheetScan) -> None:
        taken.clear()
        taken.extend((e.row.number, e.lead, dict(e.fields), e.state.value) for e in scan.entries())

    scan_sheet(source, SETTINGS, NOW, take)
    return taken


@settings(max_examples=20)
@given(st.lists(leads, min_size=5, max_size=40))
def test_a_frame_gives_the_payloads_of_the_same_sheet_as_text(rows: list[dict[str, Any]]) -> None:
    frame = pd.DataFrame(rows, dtype=object)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "leads.csv"
        with path.open("w", encoding="utf-8-sig", newline="") as stream:
            lines = csv.writer(stream)
            lines.writerow(frame.columns)
            lines.writerows([list(map(written, row)) for row in frame.itertuples(index=False)])
        expected = payloads(SheetSource(path, delimiter=","))
    content = FrameSheet(frame, "leads", MELBOURNE)
    assert payloads(SheetSource(path, content=content)) == expected


@pytest.fixture
def converted() -> Callable[[str], pd.DataFrame]:
    """One sheet with columns of the named sort of types."""
    frame = pd.DataFrame({"Lead Id": [1, 2], "FirstPhone": ["0383218101", None], "Outcome": ["Sale", "No Answer"]})

    def convert(sort: str) -> pd.DataFrame:
        return {
            "nullable": frame.convert_dtypes(),
            "category": frame.astype("category"),
            "object": frame.astype(object),
            "as it is": frame,
        }[sort]

    return convert


@pytest.mark.parametrize("sort", ["nullable", "category", "object", "as it is"])
def test_types_of_columns_make_no_difference(converted: Callable[[str], pd.DataFrame], sort: str) -> None:
    content = FrameSheet(converted(sort), "leads", MELBOURNE)
    assert payloads(SheetSource(Path("leads"), content=content)) == [
        (2, "1", {"FirstPhone": "0383218101", "njDisposition": "Sale"}, "pending"),
        (3, "2", {"FirstPhone": "<No Change>", "njDisposition": "No Answer"}, "pending"),
    ]
