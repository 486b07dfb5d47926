"""What is news, and what is not."""

import pytest

from leadsync.alerts import AlertState, RunResult, alert_for
from leadsync.models import Status
from leadsync.tallies import Tally

ALL = ("failure", "decide", "failed_percent", "recovery")


def tally(**statuses: int) -> Tally:
    return Tally(sum(statuses.values()), {Status(name): count for name, count in statuses.items()})


class Person:
    """Is told of one ending after the other."""

    def __init__(self, events: tuple[str, ...] = ALL, percent: float = 10) -> None:
        self.known: dict[str, AlertState] = {}
        self.events, self.percent = events, percent

    def hears(self, result: RunResult) -> str:
        """The message's first line; empty for none."""
        message, self.known = alert_for(result, self.known, self.events, self.percent)  # type: ignore[arg-type]
        return message.title if message else ""


GOOD = RunResult("good.csv", 0, "R9", tally(succeeded=10))
AWAY = RunResult(
    "monday.csv",
    4,
    "R1",
    tally(unsent=10),
    "the dialer was away for 120 minutes (HTTP 503)",
    "the dialer was away",
)


def test_nothing_is_said_of_what_is_well() -> None:
    assert Person().hears(GOOD) == ""


def test_a_failure_is_told_once_and_its_end_once() -> None:
    person = Person()
    assert person.hears(AWAY) == ("leadsync: monday.csv stopped: the dialer was away for 120 minutes (HTTP 503)")
    reason = "the dialer was away for 90 minutes (HTTP 503)"
    tuesday = RunResult("tuesday.csv", 4, "R2", tally(unsent=9), reason, "the dialer was away")
    assert person.hears(tuesday) == "", "other figures are no other trouble"
    assert person.hears(GOOD) == "leadsync: good.csv went through: what stopped or failed before is over"
    assert person.hears(GOOD) == ""


def test_another_failure_is_news() -> None:
    person = Person()
    person.hears(AWAY)
    assert person.hears(RunResult("monday.csv", 4, "R1", reason="the API key was refused")) != ""


@pytest.mark.parametrize(
    ("reason", "later"),
    [
        ("bad.csv cannot be read", "bad.csv cannot be read"),
        ("there is no sheet '2026'", "there is no sheet '2027'"),
        ("row 5 has no decision", "row 12 has no decision"),
    ],
)
def test_figures_of_a_message_are_part_of_its_trouble(reason: str, later: str) -> None:
    person = Person()
    person.hears(RunResult("bad.csv", 2, reason=reason, of_file=True))
    assert bool(person.hears(RunResult("bad.csv", 2, reason=later, of_file=True))) is (reason != later)


def test_a_cause_with_the_sheets_text_is_not_remembered_in_words() -> None:
    person = Person()
    refused = RunResult("bad.csv", 2, reason="it cannot be read", cause="'Zaphod' is no heading", of_file=True)
    assert person.hears(refused) == "leadsync: bad.csv failed: it cannot be read"
    assert "Zaphod" not in str(person.known)
    other = RunResult("bad.csv", 2, reason="it cannot be read", cause="'Arthur' is no heading", of_file=True)
    assert person.hears(other) != ""


def test_a_bad_file_is_not_made_good_by_another_one() -> None:
    person = Person()
    bad = RunResult("bad.csv", 2, reason="bad.csv is empty", of_file=True)
    assert person.hears(bad) == "leadsync: bad.csv failed: bad.csv is empty"
    assert person.hears(bad) == ""
    assert person.hears(GOOD) == ""
    assert "bad.csv went through" in person.hears(RunResult("bad.csv", 0, "R3", tally(succeeded=1)))


def test_rows_to_decide_are_told_for_each_run_and_when_they_grow() -> None:
    person = Person(percent=100)
    first = RunResult("a.csv", 3, "R1", tally(succeeded=8, conflict=1, unknown=1))
    assert person.hears(first) == "leadsync: a.csv: a person has to decide 2 rows"
    assert person.hears(first) == ""
    assert person.hears(RunResult("a.csv", 3, "R1", tally(succeeded=9, conflict=1))) == ""
    assert person.hears(RunResult("a.csv", 3, "R1", tally(succeeded=7, conflict=3))) != ""
    assert person.hears(RunResult("b.csv", 3, "R2", tally(succeeded=8, conflict=1))) != ""
    assert person.hears(RunResult("b.csv", 0, "R2", tally(succeeded=9))) == "leadsync: b.csv: no row is left to decide"


@pytest.mark.parametrize(("failed", "rejected", "told"), [(1, 0, False), (1, 1, True), (2, 0, True), (0, 0, False)])
def test_more_than_so_many_percent_failed(failed: int, rejected: int, told: bool) -> None:
    result = RunResult("a.csv", 3, "R1", tally(succeeded=10 - failed - rejected, failed=failed, rejected=rejected))
    assert bool(Person().hears(result)) is told


def test_that_most_rows_succeed_again_is_told() -> None:
    person = Person()
    person.hears(RunResult("a.csv", 3, "R1", tally(succeeded=1, failed=9)))
    assert person.hears(GOOD) == "leadsync: good.csv: most rows succeed again"


def test_only_what_the_settings_name_is_told() -> None:
    person = Person(("decide",))
    assert person.hears(AWAY) == ""
    assert person.hears(GOOD) == ""
    assert person.hears(RunResult("a.csv", 3, "R1", tally(conflict=1))) != ""


def test_nothing_that_was_not_sent_tells_that_the_dialer_is_well_again() -> None:
    person = Person()
    person.hears(AWAY)
    assert person.hears(RunResult("old.csv", 0, "R0", tally(succeeded=3), sent=False)) == ""


def test_nothing_that_a_reason_quotes_begins_a_line() -> None:
    message, _ = alert_for(RunResult("a.csv", 2, reason="x is wrong\na.csv: all is well", of_file=True), {}, ALL, 10)
    assert message is not None
    assert message.title == "leadsync: a.csv failed: x is wrong a.csv: all is well"
    assert message.body == "a.csv failed: x is wrong a.csv: all is well\n"
