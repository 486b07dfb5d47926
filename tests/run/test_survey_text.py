"""The findings in a sheet, in words: by surveys of hand-made rows."""

from collections.abc import Iterable
from datetime import UTC, datetime

import pytest

from leadsync.models import Lead, Note, NoteKind
from leadsync.reasons import Fault, FaultKind, Rejected, Skip, SkipKind
from leadsync.run import Survey
from leadsync.run.survey_text import findings, loud_lines, repetitions, would_do

NOW = datetime(2026, 11, 24, 21, 0, tzinfo=UTC)
LOST_CALLBACK = (
    "! 1 row has NO callback date: the dialer will treat its lead as a new one, and a callback that was agreed with it "
    "is lost"
)


def lead(name: str, disposition: str = "Sale", *notes: Note, callback: str = "2031/01/01 10:00") -> Lead:
    fields = {"njDisposition": disposition} | ({"njCallBackDate": callback} if callback else {})
    return Lead(name, fields, notes)


def survey_of(leads: Iterable[Lead]) -> Survey:
    survey = Survey()
    for number, one in enumerate(leads, 2):
        survey.accept(number, one)
    return survey


def test_an_empty_sheet_is_one_sentence() -> None:
    assert list(would_do(Survey(), 2.0, NOW)) == ["No rows: there is nothing below the headings."]


def test_effects_are_counted_by_disposition_and_callback() -> None:
    survey = survey_of([lead("A"), lead("A"), lead("B", "Busy", callback=""), lead("C", "<No Change>")])
    survey.skip(Skip(SkipKind.UNCHANGED, "r1"))
    assert list(would_do(survey, None, NOW)) == [
        "5 rows: 4 to send, 0 rejected, 1 skipped",
        "          2  set Sale",
        "          1  sets Busy",
        "          1  keeps its disposition",
        "          3  move a callback",
        LOST_CALLBACK,
        "          1  lead appears in more than one row",
    ]


def test_dispositions_behind_the_twelfth_are_counted_together() -> None:
    survey = survey_of([lead(f"L{n}", f"Word {min(n, 13)}") for n in range(15)])
    lines = list(would_do(survey, None, NOW))
    assert lines[1] == "          2  set Word 13"
    assert sum("  sets Word" in line for line in lines) == 11
    assert "          2  set one of 2 other dispositions" in lines


def test_a_trial_tells_its_own_rows_and_time() -> None:
    lines = list(would_do(survey_of([lead("A"), lead("B"), lead("C", callback="")]), 0.5, NOW, trial=2))
    assert lines[1] == "A trial: the first 2 of these are sent now."
    assert not any("NO callback date" in line for line in lines), "the third row is not sent now"
    assert lines[-1] == "  It takes about 4 seconds at this dialer's pace; started now, it would end at 21:00."


@pytest.mark.parametrize(
    ("pace", "words"),
    [
        (100.0, "It takes about 1 second at this dialer's pace; started now, it would end at 21:00."),
        (3 / 89, "It takes about 89 seconds at this dialer's pace; started now, it would end at 21:01."),
        (3 / 600, "It takes about 10 minutes at this dialer's pace; started now, it would end at 21:10."),
        (
            3 / 12_600,
            "It takes about 3.5 hours at this dialer's pace; started now, it would end on Wed 25 Nov at 00:30.",
        ),
    ],
)
def test_the_time_is_in_the_unit_that_fits(pace: float, words: str) -> None:
    *_, last = would_do(survey_of(map(lead, "ABC")), pace, NOW)
    assert last.strip() == words


def test_findings_are_the_most_frequent_with_rejections_first() -> None:
    note = Note(NoteKind.WARNING, "in the past", "Callback", "2020", "2020")
    survey = survey_of([lead(f"L{n}", "Sale", note) for n in range(4)])
    for number in (7, 8):
        survey.reject(number, Rejected((Fault("Id", "", FaultKind.BLANK_ID),)))
    first, second = findings(survey)
    assert first.startswith("          2  rejected: Id ")
    assert first.endswith(" (row 7, 8)")
    assert second == "          4  to look at: Callback '2020' in the past (row 2, 3, 4, …)"


@pytest.mark.parametrize(
    ("kinds", "last"),
    [
        (5, "          1  to look at: Callback 'x' what 4 (row 2)"),
        (6, "          1  more, of 1 other kind; `leadsync check FILE` lists all"),
        (8, "          3  more, of 3 other kinds; `leadsync check FILE` lists all"),
    ],
)
def test_a_question_has_five_findings_at_most_and_counts_the_rest(kinds: int, last: str) -> None:
    notes = [Note(NoteKind.WARNING, f"what {n}", "Callback", "x", "x") for n in range(kinds)]
    lines = list(findings(survey_of([lead("A", "Sale", *notes)])))
    assert lines[-1] == last
    assert len([line for line in lines if "to look at: " in line]) == 5


@pytest.mark.parametrize(
    ("last", "when"),
    [
        (datetime(2026, 11, 24, 8, 5, tzinfo=UTC), "today 08:05"),
        (datetime(2026, 11, 23, 8, 5, tzinfo=UTC), "2026-11-23 08:05"),
    ],
)
def test_repeated_rows_name_the_run_and_its_time(last: datetime, when: str) -> None:
    survey = survey_of([lead("A")])
    survey.repeat(last, "r1")
    [remark] = repetitions(survey, NOW)
    assert remark.loud
    assert remark.text == f"1 row says what its lead was last sent, {when} by run r1; --skip-unchanged skips it"
    # Others went since.
    survey.repeat(last, "r1", can_be_skipped=False)
    [remark] = repetitions(survey, NOW)
    said = f"2 rows say what their lead was sent before, {when} by run r1; --skip-unchanged skips 1 of them"
    assert remark.text == said


def test_rows_that_wait_for_a_decision_are_loud() -> None:
    survey = survey_of([lead("A")])
    survey.skip(Skip(SkipKind.UNDECIDED_BEFORE, "r7", 2))
    [line] = loud_lines(survey, NOW)
    assert line == (
        "! 1 row is not sent: it says what run r7 sent, and a person has to decide first whether that was applied; "
        "`leadsync show r7 --status conflict --status unknown` lists those"
    )
