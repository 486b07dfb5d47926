"""Callback dates become yyyy/MM/dd HH:mm in the Contact Hours timezone, or the row goes back."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import dateutil.parser
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadsync.leads import DateOrder, Input, Rules
from leadsync.leads.callbacks import clean_callback
from leadsync.leads.dates import Moment, _quick_moment, _read, orders_fitting, read_moment
from leadsync.leads.text import Cleaned, Refused
from leadsync.report import problem, remedy

NOW = datetime(2026, 3, 1, tzinfo=UTC)
REWRITTEN = "date written as yyyy/MM/dd HH:mm"
CONVERTED = "converted to the Contact Hours timezone"
NO_TIME = "no time of day: due from 00:00"
MIDNIGHT = "at midnight: perhaps a date without a time"
SKIPPED = "a time that the clocks skip that night: moved on by as much"
TWICE = "a time that comes twice that night: the first is meant"
TWICE_THERE = "a time that comes twice that night in the Contact Hours timezone: the dialer decides which"


def rules(order: DateOrder = "dmy", campaign: str = "") -> Rules:
    return Rules(NOW, Input(date_order=order), campaign)


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
        "2026-11-24T14:30:00.000+1100",
        "2026-11-24T14:30+11",
        "20261124T1430",
        "20261124T143000",
        "20261124143000",
        "20261124 14:30",
        "Tue, 24 Nov 2026 14:30:00 +1100",
        "Tue, 24 Nov 2026 03:30:00 GMT",
        "Tue Nov 24 14:30:00 2026",
        "Tue Nov 24 2026 14:30:00 GMT+1100 (Australian Eastern Daylight Time)",
        "24-NOV-2026 02.30.00.000000 PM",
        "24NOV2026:14:30:00",
        "24 Nov 2026 14h30",
        "24. November 2026, 14:30 Uhr",
        "14:30, 24 November 2026",
        "24 Nov 2026 Tue 14:30",
        "24 Nov 2026\n14:30",
        "24 November 2026 2:30 pm",
        "24 Nov 2026 14:30",
        "24-Nov-2026 2.30pm",
        "Nov 24, 2026 2:30 PM",
        "November 24 2026, 14:30",
        "Tuesday, 24 November 2026 at 2:30 p.m.",
        "24th of November 2026 2:30pm",
        "46350.604166666664",
        "46350.60417",
        "46350,604166667",
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
        ("dmy", "24/11/2026 00:30 am", "2026/11/24 00:30"),
        ("dmy", "24/11/2026 5 p.m.", "2026/11/24 17:00"),
        ("dmy", "24/11/2026 5p", "2026/11/24 17:00"),
        ("dmy", "24/11/2026 05:30 P. M.", "2026/11/24 17:30"),
        ("dmy", "24/11/2026 17h", "2026/11/24 17:00"),
        ("dmy", "24/11/2026 1730hrs", "2026/11/24 17:30"),
        ("dmy", "24/11/2026 12 noon", "2026/11/24 12:00"),
        ("dmy", "24/11/2026 midday", "2026/11/24 12:00"),
        ("dmy", "24/11/2026 14:30 +11:00", "2026/11/24 14:30"),
        ("dmy", "24112026 14:30", "2026/11/24 14:30"),
        ("mdy", "11242026 14:30", "2026/11/24 14:30"),
        ("dmy", "20112026 14:30", "2026/11/20 14:30"),
        ("dmy", "24/11/2026 (Tue) 14:30", "2026/11/24 14:30"),
        ("dmy", "14:30 on Tuesday 24/11/2026", "2026/11/24 14:30"),
        ("dmy", "24⁄11⁄2026 14:30", "2026/11/24 14:30"),
        ("dmy", "24–11–2026 14:30", "2026/11/24 14:30"),
        ("dmy", "24 Nov '26 14:30", "2026/11/24 14:30"),
    ],
)
def test_dates_in_the_order_of_the_settings(order: DateOrder, cell: str, sent: str) -> None:
    cleaned = clean_callback(cell, rules(order))
    assert isinstance(cleaned, Cleaned)
    assert cleaned.value == sent
    assert cleaned.repairs == (REWRITTEN,)


@pytest.mark.parametrize(
    ("cell", "wrong"),
    [
        ("31/02/2026 10:00", "is no date: February 2026 has no day 31"),
        ("29/02/2026 10:00", "is no date: February 2026 has no day 29"),
        ("11/24/2026 10:00", "has 24 as its month, read as day/month/year"),
        ("2026-13-01 10:00", "has 13 as its month, read as year/month/day"),
        ("14:30", "has a time but no date"),
        ("2:30 pm", "has a time but no date"),
        ("0.604166667", "has a time but no date"),
        ("24/11", "has no year"),
        ("2026-12", "has no day"),
        ("12/2026", "has no day"),
        ("Dec 2026", "has no day"),
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
        ("Nov 24, ab", "is no date that can be read"),
        ("Nov 24 'ab 14:30", "is no date that can be read"),
        ("24 Nov ab", "is no date that can be read"),
        ("24/11-2026", "is no date that can be read"),
        ("24/11/2026 14:3o", "is no date that can be read"),
        ("24/11/2026 14:30:0o", "is no date that can be read"),
        ("1112026", "is no date that can be read"),
        ("241126", "is no date that can be read"),
        ("24/11/2026 midnight", "names midnight, which begins one day and ends another"),
        ("24/11/2026 2pm-3pm", "is no date that can be read"),
        ("24/11/2026 14:30 to 15:00", "is no date that can be read"),
        ("2026-W48-2", "is no date that can be read"),
        ("2026-328", "is no date that can be read"),
        ("-46350", "is no date that can be read"),
        ("0000-00-00 00:00:00", "has 0 as its month, read as year/month/day"),
        ("31/12/9999", "is in the year 9999, which no callback is"),
        ("10.11.12 20.11.26", "can be read in two ways"),
        ("2058 Nov 30, 2026", "can be read in two ways"),
        ("1764000000", "is no date that can be read"),
        ("next Tuesday", "has no date in it"),
        ("Yes", "has no date in it"),
        ("No", "has no date in it"),
        ("<No Change>", "cannot keep the present date: only dispositions and phones know <No Change>"),
    ],
)
def test_dates_that_are_sent_back(cell: str, wrong: str) -> None:
    refused = clean_callback(cell, rules())
    assert isinstance(refused, Refused)
    assert problem(refused) == wrong
    assert "24/11/2026 14:30" in remedy(refused) or "2026/11/24 14:30" in remedy(refused)
    assert "blank" not in remedy(refused), "a blank callback makes a new lead"


@pytest.mark.parametrize("cell", ["NULL", "n/a", "-", "none", "TBC", "\\N"])
def test_a_word_for_no_date_may_be_one_for_blank(cell: str) -> None:
    refused = clean_callback(cell, rules())
    assert isinstance(refused, Refused)
    assert problem(refused) == "is a word for no date"
    assert remedy(refused) == "write the date or add it to blank_words in [input]"


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


def test_a_day_number_of_a_workbook_that_counts_from_1904():
    from_1904 = replace(rules(), epoch_1904=True)
    assert clean_callback("45009.4166", rules()) == Cleaned(
        "2023/03/24 10:00", ("spreadsheet's day number read as a date",), ("in the past",)
    )
    assert clean_callback("45009.4166", from_1904) == Cleaned(
        "2027/03/25 10:00", ("spreadsheet's day number read as a date",), ("over a year ahead",)
    )
    assert clean_callback("2026-11-24 14:30", from_1904, date_cell=True) == Cleaned("2026/11/24 14:30")


def test_an_explicit_midnight_is_warned_of() -> None:
    assert clean_callback("2026/11/24 00:00", rules()) == Cleaned("2026/11/24 00:00", (), (MIDNIGHT,))
    assert clean_callback("24/11/2026 0:00:00", rules(campaign="Australia/Perth")) == Cleaned(
        "2026/11/23 21:00", (CONVERTED,), (MIDNIGHT,)
    )


def test_a_date_alone_is_due_from_the_first_minute_that_the_day_has() -> None:
    santiago = rules(campaign="America/Santiago")  # its clocks go from 00:00 to 01:00 on 6 September 2026
    assert clean_callback("06/09/2026", santiago) == Cleaned("2026/09/06 01:00", (REWRITTEN,), (NO_TIME,))


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
    # Lord Howe Island's clocks go forward by half an hour only.
    howe = Rules(NOW, Input(timezone="Australia/Lord_Howe"))
    assert clean_callback("2026/10/04 02:15", howe) == Cleaned("2026/10/04 02:45", (REWRITTEN,), (SKIPPED,))
    # The second 02:30 of Melbourne, and a time of Perth that falls on either.
    assert clean_callback("2026-04-05T02:30+10:00", rules()) == Cleaned(
        "2026/04/05 02:30", (REWRITTEN,), (TWICE_THERE,)
    )
    perth_to_melbourne = Rules(NOW, Input(timezone="Australia/Perth"), "Australia/Melbourne")
    assert clean_callback("2026/04/04 23:30", perth_to_melbourne) == Cleaned(
        "2026/04/05 02:30", (CONVERTED,), (TWICE_THERE,)
    )
    perth = rules(campaign="Australia/Perth")
    assert clean_callback("05/04/2026 02:30", perth) == Cleaned("2026/04/04 23:30", (CONVERTED,), (TWICE,))


_MINUTES = st.datetimes(datetime(2026, 3, 3), datetime(2027, 2, 27)).map(lambda at: at.replace(second=0, microsecond=0))
_FORMATS = {"dmy": "%d/%m/%Y %I:%M %p", "mdy": "%m-%d-%y %H:%M", "ymd": "%y.%m.%d %H.%M"}


@given(at=_MINUTES, order=st.sampled_from(["dmy", "mdy", "ymd"]))
def test_what_is_written_is_read(at: datetime, order: DateOrder) -> None:
    settings = Rules(NOW, Input(date_order=order, timezone="Australia/Perth"))
    sent = at.strftime("%Y/%m/%d %H:%M")
    for cell in (at.strftime(_FORMATS[order]), at.isoformat(), at.strftime("%d %b %Y %I.%M%p"), _serial(at)):
        cleaned = clean_callback(cell, settings)
        assert isinstance(cleaned, Cleaned)
        assert cleaned.value == sent


_ZONES = st.sampled_from(
    (
        *("Australia/Melbourne", "Australia/Perth", "Australia/Lord_Howe", "Pacific/Auckland", "America/Santiago"),
        *("Europe/London", "America/New_York", "Asia/Kolkata", "America/Sao_Paulo", "Asia/Beirut", "UTC"),
    )
)


@given(at=st.datetimes(datetime(2025, 1, 1), datetime(2030, 1, 1)), source=_ZONES, target=_ZONES)
def test_conversion_agrees_with_zoneinfo(at: datetime, source: str, target: str) -> None:
    at = at.replace(second=0, microsecond=0, fold=0)  # a cell has no fold
    cleaned = clean_callback(f"{at:%Y/%m/%d %H:%M}", Rules(NOW, Input(timezone=source), target))
    assert isinstance(cleaned, Cleaned)
    there = at.replace(tzinfo=ZoneInfo(source)).astimezone(UTC).astimezone(ZoneInfo(target))
    assert cleaned.value == f"{there:%Y/%m/%d %H:%M}"
    back = there.astimezone(UTC).astimezone(ZoneInfo(source)).replace(tzinfo=None)
    assert (SKIPPED in cleaned.warnings) == (back != at)
    assert ("in the past" in cleaned.warnings) == (there < NOW)


_DATE_LIKE = st.from_regex(
    r"[0-9]{1,4}[/.-][0-9]{1,2}[/.-][0-9]{1,4}([ T][0-9]{1,2}:[0-9]{2}(:[0-9]{2})?( ?[apAP][mM])?)?", fullmatch=True
)
_ORDERS = st.sampled_from(["dmy", "mdy", "ymd"])


@given(cell=_DATE_LIKE, order=_ORDERS)
def test_the_quick_way_reads_as_the_long_one_does(cell: str, order: DateOrder) -> None:
    quick = _quick_moment(cell, order)
    assert quick is None or quick == _read(cell, order)


@given(cell=_DATE_LIKE | st.from_regex(r"[0-9]{1,2}[ /.][0-9]{1,2}[ /.][0-9]{2,4} 10:00", fullmatch=True))
def test_an_order_fits_where_the_date_is_read_in_it(cell: str) -> None:
    fitting = orders_fitting(cell)
    for order in ("dmy", "mdy", "ymd"):
        if fitting and order not in fitting:
            assert isinstance(clean_callback(cell, rules(order)), Refused)


_NUMERIC = {"dmy": "%d/%m/%Y %H:%M", "mdy": "%m-%d-%Y %I:%M %p", "ymd": "%Y/%m/%d %H:%M"}


@given(at=_MINUTES, order=_ORDERS, named=st.sampled_from(["%d %B %Y %H:%M", "%b %d, %Y %I:%M %p", ""]))
def test_what_dateutil_reads_is_read_alike(at: datetime, order: DateOrder, named: str) -> None:
    cell = at.strftime(named or _NUMERIC[order])
    moment = read_moment(cell, order)
    assert isinstance(moment, Moment)
    assert moment.local == dateutil.parser.parse(cell, dayfirst=order == "dmy", yearfirst=order == "ymd")


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
