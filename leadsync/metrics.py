"""Figures for Prometheus, in the text form of the node exporter's textfile collector."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from leadsync.errors import OutputError, UsageError
from leadsync.private_files import check_shared_folder, open_regular, whole_or_not
from leadsync.result_codes import RESULT_CODES
from leadsync.tallies import Totals

if TYPE_CHECKING:
    from prometheus_client.metrics_core import Metric


_BEGINNING = b"# HELP leadsync_"


def check_metrics_file(path: Path) -> None:
    """Raise UsageError unless there is no such file, or one that leadsync has written or that is empty.

    A link is replaced and never followed.
    """
    if path.is_symlink():
        return
    try:
        with open_regular(path) as stream:
            beginning = stream.read(len(_BEGINNING))
    except FileNotFoundError:
        return
    except OSError as error:
        raise UsageError(
            f"{path} is no file for metrics: {error.strerror}; name another with --metrics-file."
        ) from error
    if beginning not in (b"", _BEGINNING):
        raise UsageError(f"{path} is no file of metrics, and is not replaced; name another with --metrics-file.")


def write_metrics(path: Path, totals: Totals, exit_code: int, now: float) -> None:
    """Write the journal's totals, whole or not at all. `now` is in seconds since 1970.

    Raises OutputError, and UsageError for a file of somebody else.
    """
    from prometheus_client import CollectorRegistry, generate_latest
    from prometheus_client.registry import Collector

    # Made here, with its base: prometheus_client is loaded only for a metrics file.
    class Figures(Collector):
        def collect(self) -> Iterator["Metric"]:
            return _families(totals, exit_code, now)

    registry = CollectorRegistry()
    registry.register(Figures())
    check_metrics_file(path)
    try:
        # The collector that reads the figures is another user's.
        check_shared_folder(path.parent)
        with whole_or_not(path.parent.resolve() / path.name, 0o644) as stream:
            # As a whole: the node exporter may read at any moment.
            stream.write(generate_latest(registry))
    except OSError as error:
        raise OutputError(
            f"The metrics cannot be written to {path}: {error.strerror}; choose another with --metrics-file."
        ) from error


def _by_label(totals: Totals) -> Counter[tuple[str, str]]:
    """Rows by status and code; undocumented codes are one series of each status: a dialer may invent thousands."""
    rows: Counter[tuple[str, str]] = Counter()
    for (status, code), count in totals.rows.items():
        rows[status.value, "" if code is None else str(code) if code in RESULT_CODES else "other"] += count
    return rows


def _families(totals: Totals, exit_code: int, now: float) -> Iterator["Metric"]:
    from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily

    runs = CounterMetricFamily("leadsync_runs", "Runs in the journal, by how they stand.", labels=["standing"])
    for standing, count in totals.runs.items():
        runs.add_metric([standing], count)
    yield runs
    rows = CounterMetricFamily(
        "leadsync_rows", "Rows of all runs, by where they ended and the dialer's code.", labels=["status", "code"]
    )
    for (status, code), count in _by_label(totals).items():
        rows.add_metric([status, code], count)
    yield rows
    yield CounterMetricFamily("leadsync_attempts", "Requests sent for rows.", value=totals.attempts)
    yield CounterMetricFamily("leadsync_sending_seconds", "Time spent sending, over all runs.", value=totals.seconds)
    yield GaugeMetricFamily("leadsync_last_exit_code", "How the last command that sends ended.", value=exit_code)
    yield GaugeMetricFamily("leadsync_last_end_timestamp_seconds", "When that was.", value=now)
    for name, what, moment in (
        ("finished", "finished, with or without rows to look at", totals.last_finished),
        ("success", "finished without a row to look at", totals.last_success),
    ):
        if moment is not None:
            yield GaugeMetricFamily(f"leadsync_last_{name}_timestamp_seconds", f"When a run last {what}.", value=moment)
