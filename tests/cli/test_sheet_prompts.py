"""Questions about a sheet, by answers given in their order."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import openpyxl
import pytest

from leadsync.cli import prompts, sheet_prompts
from leadsync.cli.shell import Shell
from leadsync.config import settings_from
from leadsync.errors import SheetError
from leadsync.leads import Proposal, Rules

Answers = Callable[..., list[str]]
RULES = Rules(datetime(2026, 11, 24, tzinfo=UTC))


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> Answers:
    """Gives these texts and, to questions of yes or no, these booleans; the list returned gets the sentences said."""

    def give(*given: str | bool) -> list[str]:
        said: list[str] = []
        remaining = iter(given)

        def answer(*_question: object, **_options: object) -> str | bool:
            return next(remaining)

        for module in (prompts, sheet_prompts):
            monkeypatch.setattr(module, "ask", answer)
            monkeypatch.setattr(module, "say", said.append)
        monkeypatch.setattr(sheet_prompts, "current_shell", Shell)
        monkeypatch.setattr(Shell, "confirm", answer)
        return said

    return give


def test_a_dragged_path_has_quotation_marks_and_a_missing_file_is_asked_for_again(
    answers: Answers, tmp_path: Path
) -> None:
    (tmp_path / "my leads.csv").touch()
    said = answers("gone.csv", f"'{tmp_path / 'my leads.csv'}' ")
    assert sheet_prompts.ask_file() == tmp_path / "my leads.csv"
    assert said == ["There is no file gone.csv."]
    answers("  ")
    assert sheet_prompts.ask_file() is None


def test_which_of_two_sheets_is_asked_until_there_is_one(answers: Answers, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for name in ("North", "South"):
        sheet = book.create_sheet(name)
        sheet.append(["Lead Id", "FirstPhone"])
        sheet.append(["1", "0383218101"])
    book.save(tmp_path / "leads.xlsx")
    said = answers("West", "South")
    assert sheet_prompts.ask_sheet(tmp_path / "leads.xlsx", None, settings_from({}, "the test")) == "South"
    assert len(said) == 2


def test_an_unreadable_file_is_an_error_and_no_question(answers: Answers, tmp_path: Path) -> None:
    (tmp_path / "leads.csv").touch()
    answers()
    with pytest.raises(SheetError, match="the file is empty"):
        sheet_prompts.ask_sheet(tmp_path / "leads.csv", None, settings_from({}, "the test"))


def test_a_look_has_an_example_of_each_column_and_the_dates_with_an_order(tmp_path: Path) -> None:
    file = tmp_path / "leads.csv"
    file.write_text("Lead Id,Callback,Name\n1,,\n2,24/12/2026,Ann\n3,2026-12-25,Bob\n", "utf-8")
    look = sheet_prompts.read_proposal(file, None, settings_from({}, "the test"))
    assert look.examples == {"Lead Id": "1", "Callback": "24/12/2026", "Name": "Ann"}
    assert look.dates({}) == ["24/12/2026"], "a date that begins with its year has no order to find"
    assert look.dates({"Callback": ""}) == [], "a column not sent"


EXAMPLES = {"Ref": "A1", "Mobile": "0412345678", "Result": "Sale"}
PROPOSAL = Proposal({"Mobile": "FirstPhone"}, ("FirstPhone", "SecondPhone"), ("Ref",), {"Result": "njDisposition"})


def test_columns_are_asked_about_and_shown_with_their_fields(answers: Answers) -> None:
    said = answers("1", "1", True)
    confirmed = sheet_prompts.confirm_columns(PROPOSAL, EXAMPLES, RULES)
    assert confirmed.columns == {"Mobile": "FirstPhone", "Result": "njDisposition", "Ref": "njExternalLeadId"}
    shown = [" ".join(line.split()) for line in said]
    assert "Ref (e.g. A1) -> njExternalLeadId a field of the campaign" not in shown
    assert "Mobile (e.g. 0412345678) -> FirstPhone a phone number" in shown
    assert "Result (e.g. Sale) -> njDisposition" in shown


def test_a_no_lets_each_column_be_changed_and_the_phones_be_named(answers: Answers) -> None:
    said = answers("2", "1", False, "-", "Handy", "njDisposition", "Nobody", "Handy")
    confirmed = sheet_prompts.confirm_columns(PROPOSAL, {**EXAMPLES, "sync_row": "2"}, RULES)
    assert confirmed.columns["Mobile"] == "Handy"
    assert confirmed.columns["Ref"] == ""
    assert confirmed.phone_fields == ("Handy",)
    assert "No column fills Nobody." in said


def test_the_one_order_that_fits_is_the_default(monkeypatch: pytest.MonkeyPatch, answers: Answers) -> None:
    defaults: list[int | None] = []

    def choose(_question: str, _options: list[str], default: int | None = 1) -> int:
        defaults.append(default)
        return 1

    answers()
    monkeypatch.setattr(sheet_prompts, "choose", choose)
    assert sheet_prompts.ask_date_order(["12/24/2026"], "dmy") == "mdy"
    assert sheet_prompts.ask_date_order(["01/02/2026"], "auto") == "mdy"
    assert defaults == [2, 4], "mdy fits alone; of several that fit, the present setting"
