"""`--until`, `--order`, `hardware_threads = "auto"`, and the time that is promised beforehand."""

from datetime import UTC, datetime, timedelta

import pytest

from leadsync.dialer_address import canonical
from leadsync.engine.discovery import Discovery
from leadsync.journal import open_journal
from leadsync.models import Outcome
from leadsync.run import sender
from tests.conftest import Desk

AUTO = '[server]\nurl = "@URL@"\nhardware_threads = "auto"\n'


def sheet_of(desk: Desk, count: int) -> str:
    lines = [f"L{n},Lead {n},03990{n:05d},Sale" for n in range(1, count + 1)]
    return desk.sheet("leads.csv", "External Id,Name,FirstPhone,Disposition", *lines).name


def test_the_most_urgent_rows_are_sent_first_and_each_leads_rows_in_their_order(desk: Desk) -> None:
    dialer = desk.dialer(hardware_threads=2)
    sheet = desk.sheet(
        "leads.csv",
        "External Id,FirstPhone,Disposition,Priority",
        "A,0399900001,Sale,50",
        "B,0399900002,Sale,",
        "C,0399900003,Sale,0",
        "D,0399900004,Sale,90",
        "A,0399900001,Call Back,5",
        "E,0399900005,Sale,10",
        "F,0399900006,Sale,11",
    )
    assert desk.leadsync("run", sheet, "--order", "priority", "--limit", "5").code in (0, 3)
    assert desk.leadsync("resume").code in (0, 3), "the run keeps its order"
    sent = [(entry.lead, entry.fields.get("njDisposition")) for entry in dialer.ledger.received]
    trial, rest = sent[:5], sent[5:]
    assert list(dict.fromkeys(lead for lead, _ in trial)) == ["C", "A", "B", "D"], "A is as urgent as its second row"
    assert [disposition for lead, disposition in trial if lead == "A"] == ["Sale", "Call Back"]
    assert rest == [("E", "Sale"), ("F", "Sale")]


def test_a_run_stops_at_the_time_given_and_goes_on_later(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    dialer = desk.dialer()
    sheet = sheet_of(desk, 20)

    class _NextDay(datetime):
        """The real time, a day later: whatever time was asked for has come."""

        @classmethod
        def now(cls, tz: object = None) -> datetime:
            return datetime.now(UTC) + timedelta(days=1)

    monkeypatch.setattr(sender, "datetime", _NextDay)
    stopped = desk.leadsync("run", sheet, "--until", "08:00", "--json")
    assert stopped.code == 4
    assert "08:00" in stopped.json["stopped"]
    assert "20 rows are expected to be sent by" in stopped.err
    monkeypatch.undo()
    assert desk.leadsync("resume").code == 0
    assert len(dialer.ledger.applications) == 20


@pytest.mark.parametrize("text", ["8", "24:00", "08:60", "eight", "08:00:00"])
def test_what_is_no_time_of_day_is_refused(desk: Desk, text: str) -> None:
    desk.dialer()
    refused = desk.leadsync("run", sheet_of(desk, 1), "--until", text)
    assert refused.code == 2
    assert f"{text} is no time of day; write it like 08:00" in refused.err


class _FindsFour(Discovery):
    """Finds four slots at the tenth answer: on a busy machine the real one may need more rows than a test has."""

    answers = 0

    def record(self, outcome: Outcome, began: float, ended: float) -> None:
        self.answers += 1
        self.found = 4 if self.answers >= 10 else None


def test_an_unknown_dialers_slots_are_found_out_said_and_kept(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("leadsync.engine.engine.Discovery", _FindsFour)
    dialer = desk.dialer(settings=AUTO, hardware_threads=8)
    sheet = sheet_of(desk, 40)
    before = desk.leadsync("check", sheet, "--json")
    assert before.json["seconds"] is None, "nobody knows yet how fast it is"
    first = desk.leadsync("run", sheet, "--keep-going")
    assert first.code == 0
    assert "found to run 4 calls at once, which is kept for it" in first.err
    with open_journal(desk.state) as journal:
        assert journal.known_slots(canonical(desk.config.read_text().split('"')[1])) == 4
    queued = dialer.slots.queued
    assert desk.leadsync("run", sheet, "--fresh", "--limit", "20").code == 0
    assert dialer.slots.queued == queued, "no call is queued once it is known"


def test_the_time_promised_is_that_of_the_pace_reached(desk: Desk) -> None:
    desk.dialer()
    sheet = sheet_of(desk, 40)
    assert desk.leadsync("check", sheet, "--json").json["seconds"] == 0.5, "8 slots of 10 leads a second"
    url = canonical(desk.config.read_text().split('"')[1])
    with open_journal(desk.state) as journal:
        journal.keep_pace(url, 20.0, 8)
    assert desk.leadsync("check", sheet, "--json").json["seconds"] == 2.0
    with open_journal(desk.state) as journal:
        journal.keep_pace(url, 20.0, 4)
    assert desk.leadsync("check", sheet, "--json").json["seconds"] == 0.5, "that pace was reached with other settings"
