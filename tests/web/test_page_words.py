"""No remedy on a draft's page names a setting, an option or a command: the sentences of the whole code are tried."""

import ast
import html
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

import leadsync
from leadsync.models import RowRecord, Status
from leadsync.reasons import Fault, FaultKind, Rejected
from leadsync.report.fault_words import FAULT_WORDS
from leadsync.report.row_words import _SKIPPED
from leadsync.simulator import PracticeDialer
from leadsync.web.page_words import (
    FIELD_LABELS,
    in_cell_words,
    in_page_words,
    in_run_words,
    public_message,
    public_record,
    row_message,
)
from tests.web.shop import DraftPage, Shop

PACKAGE = Path(leadsync.__file__).parent
TERMINAL = re.compile(
    r"\[(?:input|columns|mappings|campaigns?|server)\b|(?<![\w-])--[a-z]|`leadsync |\bleadsync (?:run|resume|retry|"
    r"resolve|report|show|init)\b|\b(?:date_order|headings_row|blank_words|phone_fields|bad_phone|hidden_rows|skip_unchanged|"
    r"blank_callback)\b|dispositions in the settings"
)
SOURCES = ("leads", "sheets/formats", "reimport", "run/continuation.py", "run/draft.py", "run/file_plan.py")
SOURCES += (
    "run/other_runs.py",
    "run/retry_plan.py",
    "run/sent_since.py",
    "run/sheet_scan.py",
    "run/survey_text.py",
    "run/value_remarks.py",
)
PARTS = {
    "blank_callback to new_lead",
    "--sheet",
    "--campaign",
    "--fresh",
    "--skip-unchanged",
    "[columns]",
    "[mappings.X]",
}
"""Parts of commands and names of tables, which stand in no sentence alone."""


def sentences(path: Path) -> Iterator[str]:
    """The texts of a module, each value in them an X; no docstrings and no parts of other texts."""
    tree = ast.parse(path.read_text("utf-8"))
    skipped: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr):
            skipped.add(id(node.value))
        if isinstance(node, ast.JoinedStr):
            skipped.update(map(id, node.values))
            parts = (str(one.value) if isinstance(one, ast.Constant) else "X" for one in node.values)
            yield "".join(parts)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in skipped:
            yield node.value


def found() -> list[str]:
    files = [file for name in SOURCES for file in (sorted((PACKAGE / name).rglob("*.py")) or [PACKAGE / name])]
    texts = [text for file in files for text in sentences(file)]
    texts += [part for words in FAULT_WORDS.values() for part in words]
    return sorted({text for text in texts if TERMINAL.search(text) and " " in text} - PARTS)


def test_a_sentence_names_nothing_of_a_terminal() -> None:
    texts = found()
    assert len(texts) > 25
    assert [said for said in map(in_page_words, texts) if TERMINAL.search(said)] == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "Run 7f is being sent by another leadsync (process 3, since 2026-11-29 08:23); wait until it has ended.",
            "Run 7f is being sent just now; wait until that has ended.",
        ),
        (
            'If the sheet is written in that order, set date_order = "mdy" in [input].',
            "If the sheet is written in that order, choose month/day/year under “Dates are written”.",
        ),
        (
            '2 cells say NULL in Name: if that means blank, write blank_words = ["NULL"] in [input]; otherwise',
            "2 cells say NULL in Name: if that means blank, choose NULL under “Words that mean blank”; otherwise",
        ),
        (
            "leave the cell blank or add it to blank_words in [input]",
            "leave the cell blank or add it to “Words that mean blank”",
        ),
        (
            "later rows of its lead go now; `leadsync resume 7` sends it first, once decided",
            "later rows of its lead go now; the page of run 7 sends it first, once decided",
        ),
        (
            (
                "to decide by `leadsync resolve 8 --row N` in place of this file, and then to give the retry file of "
                "`leadsync report 7`, corrected like this one, sends it first"
            ),
            (
                "to decide on the page of run 8 in place of this file, and then to upload the retry file of run 7, "
                "corrected like this one, sends it first"
            ),
        ),
        (
            "; the retry file of `leadsync report 7`, corrected like this one and given in its place, sends it first",
            "; the retry file of run 7, corrected like this one and uploaded in its place, sends it first",
        ),
        (
            "to decide by `leadsync resolve 8 --row N` instead, and then `leadsync retry 7`, sends it first",
            "to decide on the page of run 8 instead, and then to retry run 7 there, sends it first",
        ),
        (
            "2 rows stay in run 7; `leadsync retry 7` sends them afterwards",
            "2 rows stay in run 7; retry run 7 on its page afterwards",
        ),
        (
            "waits for row 2 of run 6; afterwards `leadsync retry 7` sends it",
            "waits for row 2 of run 6; afterwards retry run 7 on its page",
        ),
        (
            "1 row waits for an earlier row of the same lead in run 7, which goes first: `leadsync retry 7`.",
            "1 row waits for an earlier row of the same lead in run 7, which goes first; retry run 7 on its page.",
        ),
        (
            "no retry sends it; `leadsync retry 7` instead sends it first",
            "no retry sends it; retry run 7 on its page to send it first",
        ),
        (
            "! 2 rows equal rows left of run 7 of a.csv; `leadsync resume 7` sends them as well",
            "! 2 rows equal rows left of run 7 of a.csv; its page sends them as well",
        ),
        (
            "; `leadsync run 'a b.csv' --fresh --skip-unchanged` instead skips them",
            "; to skip them instead, tick “Send it anew, even if it was sent before”",
        ),
        (
            "; `leadsync run a.csv --fresh --skip-unchanged` instead skips 1,200 of them",
            "; to skip 1,200 of them instead, tick “Send it anew, even if it was sent before”",
        ),
        ("2  more, of 2 other kinds; `leadsync check FILE` lists all", "2  more, of 2 other kinds"),
        ("[columns] in the settings", "as the settings say"),
        ("not sent: [mappings.Friday] in the settings", "not sent: as the settings' mapping Friday says"),
        ("leads.csv: set headings_row = 4 in [input].", "leads.csv: choose 4 under “Headings in row”."),
        ("A sentence like any other, (see [1]).", "A sentence like any other, (see [1])."),
    ],
)
def test_a_remedy_in_the_pages_words(text: str, said: str) -> None:
    assert in_page_words(text) == said


CELL_WORDS = sorted({remedy for _, remedy in FAULT_WORDS.values()} | set(_SKIPPED.values()))


@pytest.mark.parametrize("text", [text for text in CELL_WORDS if in_cell_words(text) != text])
def test_beside_a_cell_stands_what_can_be_done_there(text: str) -> None:
    said = in_cell_words(text)
    assert said
    assert not TERMINAL.search(said), said
    assert not any(label in said for label in FIELD_LABELS.values()), "its field is on another page"


def test_no_words_beside_a_cell_are_a_terminals() -> None:
    assert [text for text in CELL_WORDS if TERMINAL.search(in_cell_words(text))] == []


def test_a_formula_without_a_value_can_be_typed_and_a_loud_warning_loses_its_mark() -> None:
    _, remedy = FAULT_WORDS[FaultKind.NO_STORED_VALUE]
    assert in_cell_words(remedy) == f"type its value, or {remedy}"
    assert in_run_words("! 1 row is a total", "") == "1 row is a total"


def test_the_dialers_own_words_stay() -> None:
    record = RowRecord(2, ("A1",), (), "A1", {}, Status.REJECTED)
    rejected = Rejected((Fault("Name", "N/A", FaultKind.PLACEHOLDER, details={"noun": "value"}),))
    assert row_message(replace(record, message="see phone_fields")) == "see phone_fields"
    said = row_message(replace(record, reason=rejected))
    assert said == "Name 'N/A' is a word for no value; leave the cell blank."


def test_the_path_of_a_dialers_address_is_no_word_of_a_page() -> None:
    dialer = "https://pbx.example.com/hook-3f9a/"
    said = f"Refused by {dialer}import; see /hook-3f9a/import"
    shown = "Refused by https://pbx.example.com/import; see /…/import"
    assert public_message(said, dialer) == shown
    assert public_message(said, "https://pbx.example.com") == said
    record = RowRecord(2, ("A1",), (), "A1", {}, Status.FAILED, message=said)
    assert row_message(public_record(record, dialer)) == shown


def test_every_label_is_one_of_the_page(page: DraftPage) -> None:
    page.shop.desk.config.write_text(page.shop.desk.config.read_text() + "[campaigns.winback]\ncampaign_id = 42\n")
    draft = page.upload()
    page.choose(draft, sheet="Sheet1")
    shown = html.unescape(page.get(draft))
    for label in FIELD_LABELS.values():
        assert re.search(rf">\s*{re.escape(label)}\b", shown), label


def test_a_drafts_remarks_reasons_and_errors_are_in_its_words(shop: Shop, dialer: PracticeDialer) -> None:
    rows = "".join(f"A{n},{n + 13}/02/2031,NULL,{phone}\n" for n, phone in enumerate(("N/A", "12", "0412345678")))
    found = shop.read(shop.upload(f"Lead Id,Callback Date,Name,FirstPhone\n{rows}"), input={"date_order": "mdy"})
    told = [remark["text"] for remark in found["remarks"]]
    told += [part for group in found["rejections"] + found["changes"] for pair in group["examples"] for part in pair]
    assert any("under “Dates are written”" in text for text in told)
    assert any("“Words that mean blank”" in text for text in told)
    assert [text for text in told if TERMINAL.search(text)] == []
    broken = shop.read(shop.upload("Lead Id,Name\nA1,é\n".encode("latin-1")), encoding="utf-8")
    assert "“Encoding of a text”" in broken["error"]
