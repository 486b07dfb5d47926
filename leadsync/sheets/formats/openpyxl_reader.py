"""A second reader, pandas with openpyxl, for the .xlsx workbooks refused by python-calamine.

They are few: an impossible `dimension`, a relationship to nowhere. This reader takes ten times as long and more
memory. Its results have the form of calamine's.
"""

import io
import os
import warnings
import zipfile
from typing import BinaryIO, cast

from python_calamine import SheetVisibleEnum

from leadsync.sheets.formats.sheet_values import ValueSheet, ValueWorkbook
from leadsync.sheets.formats.xlsx_parts import missing_sheets

_VISIBLE = {
    "visible": SheetVisibleEnum.Visible,
    "hidden": SheetVisibleEnum.Hidden,
    "veryHidden": SheetVisibleEnum.VeryHidden,
}


def load() -> None:
    """Load pandas, openpyxl and their own late imports."""
    # numpy's OpenBLAS reserves memory for a thread on each processor: on 16 that is more than this process may have.
    os.environ["OPENBLAS_NUM_THREADS"] = "1"
    import openpyxl

    book = io.BytesIO()
    openpyxl.Workbook().save(book)
    read(book)


def read(file: BinaryIO) -> ValueWorkbook:
    """Return the whole workbook. Raises any error of pandas and openpyxl for another file.

    Raises ValueError for faults they would pass over: a sheet without a part, an impossible day under a date's format.
    """
    import pandas as pd

    with zipfile.ZipFile(file) as archive:
        if missing := missing_sheets(archive):
            raise ValueError(f"the sheet {missing[0]!r} is missing")
    warnings.filterwarnings("error", message=".* is marked as a date but the serial value")
    found = ValueWorkbook()
    # What is merged is told only where the whole sheet is loaded.
    with pd.ExcelFile(file, engine="openpyxl", engine_kwargs={"read_only": False}) as workbook:
        for name in cast("list[str]", workbook.sheet_names):
            sheet = workbook.book[name]
            table = workbook.parse(name, header=None, dtype=object, na_filter=False)
            merged = [
                ((one.min_row - 1, one.min_col - 1), (one.max_row - 1, one.max_col - 1))
                for one in sheet.merged_cells.ranges
            ]
            # An error is the only thing that pandas gives as no number.
            values = [["" if value != value else value for value in row] for row in table.to_numpy().tolist()]
            visible = _VISIBLE.get(sheet.sheet_state, SheetVisibleEnum.Visible)
            found.add(name, ValueSheet(values, merged), visible)
    return found
