"""The page of a summary: drawn to the counts, and safe whatever a sheet or the dialer wrote."""

from dataclasses import replace

from leadsync.models import Status
from leadsync.report import as_page
from leadsync.report_values import CodeCount, StatusCount, Summary

SUMMARY = Summary(
    title="leads.csv",
    headline="3 of 4 rows went through.",
    ending="Finished.",
    facts=(("Run", "1"),),
    rows=4,
    statuses=(StatusCount(Status.SUCCEEDED, 3, "applied"), StatusCount(Status.FAILED, 1, "refused")),
    codes=(),
    reasons=(),
    effects=(),
    steps=("Correct the row.",),
)
REFUSED = CodeCount(106, "INVALID_DISPOSTION", 1, "No such disposition.", "A typo.", "Correct it.")
OK = CodeCount(0, "OK", 3, "Done.", "", "")


def test_a_text_of_a_sheet_is_text_and_keeps_its_direction_to_itself() -> None:
    page = as_page(replace(SUMMARY, title='<script>&"\u202e', warnings=("<i>",)))
    assert r"<h1><bdi>&lt;script&gt;&amp;&#34;\u202e</bdi></h1>" in page
    assert "<li><bdi>&lt;i&gt;</bdi></li>" in page
    assert not [raw for raw in ("<script", "<i>", "\u202e") if raw in page]


def test_the_ring_is_drawn_to_the_shares() -> None:
    # A circle of radius 58 measures 364.425: three quarters of it, then one, each from where the one before ends.
    page = as_page(SUMMARY)
    assert 'stroke-dasharray="273.319 91.106" stroke-dashoffset="91.106"' in page
    assert 'stroke-dasharray="91.106 273.319" stroke-dashoffset="-182.212"' in page
    assert '<td class="n">3</td><td class="n">75.0%</td>' in page


def test_the_bars_show_refusals_and_the_ok_answers_only_where_there_are_no_others() -> None:
    refused = as_page(replace(SUMMARY, codes=(OK, REFUSED)))
    assert 'aria-label="Answers other than 0 OK"' in refused
    assert ">0 OK</text>" not in refused
    assert 'width="380"' in refused, "the longest bar"
    assert "INVALID_<wbr>DISPOSTION" in refused, "a long name may be broken"
    assert 'aria-label="Answers"' in as_page(replace(SUMMARY, codes=(OK,)))


def test_a_section_without_lines_is_left_out() -> None:
    page = as_page(SUMMARY)
    for heading in ("Warnings", "What the dialer answered", "What was done on the dialer", "Why rows were not sent"):
        assert heading not in page
    assert as_page(replace(SUMMARY, rows=0, statuses=())).endswith("</html>\n"), "a run without rows"
