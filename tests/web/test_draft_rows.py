"""The rows behind a preview's figures: which list has which, with cells, reasons and values to send."""

import pytest

from leadsync.config import SheetChoices
from leadsync.simulator import PracticeDialer
from leadsync.web.draft_rows import DraftRow, DraftRows, page_of
from leadsync.web.preview import Preview, list_name
from leadsync.web.uploads import Upload
from tests.web.shop import Shop

SHEET = (
    "Lead Id,FirstPhone,Outcome,Callback Date\n"
    "A1,0412 345 678,Sale,2031-02-03 10:00\n"
    "A2,0412345679,Sale,\n"
    "A3,0412345671,Sale,31/02/2031 10:00\n"
    "A4,0412345670,,2031-02-03 10:00\n"
    "Total,,,\n"
)
READING = SheetChoices()


@pytest.fixture
def upload(shop: Shop, dialer: PracticeDialer) -> Upload:
    return shop.upload(SHEET)


@pytest.fixture
def preview(shop: Shop, upload: Upload) -> Preview:
    return shop.read(upload)


def listed(upload: Upload, preview: Preview, name: str, after: int = 0) -> list[int]:
    found = page_of(upload, READING, preview, name, after)
    assert found is not None
    return [row.number for row in found.rows]


def fault_list(preview: Preview) -> str:
    [fault] = preview["rejections"]
    return list_name("fault", fault["column"], fault["what"])


def test_each_list_has_its_rows(upload: Upload, preview: Preview) -> None:
    assert listed(upload, preview, list_name("sets", "Sale")) == [2, 3]
    assert listed(upload, preview, "kept") == [5]
    assert listed(upload, preview, "callbacks") == [2, 5]
    assert listed(upload, preview, "new_leads") == [3]
    assert listed(upload, preview, fault_list(preview)) == [4]
    assert listed(upload, preview, "skip-NO_LEAD") == [6]
    [mobile] = [one["what"] for one in preview["changes"] if one["column"] == "FirstPhone"]
    assert listed(upload, preview, list_name("change", "FirstPhone", mobile)) == [2]
    assert listed(upload, preview, "no such list") == []
    assert listed(upload, preview, list_name("sets", "Sale"), 2) == [3]


def test_a_row_shows_its_cells_and_what_is_sent_or_why_not(upload: Upload, preview: Preview) -> None:
    found = page_of(upload, READING, preview, "new_leads", 0)
    texts = {"Lead Id": "A2", "FirstPhone": "0412345679", "Outcome": "Sale", "Callback Date": ""}
    cells = [[heading, text, ""] for heading, text in texts.items()]
    assert found is not None
    [row] = found.rows
    assert (row.number, row.why, row.cells) == (3, "", cells)
    assert ["FirstPhone", "0412345679"] in row.sent
    assert ["Outcome", "Sale"] in row.sent
    assert found[1:] == (False, 1)
    faulty = page_of(upload, READING, preview, fault_list(preview), 0)
    assert faulty is not None
    [row] = faulty.rows
    assert "31/02/2031" in row.why
    assert [bool(why) for _, _, why in row.cells] == [False, False, False, True]
    assert row.sent == []


def test_rows_of_another_preview_are_not_shown(upload: Upload, preview: Preview) -> None:
    assert page_of(upload, READING, {**preview, "digest": "another"}, "kept", 0) is None
    assert page_of(upload, SheetChoices(fresh=True), preview, "kept", 0) is None


def test_a_page_has_a_hundred_rows(upload: Upload) -> None:
    row = {"why": "", "cells": [], "sent": []}
    numbers = list(range(2, 152))
    kept = {"digest": "d", "lists": {"kept": numbers}, "rows": {str(number): row for number in numbers}}
    upload.values.keep(f"rows-{READING.digest}.json", kept)
    assert page_of(upload, READING, {"digest": "d"}, "kept", 101) == DraftRows(
        [DraftRow(number, "", [], []) for number in range(102, 152)], False, 150
    )
    first = page_of(upload, READING, {"digest": "d"}, "kept", 0)
    assert first is not None
    assert (len(first.rows), first.has_more) == (100, True)
