"""The tables of a page from the events of its parser, laid out in rows and columns."""

import pytest

from leadsync.sheets.formats.sheet_values import ValueSheet
from leadsync.sheets.formats.web_tables import END, PageTables, TooDeep, TooWide


def tables_of(*events: str | tuple[str, dict[str, str]]) -> PageTables:
    """The tables of a page: `td` begins an element, `/td` ends it, `=x` is the text x."""
    page = PageTables()
    for event in events:
        tag, attributes = (event, {}) if isinstance(event, str) else event
        if tag.startswith("="):
            page.data(tag[1:])
        elif tag.startswith("/"):
            page.end(tag[1:])
        else:
            page.start(tag, attributes)
    page.start("hr", {"id": END})
    page.end("hr")
    return page


def sheet_of(*events: str | tuple[str, dict[str, str]]) -> ValueSheet:
    [table] = tables_of("table", *events, "/table").tables
    return table.sheet()


def cell(text: str, **attributes: str) -> tuple[str | tuple[str, dict[str, str]], ...]:
    return ("td", attributes), f"={text}", "/td"


def test_cells_stand_in_rows() -> None:
    assert sheet_of("tr", *cell("a"), *cell("b"), "/tr", "tr", *cell("c"), "/tr").values == [["a", "b"], ["c"]]


def test_a_cell_over_rows_and_columns_moves_those_beside_and_below() -> None:
    sheet = sheet_of(
        "tr", *cell("a", rowspan="2"), *cell("b", colspan="2"), *cell("c"), "/tr", "tr", *cell("d"), "/tr",
        "tr", *cell("e"), "/tr",
    )  # fmt: skip
    assert sheet.values == [["a", "b", "", "c"], ["", "d"], ["e"]]
    assert sheet.metadata is not None
    assert sheet.metadata.merged == [((0, 0), (1, 0)), ((0, 1), (0, 2))]


@pytest.mark.parametrize(("rowspan", "last"), [("0", 65_533), ("3", 2), ("x", 0), ("", 0), ("99999999999", 65_533)])
def test_the_rows_of_a_cell_are_those_of_browsers(rowspan: str, last: int) -> None:
    sheet = sheet_of("tr", *cell("a", rowspan=rowspan), "/tr")
    assert sheet.metadata is not None
    assert sheet.metadata.merged == ([((0, 0), (last, 0))] if last else [])


def test_the_foot_stands_below_and_rows_need_no_end() -> None:
    assert sheet_of("tfoot", "tr", "td", "=sum", "tbody", "tr", "td", "=a", "td", "=b").values == [["a", "b"], ["sum"]]


def test_hidden_rows_are_kept_by_their_number() -> None:
    sheet = sheet_of("tr", *cell("a"), "/tr", ("tr", {"hidden": ""}), *cell("b"), "/tr")
    assert sheet.values == [["a"], ["b"]]
    assert sheet.metadata is not None
    assert sheet.metadata.hidden == {1}


def test_a_hidden_table_is_known_and_its_rows_are_not_hidden_once_more() -> None:
    [table] = tables_of(("div", {"style": "display:none"}), "table", "tr", *cell("a"), "/tr", "/table", "/div").tables
    assert table.hiding == 1
    assert table.sheet().metadata is not None
    assert table.sheet().metadata.hidden == set()


def test_letters_without_a_size_are_not_shown_but_those_in_them_with_a_size_are() -> None:
    big = ("b", {"style": "font-size:9pt"})
    events = (("td", {"style": "font-size:0"}), "=x", big, "=a", "/b", "=y", "/td", ("td", {}), "=c", "/td")
    assert sheet_of("tr", *events, "/tr").values == [["a", "c"]]


def test_text_that_no_browser_shows_is_left_out() -> None:
    events = ("td", "script", "=x", "/script", "=a", ("i", {"hidden": ""}), "=y", "/i", "=b", "/td")
    assert sheet_of("tr", *events, "/tr").values == [["ab"]]


@pytest.mark.parametrize(
    ("events", "text"),
    [
        ((("td", {"style": "display:none"}), "=x", "/td"), ""),
        ((("td", {"hidden": "", "x:num": "7"}), "=7", "/td"), ""),
        (("td", ("span", {"style": "visibility:hidden"}), "b", "=x", "/b", "/span", "=a", "/td"), "a"),
        (("td", "details", "=x", "summary", "=a", "/summary", "p", "=y", "/p", "/details", "/td"), "a"),
        (("td", ("details", {"open": ""}), "summary", "=a", "/summary", "=b", "/details", "/td"), "ab"),
        (
            (
                "td",
                ("input", {"type": "radio", "checked": ""}),
                "/input",
                "=A",
                ("input", {"type": "radio"}),
                "/input",
                "=B",
            ),
            "A",
        ),
    ],
)
def test_what_no_reader_sees_is_no_value(events: tuple[str | tuple[str, dict[str, str]], ...], text: str) -> None:
    [[first, second]] = sheet_of("tr", *events, *cell("z"), "/tr").values
    assert (first, second) == (text, "z")


STRUCK = {"style": "text-decoration:line-through"}


@pytest.mark.parametrize(
    ("row", "text", "places"),
    [
        (("tr", ("td", STRUCK), "=a", "/td", *cell("b"), "/tr"), "a", {(0, 0)}),
        ((("tr", STRUCK), *cell("a"), *cell(" "), "/tr"), "a", {(0, 0)}),
        (("tr", "td", "=a", "s", "=b", "/s", "=c", "/td", "/tr"), "abc", {(0, 0)}),
        (("tr", "td", "=a", "s", "= ", "/s", "/td", "/tr"), "a", set()),
        (("tr", *cell("a", colspan="2"), "td", "del", "=b", "/del", "/td", "/tr"), "a", {(0, 2)}),
    ],
)
def test_the_cells_with_struck_text_are_known(
    row: tuple[str | tuple[str, dict[str, str]], ...], text: str, places: set[tuple[int, int]]
) -> None:
    sheet = sheet_of(*row, "tr", *cell("c"), "/tr")
    assert sheet.metadata is not None
    assert (sheet.values[0][0], sheet.metadata.struck) == (text, places)


def test_an_inner_table_is_one_of_its_own_and_text_of_the_outer_cell() -> None:
    inner = ("table", "tr", *cell("b"), *cell("c"), "/tr", "/table")
    outer, nested = tables_of("table", "tr", "td", "=a", *inner, "/td", "/tr", "/table").tables
    assert outer.sheet().values == [["a\nb c"]]
    assert nested.sheet().values == [["b", "c"]]


def test_a_row_without_a_table_is_one() -> None:
    page = tables_of("tr", *cell("a"), "/tr")
    assert [(table.is_implied, table.sheet().values) for table in page.tables] == [(True, [["a"]])]
    assert not page.is_unended


@pytest.mark.parametrize(
    ("events", "has_ended", "is_unended"),
    [
        (("table", "tr", *cell("a"), "/tr", "/table"), True, False),
        (("table", "tr", *cell("a"), "/tr"), True, True),
        (("table", "tr", "td", "=a"), False, True),
    ],
)
def test_a_page_that_was_cut_off_is_known(events: tuple[str, ...], *, has_ended: bool, is_unended: bool) -> None:
    page = tables_of(*events)
    assert (page.has_ended, page.is_unended) == (has_ended, is_unended)


def test_depth_and_width_have_their_limits() -> None:
    tables_of(*["div"] * 1_999)
    with pytest.raises(TooDeep):
        tables_of(*["div"] * 2_001)
    tables_of(*["table"] * 8)
    with pytest.raises(TooDeep):
        tables_of(*["table"] * 9)
    wide = [cell("", colspan="1000") for _ in range(16)]
    assert len(sheet_of("tr", *sum(wide, ()), *cell("", colspan="384"), "/tr").values[0]) == 16_384
    with pytest.raises(TooWide):
        sheet_of("tr", *sum(wide, ()), *cell("", colspan="385"), "/tr")
