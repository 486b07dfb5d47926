"""A column's dates together say in which order they are written."""

from datetime import UTC, datetime

import pytest

from leadsync.errors import SheetError
from leadsync.leads import DateOrder, DateSurvey, Rules


def survey(*cells: str, configured: DateOrder = "dmy") -> tuple[DateOrder, str]:
    found = DateSurvey(Rules(now=datetime(2026, 3, 1, tzinfo=UTC), date_order=configured))
    for number, cell in enumerate(cells, start=2):
        found.add(number, cell)
    return found.decide("Callback")


def test_the_configured_order_wins_where_it_fits_every_row() -> None:
    assert survey("04/11/2026", "24/11/2026 14:30") == ("dmy", "")
    assert survey("04/11/2026", configured="mdy") == ("mdy", "")
    assert survey("24/11/26", "25/11/26") == ("dmy", "")
    assert survey() == ("dmy", "")


def test_another_order_is_taken_where_it_alone_fits_and_said() -> None:
    order, sentence = survey("04/11/2026", "11/24/2026 14:30", "05/12/2026")
    assert order == "mdy"
    assert sentence == (
        "Callback: row 3 (11/24/2026 14:30) cannot be day/month/year as the settings say; every row fits "
        "month/day/year, so all dates are read so, 11/24/2026 14:30 for example."
    )


def test_two_digit_years_in_front_are_found() -> None:
    assert survey("26/11/24 10:00", "31/04/05 10:00")[0] == "ymd"


def test_a_column_that_no_order_fits_is_refused_naming_rows() -> None:
    with pytest.raises(SheetError) as caught:
        survey("24/11/2026", "11/24/2026")
    message = str(caught.value)
    assert "row 3 (11/24/2026) cannot be day/month/year" in message
    assert "row 2 (24/11/2026) cannot be month/day/year" in message
    assert "24/11/2026 14:30" in message


def test_two_other_orders_that_fit_alike_are_refused() -> None:
    with pytest.raises(SheetError, match="set date_order"):
        survey("24/11/26", configured="mdy")


@pytest.mark.parametrize("cell", ["2026-11-24", "24 Nov 2026", "", "soon", "31/02/2026", "<No Change>", "46350"])
def test_cells_that_say_nothing_about_an_order(cell: str) -> None:
    assert survey("11/24/2026", cell)[0] == "mdy"
    assert survey(cell) == ("dmy", "")


def test_days_and_months_swapped_by_a_spreadsheet_are_suspected() -> None:
    found = DateSurvey(Rules(now=datetime(2026, 3, 1, tzinfo=UTC)))
    for number, text in enumerate(["24/11/2026", "25/11/2026", "30/11/2026"], start=2):
        found.add(number, text)
    for number, text in enumerate(["2026-05-11", "2026-06-11 10:00", "2026-01-12"], start=5):
        found.add(number, text, date_cell=True)
    order, sentence = found.decide("Callback")
    assert order == "dmy"
    assert "rows 5, 6, 7" in sentence
    assert "swapped day and month" in sentence
