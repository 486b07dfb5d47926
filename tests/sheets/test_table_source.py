"""Any file to headings and rows: remarks on its name, and options that do not fit its kind."""

import pytest

from leadsync.errors import SheetError
from leadsync.models import Row
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


@pytest.mark.parametrize("name", ["leads.csv", "leads.txt", "leads.tsv", "leads", "leads.dat"])
def test_a_name_that_fits_or_says_nothing_is_no_remark(text_file, name):
    with open_table(text_file("Id\tb\nx\t1\n", name), delimiter="tab") as table:
        assert table.remarks == ()


def test_a_sheet_of_a_text_is_refused(text_file):
    with pytest.raises(SheetError, match=r"this is delimited text, which has no sheets; leave out --sheet\.$"):
        open_table(text_file("Id,b\nx,1\n"), sheet="May").__enter__()


def test_headings_below_many_blank_lines_are_found(text_file):
    with open_table(text_file("\n" * 30 + "Id,Name\nx,Bo\n")) as table:
        assert (table.headings, table.headings_line, list(table.rows())) == (
            ("Id", "Name"),
            31,
            [Row(32, ("x", "Bo"))],
        )


@pytest.mark.parametrize("text", ["\n\n\n", ' ,"  "\n,\n'])
def test_a_file_of_blanks_alone_is_empty(text_file, text):
    with pytest.raises(SheetError, match="the file is empty; give one with headings on its first line and leads below"):
        open_table(text_file(text)).__enter__()


def test_marks_against_formulas_come_off_in_files_of_leadsyncs_own_alone(text_file):
    own = "'=Id,Name,sync_run\nx,'=1+1,r\n"
    with open_table(text_file(own)) as table:
        assert (table.headings, list(table.rows())) == (("=Id", "Name", "sync_run"), [Row(2, ("x", "=1+1", "r"))])
    with open_table(text_file(own.replace("sync_run", "Note"))) as table:
        assert (table.headings, list(table.rows())) == (("'=Id", "Name", "Note"), [Row(2, ("x", "'=1+1", "r"))])


@pytest.mark.parametrize(("heading", "faults"), [("Note", [[], [], ["NO_LEAD"]]), ("sync_run", [[], [], []])])
def test_a_total_is_no_lead_but_in_files_of_leadsyncs_own(text_file, heading, faults):
    with open_table(text_file(f"Lead Id,Amount,{heading}\nx,1,a\ny,2,b\nTotal,3,\n")) as table:
        assert [[fault.kind.name for fault in row.faults] for row in table.rows()] == faults
