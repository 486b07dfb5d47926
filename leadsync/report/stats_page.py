"""Failures over many runs as one HTML page, to look at, to print, to mail. Pure."""

from leadsync.report.charts import bars, columns, spark
from leadsync.report.pages import page_template
from leadsync.stats_summary import CellKind, StatsSummary, cell_text

_NUMBERS = (CellKind.COUNT.name, CellKind.SHARE.name, CellKind.DURATION.name)


def stats_page(summary: StatsSummary) -> str:
    """Return the page. It loads nothing and runs nothing; values of a sheet or the dialer are text in it."""
    return page_template("stats_page.html.jinja").render(
        summary=summary,
        columns=columns(summary.chart.periods, summary.chart.series),
        bars=bars(summary.bars),
        cell_text=cell_text,
        numbers=_NUMBERS,
        spark=spark,
        zip=zip,
    )
