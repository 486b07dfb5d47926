"""The summary of a run on standard output."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from leadsync.cli.columns import coloured_status
from leadsync.cli.shell import Shell
from leadsync.models import RunRecord

if TYPE_CHECKING:
    from leadsync.journal import Journal
    from leadsync.report import Standing


def put_run(
    shell: Shell,
    journal: "Journal",
    run: RunRecord,
    files: Mapping[str, Path | None],
    *,
    before: Sequence[dict[str, Any]] = (),
    also: Mapping[str, Any] = MappingProxyType({}),
    standing: "Standing | None" = None,
    doing: str = "",
    is_past: bool = False,
    past: Collection[str] = (),
) -> None:
    """Print the summary of a run; with --json its object.

    `before` holds the objects of runs sent just before, `also` more keys; `standing` and `doing` as in
    `report.as_text`. `is_past`: what its warnings said before it was sent is outdated, and left out for a person; or
    `past` ones alone are.
    """
    from leadsync.report import as_json, as_text
    from leadsync.run import failed_first, overtaken_rows

    tally = journal.tally(run.id)
    value = {**as_json(run, tally, files), **({"before": list(before)} if before else {}), **also}
    moved_to = journal.moved_to(run.id)
    text = as_text(
        replace(run, warnings=() if is_past else tuple(line for line in run.warnings if line not in past)),
        tally,
        files,
        called=shell.called,
        options=shell.options_for(run),
        look=coloured_status,
        moved_to=moved_to,
        standing=standing,
        doing=doing,
        overtaken=[row.code for row in overtaken_rows(journal, run.id)],
        failed_first=failed_first(journal, run),
    )
    shell.result(text, value)


def being_sent(run: RunRecord) -> str:
    return f"Run {run.id} is being sent by another leadsync just now"
