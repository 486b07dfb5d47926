"""What another command sends while a question stands open is known before the rows go."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from leadsync.cli.shell import Shell
from leadsync.simulator import FaultKind, FaultRule, PracticeDialer
from tests.conftest import Desk

HEAD = "Lead Id,Disposition"
Meanwhile = Callable[[Callable[[], object]], list[str]]


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Meanwhile:
    """Answers each question with Yes, the first one after something has been done; the list gets the questions."""

    def answer_behind(do: Callable[[], object]) -> list[str]:
        questions: list[str] = []

        def confirm(_: Shell, question: str, *, default: bool | None = False) -> bool:
            questions.append(question)
            if len(questions) == 1:
                with monkeypatch.context() as others:
                    others.setattr(Shell, "confirm", lambda *_, **__: True)
                    do()
            return True

        monkeypatch.setattr(Shell, "confirm", confirm)
        return questions

    return answer_behind


def received(dialer: PracticeDialer) -> list[str]:
    return [call.lead for call in dialer.ledger.received]


def test_rows_sent_or_in_doubt_since_are_told_and_left_to_a_person(desk: Desk, asked: Meanwhile) -> None:
    dialer = desk.dialer(faults=[FaultRule(FaultKind.CLOSE, lead="B", applied=True, calls=1)])
    first, second = (
        desk.sheet("a.csv", HEAD, "A,Sale", "B,Sale"),
        desk.sheet("b.csv", HEAD, "A,Sale", "B,Sale", "C,Sale"),
    )
    questions = asked(lambda: desk.leadsync("run", first))
    done = desk.leadsync("run", second)
    assert received(dialer) == ["A", "B", "A", "C"]
    assert re.search(r"Run \S+ has sent rows for the same leads since this was planned: it is planned anew", done.err)
    assert "! 1 row says what its lead was last sent, today " in done.err
    assert "! 1 row is not sent: it says what run " in done.err
    assert [re.sub(r" to .*", "", question) for question in questions] == ["Send 3 rows", "Send 2 rows"]


def test_a_retry_knows_the_newer_rows_of_its_leads(desk: Desk, asked: Meanwhile) -> None:
    dialer = desk.dialer(faults=[FaultRule(FaultKind.CODE, lead="A", code=106, calls=1)])
    desk.leadsync("run", desk.sheet("a.csv", HEAD, "A,Sale"))
    newer = desk.sheet("b.csv", HEAD, "A,Busy")
    asked(lambda: desk.leadsync("run", newer))
    done = desk.leadsync("retry")
    assert "it is planned anew" in done.err
    assert re.search(r"^! 1 row would undo .*", done.err, re.MULTILINE), done.err
    assert received(dialer) == ["A", "A", "A"]


def test_a_retry_whose_rows_all_wait_by_then_sends_nothing_and_says_what_sends_them(
    desk: Desk, asked: Meanwhile
) -> None:
    codes = (FaultRule(FaultKind.CODE, lead="A", code=106, calls=1), FaultRule(FaultKind.CLOSE, lead="A", calls=1))
    dialer = desk.dialer(faults=list(codes))
    run = desk.leadsync("run", desk.sheet("a.csv", HEAD, "A,Sale"), "--json").json["run"]
    same = desk.sheet("b.csv", HEAD, "A,Sale")
    asked(lambda: desk.leadsync("run", same))
    done = desk.leadsync("retry")
    assert done.code == 0
    assert "it is planned anew" in done.err
    assert f"! 1 row stays in run {run}; `leadsync retry {run}` sends it afterwards\n" in done.err
    assert "Nothing to do: run" in done.err
    assert received(dialer) == ["A", "A"]
    assert len(desk.leadsync("runs", "--json").json["runs"]) == 2


def test_what_goes_to_other_leads_asks_no_second_time(desk: Desk, asked: Meanwhile) -> None:
    dialer = desk.dialer()
    other = desk.sheet("a.csv", HEAD, "X,Sale")
    questions = asked(lambda: desk.leadsync("run", other))
    done = desk.leadsync("run", desk.sheet("b.csv", HEAD, "A,Sale"))
    assert ("planned anew" in done.err, len(questions), received(dialer)) == (False, 1, ["X", "A"])


def test_beside_a_run_that_sends_all_the_time_the_third_plan_goes(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    dialer = desk.dialer()
    sheets: Iterator[Path] = (desk.sheet(f"{number}.csv", HEAD, f"A,Note {number}") for number in range(9))
    asks = [True, True, True]

    def confirm(*_: object, **__: object) -> bool:
        if asks:
            asks.pop()
            with monkeypatch.context() as others:
                others.setattr(Shell, "confirm", lambda *_, **__: True)
                desk.leadsync("run", next(sheets))
        return True

    monkeypatch.setattr(Shell, "confirm", confirm)
    assert desk.leadsync("run", desk.sheet("b.csv", HEAD, "A,Sale")).err.count("it is planned anew") == 2
    assert received(dialer) == ["A"] * 4
