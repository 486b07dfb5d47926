"""How the cases' tests make sheets of their own."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tests.cases.taken import Taken


@pytest.fixture
def taken(tmp_path: Path) -> Callable[..., Taken]:
    """Take in a text of the test's own."""

    def take(content: str | bytes, **settings: Any) -> Taken:
        path = tmp_path / "leads.csv"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return Taken(path, **settings)

    return take


@pytest.fixture
def taken_book(tmp_path: Path) -> Callable[..., Taken]:
    """Take in a workbook of one sheet from its rows, after `edit` had its way with the sheet."""

    def take(rows: list[list[Any]], edit: Callable[[Any], object] | None = None, **settings: Any) -> Taken:
        book = openpyxl.Workbook()
        for row in rows:
            book.active.append(row)
        if edit:
            edit(book.active)
        book.save(tmp_path / "leads.xlsx")
        return Taken(tmp_path / "leads.xlsx", **settings)

    return take
