"""Callback dates become yyyy/MM/dd HH:mm in the Contact Hours timezone, or the row goes back."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadsync.leads import DateOrder, Rules
from leadsync.leads.callbacks import clean_callback
from leadsync.leads.text import Cleaned, Refused

NOW = datetime(2026, 3, 1, tzinfo=UTC)
REWRITTEN = "date written as yyyy/MM/dd HH:mm"
CONVERTED = "converted to the Contact Hours timezone"
NO_TIME = "no time of day: due from 00:00"
SKIPPED = "a time that the clocks skip that night: an hour later is sent"
TWICE = "a time that comes twice that night: the first is meant"


def rules(order: DateOrder = "dmy", campaign: str = "") -> Rules:
    return Rules(now=NOW, date_order=order, campaign_timezone=campaign)


@pytest.mark.parametrize("order", ["dmy", "mdy", "ymd"])
@pytest.mark.parametrize(
    "cell",
    [
        "2026/11/24 14:30",
        "2026-11-24 14:30",
        "2026-11-24T14:30",
        "2026-11-24T14:30:00",
        "2026-11-24 14:30:00.000",
        "2026-11-24T14:30+11:00",
        "2026-11-24 14:30:00+11:00",
        "2026-11-24T03:30Z",
        "20261124T1430",
        "24 November 2026 2:30 pm",
        "24 Nov 2026 14:30",
        "24-Nov-2026 2.30pm",
        "Nov 24, 2026 2:30 PM",
        "November 24 2026, 14:30",
        "Tuesday, 24 November 2026 at 2:30 p.m.",
        "24th of November 2026 2:30pm",
        "46350.604166666664",
        "46350.60417",
        "2026-11-24 2:30\u202fpm",
        "２０２６/１１/２４ １４:３０",
    ],
)
def test_dates_that_mean_one_thing_in_any_order(cell: str, order: DateOrder) -> None:
    cleaned = clean_callback(cell, rules(order))
    assert isinstance(cleaned, Cleaned)
    assert cleaned.value == "2026/11/24 14:30"
    assert cleaned.warnings == ()


@pytest.mark.parametrize(
    ("order", "cell", "sent"),
    [
        ("dmy", "4/11/2026 14:30", "2026/11/04 14:30"),
        ("mdy", "4/11/2026 14:30", "2026/04/11 14:30"),
        ("dmy", "04-11-2026 2:30pm", "2026/11/04 14:30"),
        ("dmy", "4.11.2026 14.30", "2026/11/04 14:30"),
        ("dmy", "4 11 2026 1430", "2026/11/04 14:30"),
        ("dmy", "4/11/26 2:30 PM", "2026/11/04 14:30"),
        ("mdy", "4/11/26 2:30 PM", "2026/04/11 14:30"),
        ("ymd", "26/11/4 14:30", "2026/11/04 14:30"),
        ("dmy", "24-Nov-26 14:30", "2026/11/24 14:30"),
        ("ymd", "26-Nov-24 14:30", "2026/11/24 14:30"),
        ("dmy", "24/11/2026 12:15 am", "2026/11/24 00:15"),
        ("dmy", "24/11/2026 12:15 pm", "2026/11/24 12:15"),
        ("dmy", "24/11/2026 9am", "2026/11/24 09:00"),
        ("dmy", "2:30pm 24/11/2026", "2026/11/24 14:30"),
        ("dmy", "24/11/2026, 2:30:00 pm", "2026/11/24 14:30"),
        ("dmy", "29/02/2028 10:00", "2028/02/29 10:00"),
    ],
)
def test_dates_in_the_order_of_the_settings(order: DateOrder, cell: str, sent: str) -> None:
    cleaned = clean_callback(cell, rules(order))
    assert isinstance(cleaned, Cleaned)
    assert cleaned.value == sent
    assert cleaned.repairs == (REWRITTEN,)


@pytest.mark.parametrize(
    ("cell", "problem"),
    [
        ("31/02/2026 10:00", "is no date: February 2026 has no day 31"),
        ("29/02/2026 10:00", "is no date: February 2026 has no day 29"),
        ("11/24/2026 10:00", "has 24 as its month, read as day/month/year"),
        ("2026-13-01 10:00", "has 13 as its month, read as year/month/day"),
        ("14:30", "has a time but no date"),
        ("2:30 pm", "has a time but no date"),
        ("0.604166667", "has a time but no date"),
        ("24/11", "has no year"),
        ("24 Nov", "has no year"),
        ("24/11/026 10:00", "has no year of two or four digits"),
        ("24/11/2026 14", "has an hour without minutes"),
        ("24/11/2026 25:00", "has a time that does not exist"),
        ("24/11/2026 24:00", "has a time that does not exist"),
        ("24/11/2026 14:75", "has a time that does not exist"),
        ("24/11/2026 0:30 pm", "has the hour 0 with pm"),
        ("24/11/2026 14:30 am", "has the hour 14 with am"),
        ("24/11/2026 09:30-11:00", "has a span of time or an offset in an unusual place"),
        ("2026-11-24 09:30-11:00", "has a span of time or an offset in an unusual place"),
        ("24/11/2026 14:30 AEDT", "has a word behind its time (aedt)"),
        ("Monday 24/11/2026 14:30", "contradicts itself: that day is a Tuesday"),
        ("30/12/1899 00:00", "is in the year 1899, which no callback is"),
        ("1970-01-01", "is in the year 1970, which no callback is"),
        ("24 Nuv 2026", "names no month: 'nuv'"),
        ("24/11-2026", "is no date that can be read"),
        ("24112026", "is no date that can be read"),
        ("1764000000", "is no date that can be read"),
        ("next Tuesday", "is no date that can be read"),
        ("<No Change>", "cannot keep the present date: only dispositions and phones know <No Change>"),
    ],
)
def test_dates_that_are_sent_back(cell: str, problem: str) -> None:
    refused = clean_callback(cell, rules())
    assert isinstance(refused, Refused)
    assert refused.problem == problem
    assert "24/11/2026 14:30" in refused.remedy or "2026/11/24 14:30" in refused.remedy


def test_what_was_rewritten_is_said() -> None:
    assert clean_callback("2026/11/24 14:30", rules()) == Cleaned("2026/11/24 14:30")
    assert clean_callback("24/11/2026 14:30:59", rules()) == Cleaned("2026/11/24 14:30", ("seconds dropped",))
    serial = clean_callback("46350.604166666664", rules())
    assert serial == Cleaned("2026/11/24 14:30", ("spreadsheet's day number read as a date",))
    assert clean_callback("2026-11-24 14:30", rules(), date_cell=True) == Cleaned("2026/11/24 14:30")


def test_a_date_alone_is_due_from_midnight_with_a_warning() -> None:
    assert clean_callback("24/11/2026", rules()) == Cleaned("2026/11/24 00:00", (REWRITTEN,), (NO_TIME,))
    assert clean_callback("46350", rules()) == Cleaned(
        "2026/11/24 00:00", ("spreadsheet's day number read as a date",), (NO_TIME,)
    )


def test_a_date_alone_stays_its_day_in_any_timezone() -> None:
    cleaned = clean_callback("24/11/2026", rules(campaign="Australia/Perth"))
    assert isinstance(cleaned, Cleaned)
    assert cleaned.value == "2026/11/24 00:00"


def test_past_and_far_dates_are_warned_of() -> None:
    assert clean_callback("2026/02/28 10:00", rules()) == Cleaned("2026/02/28 10:00", (), ("in the past",))
    assert clean_callback("2028/02/28 10:00", rules()) == Cleaned("2028/02/28 10:00", (), ("over a year ahead",))
    assert clean_callback("2027/02/28 10:00", rules()) == Cleaned("2027/02/28 10:00")


def test_today_without_a_time_is_not_in_the_past() -> None:
    assert clean_callback("01/03/2026", rules()) == Cleaned("2026/03/01 00:00", (REWRITTEN,), (NO_TIME,))


@pytest.mark.parametrize(
    ("campaign", "cell", "sent"),
    [
        ("Australia/Perth", "24/11/2026 14:30", "2026/11/24 11:30"),  # summer: UTC+11 to UTC+8
        ("Australia/Perth", "24/06/2026 14:30", "2026/06/24 12:30"),  # winter: UTC+10 to UTC+8
        ("Australia/Brisbane", "24/11/2026 14:30", "2026/11/24 13:30"),
        ("Australia/Brisbane", "24/11/2026 00:30", "2026/11/23 23:30"),
        ("Australia/Adelaide", "24/11/2026 14:30", "2026/11/24 14:00"),
        ("Pacific/Auckland", "31/12/2026 22:30", "2027/01/01 00:30"),
        ("", "2026-11-24T14:30+08:00", "2026/11/24 17:30"),
        ("", "2026-11-24T14:30:00-05:00", "2026/11/25 06:30"),
    ],
)
def test_conversion_to_the_contact_hours(campaign: str, cell: str, sent: str) -> None:
    assert clean_callback(cell, rules(campaign=campaign)) == Cleaned(sent, (CONVERTED,))


def test_a_campaign_timezone_with_the_same_clocks_converts_nothing() -> None:
    assert clean_callback("2026/06/24 14:30", rules(campaign="Australia/Brisbane")) == Cleaned("2026/06/24 14:30")


def test_daylight_saving() -> None:
    assert clean_callback("2026/10/04 02:30", rules()) == Cleaned("2026/10/04 03:30", (REWRITTEN,), (SKIPPED,))
    assert clean_callback("2026/04/05 02:30", rules()) == Cleaned("2026/04/05 02:30", (), (TWICE,))
    assert clean_callback("2026/10/04 01:59", rules()) == Cleaned("2026/10/04 01:59")
    assert clean_callback("2026/10/04 03:00", rules()) == Cleaned("2026/10/04 03:00")
    assert clean_callback("2026/04/05 01:59", rules()) == Cleaned("2026/04/05 01:59")
    assert clean_callback("2026/04/05 03:00", rules()) == Cleaned("2026/04/05 03:00")
    perth = rules(campaign="Australia/Perth")
    assert clean_callback("05/04/2026 02:30", perth) == Cleaned("2026/04/04 23:30", (CONVERTED,), (TWICE,))


_MINUTES = st.datetimes(datetime(2026, 3, 3), datetime(2027, 2, 27)).map(lambda at: at.replace(second=0, microsecond=0))
_FORMATS = {"dmy": "%d/%m/%Y %I:%M %p", "mdy": "%m-%d-%y %H:%M", "ymd": "%y.%m.%d %H.%M"}


@given(at=_MINUTES, order=st.sampled_from(["dmy", "mdy", "ymd"]))
def test_what_is_written_is_read(at: datetime, order: DateOrder) -> None:
    settings = Rules(now=NOW, date_order=order, input_timezone="Australia/Perth")
    sent = at.strftime("%Y/%m/%d %H:%M")
    for cell in (at.strftime(_FORMATS[order]), at.isoformat(), at.strftime("%d %b %Y %I.%M%p"), _serial(at)):
        cleaned = clean_callback(cell, settings)
        assert isinstance(cleaned, Cleaned)
        assert cleaned.value == sent


def _serial(at: datetime) -> str:
    return repr((at - datetime(1899, 12, 30)) / timedelta(days=1))


@given(
    cell=st.text(min_size=1, max_size=30)
    | st.from_regex(r"[0-9]{1,4}[/. -][0-9]{1,2}[/. -][0-9]{1,4}( [0-9:apm]{1,8})?")
)
def test_whatever_is_sent_is_a_real_date_and_cleans_to_itself(cell: str) -> None:
    cleaned = clean_callback(cell, rules())
    if isinstance(cleaned, Cleaned):
        parts = re.fullmatch(r"(\d{4})/(\d{2})/(\d{2}) ([01]\d|2[0-3]):[0-5]\d", cleaned.value)
        assert parts
        assert date(int(parts[1]), int(parts[2]), int(parts[3]))
        again = clean_callback(cleaned.value, rules())
        assert isinstance(again, Cleaned)
        assert (again.value, again.repairs) == (cleaned.value, ())
