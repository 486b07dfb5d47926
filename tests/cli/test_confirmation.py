"""The question before sending: what a No leaves behind, and an answer that Enter alone does not give."""

import pytest

from leadsync.cli.shell import Shell
from tests.cli.samples import SHEET
from tests.conftest import Desk

Asked = list[tuple[str, bool | None]]


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Asked:
    """The questions and their defaults; each is answered with No."""
    questions: Asked = []

    def refuse(_shell: Shell, question: str, *, default: bool | None = False) -> bool:
        questions.append((question, default))
        return False

    monkeypatch.setattr(Shell, "confirm", refuse)
    return questions


def test_a_no_sends_nothing_and_leaves_no_run(desk: Desk, asked: Asked) -> None:
    dialer = desk.dialer()
    done = desk.leadsync("run", desk.sheet("leads.csv", *SHEET))
    [(question, default)] = asked
    assert question.startswith("Send 3 rows ")
    assert default is False
    assert (done.code, done.err.splitlines()[-1]) == (0, "Nothing was sent.")
    assert dialer.ledger.received == []
    assert desk.leadsync("runs", "--json").json == {"runs": []}


def test_yes_on_the_command_line_is_not_asked_about(desk: Desk, asked: Asked) -> None:
    desk.dialer()
    assert desk.leadsync("run", desk.sheet("leads.csv", *SHEET), "--yes", "--json").json["statuses"] == {"succeeded": 3}
    assert asked == []


def test_rows_sent_before_want_a_typed_answer(desk: Desk, asked: Asked) -> None:
    desk.dialer()
    sheet = desk.sheet("leads.csv", *SHEET)
    desk.leadsync("run", sheet, "--yes")
    desk.leadsync("run", sheet, "--fresh")
    desk.sheet("leads.csv", *SHEET[:-1], SHEET[-1].replace("Call Back", "Sale"))
    asked_again = desk.leadsync("run", sheet)
    assert [default for _, default in asked] == [None, None], asked_again.err


def test_a_plan_without_a_row_to_send_is_carried_out_without_a_question(desk: Desk, asked: Asked) -> None:
    desk.dialer()
    done = desk.leadsync("run", desk.sheet("leads.csv", SHEET[0], "9860,Kim,8321 8199,Sale,,"), "--json")
    assert (done.json["statuses"], asked) == ({"rejected": 1}, [])
