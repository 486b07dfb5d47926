"""Any file to headings and rows: remarks on its name, and options that do not fit its kind."""

import pytest

from leadsync.errors import SheetError
from leadsync.remarks import Remark
from leadsync.sheets import open_table


def test_the_name_does_not_decide(workbook, text_file):
    with open_table(workbook([["Id"], ["x"]], name="leads.csv")) as table:
        said = Remark.fact("The file is called .csv but is a workbook of zipped XML (.xlsx, .xlsm).")
        assert (table.kind, table.remarks) == ("xlsx", (said,))
    with open_table(text_file("Id,b\nx,1\n", "leads.xls")) as table:
        assert (table.kind, table.remarks) == ("csv", (Remark.fact("The file is called .xls but is delimited text."),))


@pytest.mark.parametrize("option", ["encoding", "delimiter"])
def test_options_for_text_are_refused_for_a_workbook(workbook, cells_of, option):
    with pytest.raises(SheetError, match=f"this is a workbook, which has no {option} of its own; leave out --{option}"):
        cells_of(workbook([["Id"], ["x"]]), **{option: "utf-8"})
