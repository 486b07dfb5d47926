"""The page of failures: drawn to the counts, and safe whatever a sheet says."""

import re
from datetime import timedelta

from leadsync.report import stats_page
from leadsync.stats_summary import CellKind, StatsChart, StatsColumn, StatsSummary, StatsTable

EVIL = '<script>&"\u202e'
SUMMARY = StatsSummary(
    "Failures by Agent",
    "3 of 4 rows (75.0%) failed.",
    ("One remark.",),
    StatsChart("Failures by day", ("2026-11-02", "2026-11-03"), (("Ann", (2, 0)), ("others", (0, 1)))),
    (("Ann", 2), ("Ben", 1)),
    StatsTable(
        "",
        (
            StatsColumn("Agent", CellKind.TEXT),
            StatsColumn("failures", CellKind.COUNT),
            StatsColumn("of its rows", CellKind.SHARE),
            StatsColumn("over time", CellKind.SERIES),
            StatsColumn("half within", CellKind.DURATION),
        ),
        (("Ann", 2, 0.5, (2, 0), timedelta(hours=3)), ("Ben", 1, None, None, None)),
        "A note.",
    ),
    (),
)


def test_a_text_of_a_sheet_is_text_and_keeps_its_direction_to_itself() -> None:
    evil = SUMMARY._replace(
        title=EVIL,
        remarks=(EVIL,),
        bars=((EVIL, 1),),
        chart=SUMMARY.chart._replace(series=((EVIL, (1, 1)), (EVIL, (1, 1)))),
        groups=StatsTable(EVIL, (StatsColumn(EVIL, CellKind.TEXT),), ((EVIL,),), EVIL),
    )
    page = stats_page(evil)
    assert "<td><bdi>&lt;script&gt;&amp;&#34;\\u202e</bdi></td>" in page
    assert not [raw for raw in ("<script", "\u202e") if raw in page]
    assert "default-src 'none'" in page


def test_a_cell_has_the_look_of_its_kind() -> None:
    page = stats_page(SUMMARY)
    assert '<td class="n">50.0%</td>' in page
    assert '<td class="n">3 h</td>' in page
    assert page.count('<svg class="spark"') == 1, "a group without a series has no chart"
    assert 'aria-label="2, 0"' in page


def test_without_failures_there_is_no_chart() -> None:
    empty = SUMMARY._replace(
        chart=StatsChart("Failures by day", (), (("failures", ()),)),
        bars=(),
        groups=SUMMARY.groups._replace(lines=()),
    )
    page = stats_page(empty)
    assert "<h2>" not in page
    assert "<svg" not in page
    assert re.search(r"</main></body></html>\n\Z", page)
