"""A column's dates together say in which order they are written."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadsync.errors import SheetError
from leadsync.leads import DateOrder, DateSurvey, Rules
from leadsync.leads.dates import Moment, read_moment


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
    order, sentence = survey("04/11/2026", "11/24/2026 14:30", "soon", "31/02/2026", "05/12/2026")
    assert order == "mdy"
    assert sentence == (
        "! Callback: row 3 (11/24/2026 14:30) cannot be day/month/year as the settings say; every date that can be "
        "read fits month/day/year, so all 3 of them are read so, 11/24/2026 14:30 for example, and not as the settings "
        'say. If that row is wrong, correct it; if the settings are, write date_order = "mdy" into [input].'
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


@pytest.mark.parametrize(
    "cell", ["11/24/2026 call later", "10.30.15 24/11/2026", "24/13/2026", "Wed 11/24/2026", "24/11/2026 25:00 x"]
)
def test_cells_that_cannot_be_read_do_not_decide(cell: str) -> None:
    assert survey("04/11/2026", cell) == ("dmy", "")


def test_a_weekday_tells_the_order() -> None:
    # 4 November 2026 is a Wednesday, 11 April 2026 a Saturday.
    assert survey("Sat 04/11/2026")[0] == "mdy"
    assert survey("Wed 04/11/2026") == ("dmy", "")


def test_texts_without_separators_count() -> None:
    assert survey("11242026", "04/11/2026")[0] == "mdy"


_ORDERS = st.sampled_from(["dmy", "mdy", "ymd"])
_WRITTEN = {"dmy": "%d/%m/%Y", "mdy": "%m/%d/%Y", "ymd": "%y/%m/%d"}


@given(
    days=st.lists(st.dates(date(2025, 1, 1), date(2030, 12, 31)), min_size=1, max_size=20),
    written=_ORDERS,
    configured=_ORDERS,
)
def test_a_column_is_read_as_it_was_written_or_not_at_all_where_a_day_tells(
    days: list[date], written: DateOrder, configured: DateOrder
) -> None:
    cells = [day.strftime(_WRITTEN[written]) for day in days]
    try:
        order, sentence = survey(*cells, configured=configured)
    except SheetError:
        assert written != configured
        return
    moments = [read_moment(cell, order) for cell in cells]
    assert all(isinstance(moment, Moment) for moment in moments)
    assert bool(sentence) == (order != configured)
    if written == configured:
        assert order == configured
        assert [moment.local.date() for moment in moments if isinstance(moment, Moment)] == days


@given(cells=st.lists(st.text(max_size=20) | st.from_regex(r"[0-9]{1,2}/[0-9]{1,2}/[0-9]{2,4}", fullmatch=True)))
def test_giving_each_text_once_decides_alike(cells: list[str]) -> None:
    def decided(texts: list[str]) -> tuple[str, str]:
        try:
            return survey(*texts)
        except SheetError as refusal:
            return "refused", str(refusal)[:40]

    once = list(dict.fromkeys(cells))
    assert decided(cells)[0] == decided(once)[0]
