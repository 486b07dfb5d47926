"""A column's dates together: which order fits them all, and whether a program has swapped day and month."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadsync.errors import SheetError
from leadsync.leads import DateOrder, DateSurvey
from leadsync.leads.dates import Moment, read_moment


def survey(*cells: str, date_cells: tuple[str, ...] = ()) -> DateSurvey:
    """The texts from row 2 on, and the date cells below them."""
    dates = DateSurvey()
    for number, cell in enumerate((*cells, *date_cells), start=2):
        dates.add(number, cell, date_cell=number >= len(cells) + 2)
    return dates


@pytest.mark.parametrize(
    ("cells", "order"),
    [
        (["04/11/2026", "24/11/2026 14:30"], "dmy"),
        (["04/11/2026", "11/24/2026 14:30", "05/12/2026"], "mdy"),
        (["26/11/24 10:00", "31/04/05 10:00"], "ymd"),
        (["11242026", "04/11/2026"], "mdy"),
        # 4 November 2026 is a Wednesday, 11 April 2026 a Saturday.
        (["Sat 04/11/2026"], "mdy"),
        (["Wed 04/11/2026"], "dmy"),
        ([], None),
    ],
)
def test_the_one_order_that_fits_every_date(cells: list[str], order: DateOrder | None) -> None:
    assert survey(*cells).order("Callback") == order


@pytest.mark.parametrize(
    "cell",
    [
        *("2026-11-24", "24 Nov 2026", "", "soon", "31/02/2026", "<No Change>", "46350", "24/13/2026"),
        *("11/24/2026 call later", "24/11/2026 25:00 x"),
    ],
)
def test_a_text_that_is_equal_in_every_order_or_no_date_proves_nothing(cell: str) -> None:
    assert survey(cell).order("Callback") is None
    assert survey("11/24/2026", cell).order("Callback") == "mdy"


def test_dates_that_several_orders_fit_are_refused() -> None:
    with pytest.raises(SheetError) as caught:
        survey("04/11/2026", "05/12/2026").order("Callback")
    assert str(caught.value) == (
        'Callback: date_order = "auto" finds no order, because day/month/year and month/day/year fit all dates '
        'alike; set date_order in [input] to "dmy", "mdy" or "ymd".'
    )
    with pytest.raises(SheetError, match="day/month/year and year/month/day fit all dates"):
        survey("24/11/26").order("Callback")


def test_dates_that_no_order_fits_are_refused_naming_rows_and_no_values() -> None:
    with pytest.raises(SheetError) as caught:
        survey("24/11/2026", "11/24/2026").order("Callback")
    assert str(caught.value) == (
        'Callback: date_order = "auto" finds no order, because none fits all dates (row 3 not day/month/year, row 2 '
        "not month/day/year, rows 2, 3 not year/month/day); correct these rows, or set date_order in [input] to "
        '"dmy", "mdy" or "ymd", which rejects the others.'
    )


def test_an_order_that_was_found_is_said_loudly() -> None:
    dates = survey("04/11/2026", "11/24/2026 14:30", "05/12/2026")
    (doubt,) = dates.doubts("Callback", "mdy", chosen=True)
    assert doubt == (
        'Callback: date_order = "auto" reads all 3 dates as month/day/year, 11/24/2026 14:30 for example, because of '
        "rows 2, 3."
    )


def test_dates_that_all_fit_another_order_than_the_settings_are_said() -> None:
    dates = survey("04/11/2026", "11/24/2026 14:30", "05/12/2026")
    (doubt,) = dates.doubts("Callback", "dmy", chosen=False)
    assert doubt == (
        "Callback: 1 date (row 3) cannot be day/month/year as the settings say, and all 3 fit month/day/year; the "
        "others are read as day/month/year. If the sheet is written in that order, set date_order = "
        '"mdy" in [input].'
    )


@pytest.mark.parametrize("cells", [["04/11/2026", "24/11/2026"], ["24/11/2026", "11/24/2026"], ["04/11/2026"], []])
def test_nothing_is_said_of_dates_that_fit_or_of_a_few_that_do_not(cells: list[str]) -> None:
    assert survey(*cells).doubts("Callback", "dmy", chosen=False) == []


@pytest.mark.parametrize("order", ["24/11/2026", "11/24/2026"])
def test_low_days_in_date_cells_and_high_days_in_texts_are_the_mark_of_a_swap(order: str) -> None:
    dates = survey(order, date_cells=("2026-05-11", "2026-06-11 10:00", "2026-01-12", "2026-02-12"))
    assert dates.is_swapped
    (doubt,) = [doubt for doubt in dates.doubts("Callback", "dmy", chosen=False) if "mixes" in doubt]
    assert doubt.startswith("Callback mixes date cells, all with days up to 12 (rows 3, 4, 5, …)")


@pytest.mark.parametrize(
    ("texts", "date_cells"),
    [
        (("24/11/2026",), ()),
        ((), ("2026-05-11",)),
        (("24/11/2026",), ("2026-05-11", "2026-05-13")),
        (("24/11/2026", "05/11/2026"), ("2026-05-11",)),
        (("2026-11-24", "24 Nov 2026"), ("2026-05-11",)),
    ],
)
def test_no_mark_of_a_swap(texts: tuple[str, ...], date_cells: tuple[str, ...]) -> None:
    assert not survey(*texts, date_cells=date_cells).is_swapped


_ORDERS = st.sampled_from(["dmy", "mdy", "ymd"])
_WRITTEN = {"dmy": "%d/%m/%Y", "mdy": "%m/%d/%Y", "ymd": "%y/%m/%d"}


@given(days=st.lists(st.dates(date(2025, 1, 1), date(2030, 12, 31)), min_size=1, max_size=20), written=_ORDERS)
def test_a_column_is_read_as_it_was_written_or_refused(days: list[date], written: DateOrder) -> None:
    cells = [day.strftime(_WRITTEN[written]) for day in days]
    try:
        order = survey(*cells).order("Callback")
    except SheetError:
        assert len(survey(*cells).fitting) != 1
        return
    assert order == written
    moments = [read_moment(cell, order) for cell in cells]
    assert [moment.local.date() for moment in moments if isinstance(moment, Moment)] == days
