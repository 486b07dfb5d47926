"""How these tests make files and read them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from leadsync.models import Row
from leadsync.sheets import open_table


@pytest.fixture
def text_file(tmp_path: Path) -> Callable[..., Path]:
    """Write a text or bytes to a file and give its path."""

    def write(content: str | bytes, name: str = "leads.csv") -> Path:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write


@pytest.fixture
def workbook(tmp_path: Path) -> Callable[..., Path]:
    """Save a workbook of one sheet from its rows, after `edit` had its way with the sheet."""

    def save(rows: list[list[Any]], edit: Callable[[Any], None] | None = None, name: str = "leads.xlsx") -> Path:
        book = openpyxl.Workbook()
        for row in rows:
            book.active.append(row)
        if edit:
            edit(book.active)
        book.save(tmp_path / name)
        return tmp_path / name

    return save


@pytest.fixture
def rows_of() -> Callable[..., list[Row]]:
    """All rows of a file."""

    def read(path: Path, **options: Any) -> list[Row]:
        with open_table(path, **options) as table:
            return list(table.rows())

    return read


@pytest.fixture
def cells_of(rows_of: Callable[..., list[Row]]) -> Callable[..., list[tuple[str, ...]]]:
    """The cells of all rows of a file."""

    def read(path: Path, **options: Any) -> list[tuple[str, ...]]:
        return [row.cells for row in rows_of(path, **options)]

    return read
