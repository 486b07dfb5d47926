"""The oracle of the chains: what it calls broken, on calls written by hand."""

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from leadsync.simulator import PracticeServer
from tests.conftest import Desk
from tests.faults.chain_files import IDEMPOTENT, Files, Line
from tests.faults.chain_oracle import Oracle, Sending

SHEET = [("L0", "t1"), ("L0", "t2")]
CONTENT = [Line("L0", "t1", (1, 0)), Line("L0", "t2", (1, 1))]


def no_server(*_: object) -> PracticeServer:
    raise AssertionError


@pytest.fixture
def oracle(tmp_path: Path) -> Oracle:
    files = Files(Desk(tmp_path, no_server), random.Random(1), lambda _: None)
    files.write("a", SHEET)
    files.read("a", 1)
    return Oracle(files)


def sending(text: str, moment: int, *, applied: bool = True, lead: str = "L0", undecided: bool = False) -> Sending:
    place = ("t1", "t2").index(text)
    return Sending(lead, text, applied, moment, (1, place, 0), CONTENT, place, undecided)


def permit(oracle: Oracle) -> None:
    oracle.decide(("L0", "t1"), "send")


@pytest.mark.parametrize(
    ("words", "before", "broken"),
    [
        ("", lambda _: None, ["a: retry: L0 t1 went again, not told"]),
        ("! 1 row says what its lead was last sent", lambda _: None, []),
        ("! 2 rows of the file equal rows left of run 7", lambda _: None, []),
        ("", permit, []),
        ("! 1 row was corrected in c.csv", lambda _: None, ["a: retry: L0 t1 went again, not told"]),
    ],
)
def test_a_text_goes_again_by_a_word_only(
    oracle: Oracle, words: str, before: Callable[[Oracle], None], broken: list[str]
) -> None:
    oracle.judge("run", [sending("t1", 1)], "")
    before(oracle)
    oracle.judge("retry", [sending("t1", 2)], words)
    assert oracle.broken == broken


def test_no_word_excuses_a_text_that_goes_again_from_a_copy_of_its_sheet(oracle: Oracle) -> None:
    oracle.judge("run", [sending("t1", 1), sending("t2", 1)], "")
    call = sending("t1", 2)
    call.of_file = True
    oracle.judge("run copy", [call], "! 1 row says what its lead was last sent")
    assert oracle.broken == [
        "a: run copy: L0 t1 went again, not told",
        "e: run copy: L0 t1 over the newer t2, not told",
    ]


def test_a_correction_of_an_earlier_row_goes_before_that_of_a_later_one(oracle: Oracle) -> None:
    oracle.judge("run", [sending("t1", 1), sending("t2", 1)], "")
    corrected = [Line("L0", "t1.1", (1, 0)), Line("L0", "t2.2", (1, 1))]
    calls = [Sending("L0", line.text, True, 2, (1, at, at + 1), corrected, at) for at, line in enumerate(corrected)]
    oracle.judge("run copy", calls, "")
    assert oracle.broken == []
    oracle.judge("run copy", calls[:1], "")
    assert oracle.broken == [
        "a: run copy: L0 t1.1 went again, not told",
        "e: run copy: L0 t1.1 over the newer t2.2, not told",
    ]


def test_a_text_that_a_sheet_has_again_may_go_again(oracle: Oracle) -> None:
    oracle.judge("run", [sending("t1", 1), sending("t2", 1)], "")
    oracle.files.write("a", SHEET[:1])
    oracle.files.read("a", 2)
    oracle.judge("run", [Sending("L0", "t1", True, 2, (2, 0, 0))], "")
    assert oracle.broken == []


def test_an_idempotent_text_in_doubt_may_go_again(oracle: Oracle) -> None:
    oracle.judge("run", [sending("t1", 1, lead=IDEMPOTENT, undecided=True)], "")
    oracle.judge("resume", [sending("t1", 2, lead=IDEMPOTENT)], "")
    assert oracle.broken == []


@pytest.mark.parametrize(
    ("words", "broken"),
    [("", ["e: resume: L0 t1 over the newer t2, not told"]), ("! 1 row would undo a newer one", [])],
)
def test_an_older_text_goes_over_a_newer_one_by_a_word_only(oracle: Oracle, words: str, broken: list[str]) -> None:
    oracle.judge("run", [sending("t1", 1, applied=False), sending("t2", 1)], "")
    oracle.judge("resume", [sending("t1", 2)], words)
    assert oracle.broken == broken


@pytest.mark.parametrize(
    ("age", "broken"), [((1, 0), []), ((1, 5), ["e: run report: L0 t2 over the newer t1, not told"])]
)
def test_a_line_once_more_at_a_files_end_is_no_newer_row(
    oracle: Oracle, age: tuple[int, int], broken: list[str]
) -> None:
    oracle.judge("run", [sending("t1", 1)], "")
    content = [Line("L0", "t1.1", (1, 0)), Line("L0", "t2", (1, 1)), Line("L0", "t1", age)]
    oracle.judge("run report", [Sending("L0", "t2", True, 2, (1, 1, 0), content, 1)], "")
    assert oracle.broken == broken


@pytest.mark.parametrize(
    ("state", "words", "broken"),
    [
        ("skipped", "", ["b: a: L0 t2 was never sent, not told: {'skipped'}"]),
        ("skipped", "! 1 row waits for run 7", ["b: a: L0 t2 was never sent, not told: {'skipped'}"]),
        ("skipped", "! 1 corrected row is not sent (row 3)", []),
        ("failed", "", []),
        (
            "succeeded",
            "",
            ["b: L0 t2 succeeded without the dialer's 0", "b: a: L0 t2 was never sent, not told: {'succeeded'}"],
        ),
    ],
)
def test_no_row_is_forgotten(oracle: Oracle, state: str, words: str, broken: list[str]) -> None:
    oracle.judge("run", [sending("t1", 1)], "")
    oracle.hear([words], CONTENT)
    oracle.judge_rest({("L0", "t1"): {"succeeded"}, ("L0", "t2"): {state}})
    assert oracle.broken == broken


def test_a_row_is_not_forgotten_if_a_correction_of_it_went(oracle: Oracle) -> None:
    oracle.files.corrected["L0", "t2.1"] = 1
    oracle.judge("run", [sending("t1", 1), Sending("L0", "t2.1", True, 1, (1, 1, 1), CONTENT, 1)], "")
    oracle.judge_rest({("L0", "t1"): {"succeeded"}})
    assert oracle.broken == []


def test_a_lead_of_no_sheet_is_never_called(oracle: Oracle) -> None:
    oracle.judge("run", [sending("t1", 1, lead="2")], "")
    assert oracle.broken == ["a: run: 2 is a lead of no sheet"]
