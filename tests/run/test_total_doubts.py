"""Rows with a total's words or figures where the others have a name or an outcome."""

import pytest

from leadsync.run.total_doubts import TotalDoubts, is_total_of

ANN = {"Name": "Ann", "FirstPhone": "0383218191", "njDisposition": "Sale", "Amount": "5"}


@pytest.mark.parametrize(
    ("names", "odd"),
    [
        (["Ann", "Bob", "Cy", "24/11/2027"], [5]),
        (["Ann", "Bob", "Cy", "2 leads"], [5]),
        (["Ann", "Bob", "Cy", "1,234.50"], [5]),
        (["Ann", "7", "8", "9"], []),  # mostly figures: so the names are
        (["Ann", "Bob", "Cy", "Dee 2nd"], []),
    ],
)
def test_a_figure_a_count_or_a_date_in_place_of_a_name_is_odd(names: list[str], odd: list[int]) -> None:
    doubts = TotalDoubts()
    for number, name in enumerate(names, 2):
        doubts.look_at(number, {"Name": name, "FirstPhone": "0383218191"})
    assert doubts.odd() == odd


@pytest.mark.parametrize(
    ("fields", "is_total"),
    [
        ({"Name": "Average", "Amount": "41.92"}, True),
        ({"Name": "Maximum", "Amount": "100.50"}, True),
        ({"Name": "Ann Total", "Amount": "11"}, True),
        ({"Name": "Last: Ann", "Amount": "11"}, True),
        ({"Amount": "11"}, True),
        # honest second rows of the lead
        ({"Name": "Ann", "Amount": "11"}, False),
        ({"Name": "Ann", "njDisposition": "Busy"}, False),
        ({"njPriority": "5"}, False),
        ({"Name": "Anna", "City": "Perth"}, False),
        ({**ANN, "Amount": "11"}, False),
        ({"njCallBackDate": "2031/03/02 10:00", "Amount": "11"}, False),
    ],
)
def test_a_leaner_row_of_a_lead_with_figures_alone_is_a_total_perhaps(fields: dict[str, str], is_total: bool) -> None:
    assert is_total_of(fields, ANN) is is_total


CY = {**ANN, "njCallBackDate": "2027/11/26 14:30"}


@pytest.mark.parametrize(
    ("fields", "is_total"),
    [
        ({"Name": "max", "njCallBackDate": "2027/11/26 14:30", "Amount": "7"}, True),
        ({"Name": "Max", "FirstPhone": "0383218191", "njCallBackDate": "2027/11/26 14:30", "Amount": "7"}, True),
        ({"Name": "Sale Max", "njCallBackDate": "2027/11/26 14:30", "Amount": "7"}, True),
        ({"Name": "Average", "njCallBackDate": "2027/11/25 02:30", "Amount": "6"}, True),
        ({"njCallBackDate": "2027/11/26 14:30", "Amount": "7"}, True),
        # honest second rows of the lead
        ({"njCallBackDate": "2027/11/28 09:00", "Amount": "7"}, False),
        ({"njCallBackDate": "2027/11/26 14:30"}, False),
        ({"Name": "Ann", "njCallBackDate": "2027/11/26 14:30", "Amount": "7"}, False),
        ({"Name": "Max", "njCallBackDate": "2027/11/28 09:00"}, False),
        ({"njDisposition": "Callback", "njCallBackDate": "2027/11/26 14:30"}, False),
    ],
)
def test_a_callback_beside_the_figures_of_a_total_is_one_of_them(fields: dict[str, str], is_total: bool) -> None:
    assert is_total_of(fields, CY) is is_total


@pytest.mark.parametrize(
    ("last", "is_total"),
    [
        ({"Name": "Latest", "njCallBackDate": "2027/11/26 14:30", "Amount": "18"}, True),
        ({"Name": "Latest", "njCallBackDate": "2027/11/26 14:30", "Amount": "18.0"}, True),
        ({"njCallBackDate": "2027/11/24 14:30", "Amount": "18"}, True),
        # leads
        ({"Name": "Dee", "njCallBackDate": "2027/11/26 14:30", "Amount": "7"}, False),
        ({"Name": "Dee", "njCallBackDate": "2027/11/29 14:30", "Amount": "18"}, False),
        ({**CY, "Name": "Dee", "Amount": "18"}, False),  # as full as the others
        ({"Name": "Dee", "njCallBackDate": "2027/11/26 14:30"}, False),
    ],
)
def test_a_date_above_beside_the_sums_of_the_columns_is_a_total_on_the_last_row(
    last: dict[str, str], is_total: bool
) -> None:
    doubts = TotalDoubts()
    for at, amount in enumerate(("5", "6", "7")):
        doubts.look_at(
            at + 2, {**CY, "Name": f"Ann {at}", "njCallBackDate": f"2027/11/2{4 + at} 14:30", "Amount": amount}
        )
    doubts.look_at(5, last)
    assert doubts.odd() == [5] * is_total
