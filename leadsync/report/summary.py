"""The outcome of a run, for a person and for a script. Pure."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from leadsync.commands import arguments
from leadsync.file_names import is_pages_own, is_uploaded
from leadsync.models import RunRecord, Status
from leadsync.plurals import agreeing, counted
from leadsync.report.advice import meaning
from leadsync.report.row_words import failed_first_words, overtaken_words
from leadsync.report.standings import Standing, StandingKind
from leadsync.report.warnings import warnings_of
from leadsync.result_codes import RESULT_CODES, Verdict, split_codes
from leadsync.tallies import Tally
from leadsync.terminal import Visible, visible_lines


def as_json(run: RunRecord, tally: Tally, files: Mapping[str, Path | None]) -> dict[str, Any]:
    """The object that `--json` prints."""
    codes, others = split_codes(tally.codes)
    return {
        "run": run.id,
        "file": str(run.file),
        "finished": run.finished,
        "rows": tally.rows,
        # In the order of `Status`: scripts and eyes compare one run with another.
        "statuses": {status.value: tally.statuses[status] for status in Status if tally.statuses.get(status)},
        "codes": {str(code): count for code, count in codes.items()} | ({"other": others} if others else {}),
        "attempts": tally.attempts,
        "seconds": round(run.seconds, 3),
        "files": {name: str(path) if path else None for name, path in files.items()},
        "warnings": list(warnings_of(run)),
        "stopped": run.stopped or None,
    }


def as_text(
    run: RunRecord,
    tally: Tally,
    files: Mapping[str, Path | None],
    *,
    called: str = "leadsync",
    options: Sequence[str] = (),
    look: Callable[[Status], str] = str,
    moved_to: Sequence[str] | None = None,
    standing: Standing | None = None,
    doing: str = "",
    overtaken: Sequence[int | None] = (),
    failed_first: int = 0,
) -> Visible:
    """The summary for a person: statuses with their sum, codes with advice, files, the next step.

    `called` is how leadsync is called, `options` choose the run's dialer and campaign, `look` gives a status its
    colour. With `moved_to`, the failed and rejected rows have gone on, and a row is still to be looked at in these
    runs. `standing`: where the run stands now, where that is looked up; `doing` says the same in words. `overtaken`:
    the codes of its failed and rejected rows that cannot go again, as a later row of their lead went through.
    `failed_first`: how many failed rows stand before others of their leads that are left.
    """
    steps = list(_next_steps(run, tally, files, called, options, moved_to, standing, len(overtaken), failed_first))
    gone_on = Counter(tally.codes if moved_to is not None else overtaken)
    head = visible_lines(
        [f"Run {run.id} of {run.file.name}: {_ending(run, tally, standing, doing)}", *warnings_of(run), ""]
    )
    below = visible_lines([*_lines_below(tally, files, gone_on), *([""] if steps else []), *steps])
    return Visible("\n".join([head, *_status_lines(run, tally, look, standing), below]))


def _status_lines(
    run: RunRecord, tally: Tally, look: Callable[[Status], str], standing: Standing | None
) -> Iterator[str]:
    for status in Status:
        if count := tally.statuses.get(status, 0):
            yield f"  {count:>9,}  {look(status)}{' ' * (10 - len(status))} {meaning(status, run, standing)}"


def _lines_below(tally: Tally, files: Mapping[str, Path | None], gone_on: Mapping[int | None, int]) -> Iterator[str]:
    yield f"  {tally.rows:>9,}  {agreeing(tally.rows, 'row')} read"
    yield from _refusals(tally, gone_on)
    if files.get("report"):
        yield ""
        yield "Files:"
        for name, path in files.items():
            if path:
                yield f"  {_FILE_WORDS[name]:<30} {path}"


def _refusals(tally: Tally, gone_on: Mapping[int | None, int]) -> Iterator[str]:
    """The dialer's answers; `gone_on` counts the rows of a code that cannot go again from here."""
    codes, others = split_codes({code: count for code, count in tally.codes.items() if code != 0})
    if codes:
        yield ""
        yield "The dialer's answers other than 0 OK:"
    for code, count in codes.items():
        entry = RESULT_CODES.get(code)
        yield f"  {count:>9,}  {code} {entry.name if entry else 'not in the documentation'}"
        if entry:
            # The advice for a failed row is of no use if none can go again.
            goes = entry.verdict in (Verdict.FINAL, Verdict.CONFLICT) or gone_on.get(code, 0) < count
            yield f"             {entry.meaning} {entry.advice}" if goes else f"             {entry.meaning}"
    if others:
        yield f"  {others:>9,}  other codes, not in the documentation"


_FILE_WORDS = {
    "report": "every row",
    "retry": "to correct and send again",
    "review": "for a person to decide",
    "summary": "at a glance, to print or mail",
    "marked": "your workbook, marked",
}


def _ending(run: RunRecord, tally: Tally, standing: Standing | None, doing: str) -> str:
    if standing is not None and (standing.changes_soon or standing.kind is StandingKind.LOST):
        return f"{doing}."
    if not run.complete:
        return "a draft, nothing of it is sent."
    if run.stopped:
        return f"stopped before the end: {run.stopped}."
    if not run.finished:
        return "not finished."
    what = _trial(tally) if tally.beyond else "finished"
    return f"{what}, {run.seconds:.1f} seconds of sending."


def _trial(tally: Tally) -> str:
    """A trial's rows to send, in words; unsent rows between them count among the first of the sheet."""
    rows = tally.rows - tally.statuses.get(Status.REJECTED, 0) - tally.statuses.get(Status.SKIPPED, 0)
    among = "" if rows == tally.rows else f", among the first {tally.rows:,} of the sheet"
    return f"trial of {counted(rows, 'row')}{among}"


def _next_steps(
    run: RunRecord,
    tally: Tally,
    files: Mapping[str, Path | None],
    called: str,
    options: Sequence[str],
    moved_to: Sequence[str] | None,
    standing: Standing | None,
    overtaken: int,
    failed_first: int,
) -> Iterator[str]:
    def sending(file: Path) -> str:
        return f"{called} {arguments('run', file, *options)}"

    if standing is not None and standing.asked_by:
        yield f"{standing.sentence} It can be taken back on the page."
        return
    if standing is not None and standing.is_under_way:
        if standing.is_live:
            yield f"Stop it: {called} stop {run.id}"
        return
    if not run.complete:
        again = f"by giving its sheet again: {sending(run.file)}"
        yield f"Nobody has confirmed it. It is sent {'on the page.' if is_uploaded(run.file) else again}"
        return
    goes_on = not run.finished or tally.beyond > 0
    if failed_first:
        yield failed_first_words(failed_first, run.id, called)
    if goes_on:
        yield f"{_going_on(tally, standing)}: {called} {run.resume_command}"
    # The sheets of a workbook's report are worked on, and the file is given back as a whole.
    workbook = files.get("report") if run.kind == "xlsx" else None
    # The page deletes its own folder after two weeks.
    ours = f"`{called} report {run.id} --output DIR`"
    if moved_to is not None:
        yield from (f"Rows of it are in run {later} now: {called} show {later}" for later in moved_to)
    elif (retry := files.get("retry")) and correctable(tally) > overtaken:
        what = "highlighted cells on the sheet To correct" if workbook else "rows in the file to correct"
        correct = "When that is done, correct" if goes_on else "Correct"
        if not is_pages_own(workbook or retry):
            yield f"{correct} the {what}, then send them: {sending(workbook or retry)}"
        else:
            rows = counted(correctable(tally) - overtaken, "row")
            yield f"{correct} the {rows} on the page, or in files that {ours} writes."
    if overtaken:
        yield overtaken_words(overtaken, " on the sheet To correct" if workbook else "")
    to_decide = tally.statuses.get(Status.CONFLICT) or tally.statuses.get(Status.UNKNOWN)
    if to_decide and (review := files.get("review")):
        yield _decide(workbook, ours, "" if is_pages_own(review) else sending(workbook or review))


def _going_on(tally: Tally, standing: Standing | None) -> str:
    if standing is not None and standing.kind is StandingKind.QUEUED:
        return "A worker sends it, or you from here"
    return f"Go on with the other {counted(tally.beyond, 'row')}" if tally.beyond else "Go on with it"


def _decide(workbook: Path | None, written_by: str, sending: str) -> str:
    if not sending:
        return f"Decide on the page, or fill the column sync_decision in files that {written_by} writes."
    where = "on the sheet To decide, then give the workbook" if workbook else "in the file to decide, then give it"
    return f"Fill the column sync_decision {where} back: {sending}"


def correctable(tally: Tally) -> int:
    """The number of rows open to correction: without those refused for good."""
    finals = sum(
        count
        for code, count in tally.codes.items()
        if code in RESULT_CODES and RESULT_CODES[code].verdict is Verdict.FINAL
    )
    rows = tally.statuses.get(Status.REJECTED, 0) + tally.statuses.get(Status.FAILED, 0) + tally.still_failing
    return rows - finals
