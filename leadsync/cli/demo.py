"""The command that sends the sample data to a practice dialer."""

import json
import os
import tomllib
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from leadsync.cli.options import A_FOLDER, examples
from leadsync.cli.shell import Shell, command_shell
from leadsync.cli.simulate import PRACTICE_KEY
from leadsync.models import RowRecord
from leadsync.plurals import counted
from leadsync.terminal import Visible, visible_lines

if TYPE_CHECKING:
    from leadsync.config import Settings
    from leadsync.journal import Journal
    from leadsync.simulator import PracticeDialer

_DEMO_FOLDER = Path("leadsync-demo")
_SETTINGS = """\
# The demonstration's settings, for the practice dialer that `leadsync simulate` starts. Waits are short, because its
# troubles pass quickly.
[server]
url = "http://127.0.0.1:8080"
hardware_threads = 16
[campaign]
template_id = 41
campaign_id = 41
allocation_id = 38
[columns]
"Agent notes" = ""
[retry]
attempts = 3
wait_seconds = 0.5
"""


@click.command(epilog=examples("demo --output demo"))
@click.option(
    "--output",
    type=A_FOLDER,
    default=_DEMO_FOLDER,
    show_default=True,
    help="The folder for everything the demonstration writes.",
)
def demo(output: Path) -> int:
    """Send the sample data to a practice dialer, end to end."""
    from leadsync.cli.package_data import package_data
    from leadsync.journal import open_journal
    from leadsync.simulator import PracticeServer

    shell = command_shell()
    samples = package_data("sample_data")
    known = json.loads((samples / "practice_dialer.json").read_text("utf-8"))
    state, config = shell.state or output / "state", output / "leadsync.toml"
    practised = replace(shell, config=config, state=state)
    with PracticeServer(_practice_dialer(known)) as server, open_journal(state.absolute()) as journal:
        run_id = _send_samples(practised, samples / "leads.csv", output, journal, server.url)
        unlike = _unlike_designed(list(journal.records(run_id)), known)
    for line in unlike:
        shell.say(line)
    if not unlike:
        shell.say(_what_now(practised, run_id))
    return 1 if unlike else 0


def _send_samples(shell: Shell, file: Path, output: Path, journal: "Journal", url: str) -> str:
    from leadsync.report import as_json, as_text
    from leadsync.run import RunOptions, check_output, execute, expected_pace, plan_run
    from leadsync.run.survey_text import would_do

    # The server listens on a free port; the written settings name the port of `simulate`.
    settings = _demo_settings(url)
    check_output(output)
    if shell.config is not None:
        shell.config.write_text(_SETTINGS, "utf-8")
    # The same sample each time: without `fresh` the second demonstration would have nothing to do.
    options = RunOptions(output=output, fresh=True)
    plan = plan_run(journal, file.resolve(), settings, options, journal.now())
    for remark in plan.remarks:
        shell.say(str(remark))
    if plan.survey is not None:
        for line in would_do(plan.survey, expected_pace(journal, settings), datetime.now().astimezone()):
            shell.say(line)
    done = execute(journal, plan, settings, shell.progress, shell.say, environment={"LEADSYNC_API_KEY": PRACTICE_KEY})
    text = as_text(done.run, done.tally, done.files, called=shell.called)
    shell.result(text, as_json(done.run, done.tally, done.files))
    return done.run.id


def _what_now(shell: Shell, run_id: str) -> Visible:
    """The next commands, ready to paste; the demonstration's own dialer has ended."""
    key = f"$env:LEADSYNC_API_KEY = '{PRACTICE_KEY}'" if os.name == "nt" else f"export LEADSYNC_API_KEY={PRACTICE_KEY}"
    dialer = replace(shell, config=None, state=None).called
    return visible_lines(
        (
            "",
            f"That went as designed. Look at the run again: {shell.called} show {run_id}",
            f"To send corrected rows, start a practice dialer in another terminal: {dialer} simulate",
            f"Then let this one know its key: {key}",
        )
    )


def _demo_settings(url: str) -> "Settings":
    from leadsync.config import settings_from

    values = tomllib.loads(_SETTINGS)
    return settings_from({**values, "server": {**values["server"], "url": url}}, "the demonstration's settings")


def _practice_dialer(known: dict[str, Any]) -> "PracticeDialer":
    from leadsync.simulator import FaultRule, PracticeDialer

    return PracticeDialer(
        api_key=PRACTICE_KEY,
        leads=known["leads"],
        dnc=known["dnc"],
        editing=known["editing"],
        faults=[FaultRule(**fault) for fault in known["faults"]],
    )


def _unlike_designed(records: list[RowRecord], known: dict[str, Any]) -> list[str]:
    """A sentence for each row with another result than designed."""
    from leadsync.report import message

    usual = {"status": "succeeded", "code": 0}
    unlike = []
    for record in records:
        expected = known["expected"].get(str(record.number), usual)
        if {"status": record.status.value, "code": record.code} != expected:
            came = f"{record.status} {'' if record.code is None else record.code} {message(record)}"
            unlike.append(f"Row {record.number} should have ended as {expected}, but: {came}")
    if len(records) != known["expected_rows"]:
        read = counted(len(records), "row was", "rows were")
        unlike.append(f"{read} read, and the sample has {known['expected_rows']}.")
    return unlike
