"""`--until`: the next moment at which the clocks show a time, and what is sent by then, whatever the clocks do."""

import time as clock
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadsync.config import load
from leadsync.dialer_address import canonical
from leadsync.journal import open_journal
from leadsync.run import expected_pace, fit, next_time
from tests.conftest import Desk

MELBOURNE = ZoneInfo("Australia/Melbourne")
"""Its clocks go forward at 2:00 on 4 October 2026, and back at 3:00 on 5 April 2026."""


@pytest.fixture(params=["zone given", "zone of this machine"])
def in_melbourne(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., datetime]]:
    """`next_time` in Melbourne: by its name, and as the zone of the machine, which is how it is called."""
    if request.param == "zone given":
        yield lambda text, now: next_time(text, now, MELBOURNE)
        return
    if not hasattr(clock, "tzset"):
        pytest.skip("a machine's zone can be set for a process only where it is POSIX's")
    monkeypatch.setenv("TZ", "Australia/Melbourne")
    clock.tzset()
    yield next_time
    monkeypatch.undo()
    clock.tzset()


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


# On the left what a clock on the wall shows at first, with the offset that tells two alike apart.
@pytest.mark.parametrize(
    ("now", "text", "then"),
    [
        ("2026-11-24T02:30+11:00", "08:00", "2026-11-24T08:00+11:00"),
        ("2026-11-24T22:30+11:00", "08:00", "2026-11-25T08:00+11:00"),
        ("2026-11-24T22:30+11:00", "00:00", "2026-11-25T00:00+11:00"),
        ("2026-11-24T07:59:59+11:00", "8:00", "2026-11-24T08:00+11:00"),
        ("2026-11-24T08:00+11:00", "8:00", "2026-11-25T08:00+11:00"),
        ("2026-11-24T08:00:30+11:00", "8:00", "2026-11-25T08:00+11:00"),
        ("2026-11-23T21:00+00:00", "08:30", "2026-11-24T08:30+11:00"),
    ],
)
def test_the_next_time_of_day(in_melbourne: Callable[..., datetime], now: str, text: str, then: str) -> None:
    found = in_melbourne(text, at(now))
    assert (found.isoformat(timespec="minutes"), found.second, found.microsecond) == (then, 0, 0)


@pytest.mark.parametrize(
    ("now", "text", "then"),
    [
        # The night is an hour shorter,
        ("2026-10-03T23:00+10:00", "08:00", "2026-10-04T08:00+11:00"),
        # and what it has not got is over as soon as the clocks jump over it.
        ("2026-10-03T23:00+10:00", "02:30", "2026-10-04T03:00+11:00"),
        ("2026-10-04T01:59+10:00", "02:00", "2026-10-04T03:00+11:00"),
        ("2026-10-04T01:59:59+10:00", "02:59", "2026-10-04T03:00+11:00"),
        ("2026-10-04T01:59+10:00", "03:00", "2026-10-04T03:00+11:00"),
        ("2026-10-04T01:30+10:00", "01:59", "2026-10-04T01:59+10:00"),
        ("2026-10-04T03:00+11:00", "02:30", "2026-10-05T02:30+11:00"),
        ("2026-10-04T03:10+11:00", "02:30", "2026-10-05T02:30+11:00"),
        ("2026-10-03T02:30+10:00", "02:30", "2026-10-04T03:00+11:00"),
    ],
)
def test_where_the_clocks_go_forward(in_melbourne: Callable[..., datetime], now: str, text: str, then: str) -> None:
    assert in_melbourne(text, at(now)).isoformat(timespec="minutes") == then


@pytest.mark.parametrize(
    ("now", "text", "then"),
    [
        # The night is an hour longer,
        ("2026-04-04T23:00+11:00", "08:00", "2026-04-05T08:00+10:00"),
        # and what it has twice is the one that comes next.
        ("2026-04-04T23:00+11:00", "02:30", "2026-04-05T02:30+11:00"),
        ("2026-04-05T02:10+11:00", "02:30", "2026-04-05T02:30+11:00"),
        ("2026-04-05T02:30+11:00", "02:30", "2026-04-05T02:30+10:00"),
        ("2026-04-05T02:45+11:00", "02:30", "2026-04-05T02:30+10:00"),
        ("2026-04-05T02:45+11:00", "02:00", "2026-04-05T02:00+10:00"),
        ("2026-04-05T02:45+11:00", "02:50", "2026-04-05T02:50+11:00"),
        ("2026-04-05T02:10+10:00", "02:30", "2026-04-05T02:30+10:00"),
        ("2026-04-05T02:10+10:00", "02:00", "2026-04-06T02:00+10:00"),
        ("2026-04-05T02:30+10:00", "02:30", "2026-04-06T02:30+10:00"),
        ("2026-04-05T02:45+11:00", "03:00", "2026-04-05T03:00+10:00"),
        ("2026-04-04T02:30+11:00", "02:30", "2026-04-05T02:30+11:00"),
    ],
)
def test_where_the_clocks_go_back(in_melbourne: Callable[..., datetime], now: str, text: str, then: str) -> None:
    assert in_melbourne(text, at(now)).isoformat(timespec="minutes") == then


@pytest.mark.parametrize(
    ("zone", "now", "text", "then"),
    [
        # Half an hour forward, and back.
        ("Australia/Lord_Howe", "2026-10-04T01:50+10:30", "02:15", "2026-10-04T02:30+11:00"),
        ("Australia/Lord_Howe", "2026-04-05T01:50+11:00", "01:45", "2026-04-05T01:45+10:30"),
        # At midnight.
        ("America/Santiago", "2026-09-05T23:50-04:00", "00:00", "2026-09-06T01:00-03:00"),
        ("America/Santiago", "2026-09-05T23:50-04:00", "00:30", "2026-09-06T01:00-03:00"),
        ("America/Santiago", "2026-04-04T23:50-03:00", "23:30", "2026-04-04T23:30-04:00"),
        ("America/Santiago", "2026-04-04T23:50-03:00", "00:00", "2026-04-05T00:00-04:00"),
    ],
)
def test_clocks_of_other_places(zone: str, now: str, text: str, then: str) -> None:
    assert next_time(text, at(now), ZoneInfo(zone)).isoformat(timespec="minutes") == then


_ZONES = [MELBOURNE, *map(ZoneInfo, ("Australia/Lord_Howe", "America/Santiago", "Europe/London", "Asia/Kolkata"))]


@settings(max_examples=30)
@given(
    now=st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC)),
    asked=st.times(),
    zone=st.sampled_from(_ZONES),
)
def test_it_is_ahead_and_no_more_than_a_day_and_an_hour(now: datetime, asked: time, zone: tzinfo) -> None:
    then = next_time(f"{asked:%H:%M}", now, zone).astimezone(UTC)
    assert timedelta(0) < then - now <= timedelta(hours=25)


def test_it_is_said_beforehand_whether_it_fits() -> None:
    now, eight = at("2026-11-24T02:00+00:00"), at("2026-11-24T08:00+00:00")
    assert str(fit(80 * 3600, 80.0, now, eight, UTC)) == (
        "288,000 rows are expected to be sent by about 03:00, before 08:00."
    )
    assert str(fit(1_000_000, 40.0, now, eight, UTC)) == (
        "By 08:00 about 864,000 of 1,000,000 rows can be sent; the rest stays unsent, and `leadsync resume` goes on "
        "with it."
    )


@pytest.mark.parametrize(
    ("now", "text", "said"),
    [
        ("2026-04-05T02:59:53+11:00", "02:30", "by about 02:59 AEDT, before 02:30 AEST."),
        ("2026-04-05T02:29:55+10:00", "02:30", "by about 02:29, before 02:30."),
        ("2026-04-05T02:59:59+11:00", "02:30", "by about 02:00, before 02:30."),
        ("2026-10-04T01:59:50+10:00", "02:30", "by about 01:59 AEST, before 03:00 AEDT."),
        ("2026-10-04T01:59:59+10:00", "03:30", "by about 03:00, before 03:30."),
    ],
)
def test_in_the_night_the_clocks_change_each_time_is_the_one_shown_then(
    in_melbourne: Callable[..., datetime], now: str, text: str, said: str
) -> None:
    """200 rows at 80 a second take 2.5 seconds."""
    until = in_melbourne(text, at(now))
    zone = MELBOURNE if until.tzinfo is MELBOURNE else None
    assert str(fit(200, 80.0, at(now), until, zone)).endswith(f"expected to be sent {said}")


def test_a_time_just_past_is_tomorrows() -> None:
    now = at("2026-11-24T06:53+00:00")
    until = next_time("06:52", now, UTC)
    assert str(fit(60, 10.0, now, until, UTC)) == (
        "60 rows are expected to be sent by about 06:53, before 06:52 tomorrow."
    )
    assert str(fit(90_000, 1.0, now, until, UTC)).startswith("By 06:52 tomorrow about 86,340 of 90,000 rows")


@pytest.mark.parametrize("rows", [3_600 * 7, 3_600 * 7 - 1])
def test_what_just_fits(rows: int) -> None:
    now = at("2026-11-24T01:00+00:00")
    assert "are expected to be sent" in str(fit(rows, 1.0, now, at("2026-11-24T08:00+00:00"), UTC))
    assert "the rest stays unsent" in str(fit(rows, 1.0, now, at("2026-11-24T07:59+00:00"), UTC))


# A row a second from 23:00 to 8:00: 8 hours where the clocks go forward, 10 where they go back.
@pytest.mark.parametrize(
    ("now", "rows_until_eight", "after_four_hours"),
    [
        ("2026-10-03T23:00+10:00", 8 * 3600, "04:00"),
        ("2026-04-04T23:00+11:00", 10 * 3600, "02:00"),
        ("2026-11-24T23:00+11:00", 9 * 3600, "03:00"),
    ],
)
@pytest.mark.parametrize("as_called", [True, False])
def test_a_night_is_as_long_as_it_is(
    now: str, rows_until_eight: int, after_four_hours: str, *, as_called: bool
) -> None:
    evening = at(now) if as_called else at(now).astimezone(MELBOURNE)
    eight = next_time("08:00", evening, MELBOURNE)
    assert fit(1_000_000, 1.0, evening, eight, MELBOURNE).done_by_then == rows_until_eight
    assert str(fit(4 * 3600, 1.0, evening, eight, MELBOURNE)) == (
        f"14,400 rows are expected to be sent by about {after_four_hours} tomorrow, before 08:00 tomorrow."
    )


def test_the_expected_pace_is_the_last_one_with_as_many_slots_or_else_their_limit(desk: Desk) -> None:
    """The vendor's limits: half as many slots as hardware threads, and a slot completes ten calls a second at best."""
    desk.settings("http://127.0.0.1:1", '[server]\nurl = "@URL@"\nhardware_threads = 16\n')
    given = load(desk.config)
    with open_journal(desk.state) as journal:
        assert expected_pace(journal, given) == 80
        journal.keep_pace(canonical(given.url()), 20.0, 4)
        assert expected_pace(journal, given) == 80, "four slots are not eight"
        journal.keep_pace(canonical(given.url()), 30.0, 8)
        assert expected_pace(journal, given) == 30


def test_no_pace_is_expected_of_a_dialer_whose_slots_are_unknown(desk: Desk) -> None:
    desk.settings("http://127.0.0.1:1", '[server]\nurl = "@URL@"\nhardware_threads = "auto"\nreserve = 1\n')
    given = load(desk.config)
    with open_journal(desk.state) as journal:
        assert expected_pace(journal, given) is None
        journal.keep_pace(canonical(given.url()), 30.0, 8)
        assert expected_pace(journal, given) is None
        journal.keep_slots(canonical(given.url()), 8)
        assert expected_pace(journal, given) == 70
