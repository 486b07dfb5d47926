"""The commands to practise with: simulate and demo."""

import json
import os
import tomllib
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from leadsync.cli.shell import Shell, current_shell, set_up_log
from leadsync.models import RowRecord
from leadsync.plurals import counted
from leadsync.terminal import Visible, visible_lines

if TYPE_CHECKING:
    from leadsync.config import Settings
    from leadsync.journal import Journal
    from leadsync.simulator import PracticeDialer

_KEY = "practice-key"
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


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", default=8080, show_default=True, type=click.IntRange(0, 65535), help="The port; 0: a free one.")
@click.option("--threads", default=16, show_default=True, type=click.IntRange(2), help="The dialer's hardware threads.")
@click.option("--key", default=_KEY, show_default=True, help="The API key it accepts.")
@click.option("--leads", type=click.Path(path_type=Path), help="A sheet with the leads it holds; else it holds any.")
@click.option("--faults", type=click.Path(path_type=Path), help="A TOML or JSON file with faults.")
def simulate(host: str, port: int, threads: int, key: str, leads: Path | None, faults: Path | None) -> int:
    """Start the practice dialer."""
    from leadsync.simulator import PracticeDialer, load_rules, serve

    shell = current_shell()
    set_up_log(shell)
    dialer = PracticeDialer(
        hardware_threads=threads,
        api_key=key,
        leads=_leads_of(shell, leads) if leads else None,
        any_lead=leads is None,
        faults=load_rules(faults) if faults else (),
    )

    def announce(url: str) -> None:
        shell.result(
            f"The practice dialer is at {url}, its API key is {key}. "
            f'In the settings: [server] url = "{url}", [campaign] template_id = 41, campaign_id = 41, '
            "allocation_id = 38. Ctrl-C ends it.",
            {"url": url, "api_key": key, "template_id": 41, "campaign_id": 41, "allocation_id": 38},
        )

    serve(dialer, host, port, announce=announce)
    return 0


@click.command()
@click.option(
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    default=_DEMO_FOLDER,
    show_default=True,
    help="The folder for everything the demonstration writes.",
)
def demo(output: Path) -> int:
    """Send the sample data to a practice dialer, end to end."""
    from leadsync.cli.shipped import shipped
    from leadsync.journal import open_journal
    from leadsync.simulator import PracticeServer

    shell = current_shell()
    set_up_log(shell)
    samples = shipped("sample_data")
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
    from leadsync.cli.sending import progress_for
    from leadsync.cli.texts import would_do
    from leadsync.report import as_json, as_text
    from leadsync.run import Wishes, check_output, execute, expected_pace, plan_run

    settings = _demo_settings(url)
    check_output(output)
    if shell.config is not None:
        shell.config.write_text(_SETTINGS, "utf-8")
    wishes = Wishes(output=output, fresh=True)
    plan = plan_run(journal, file.resolve(), settings, wishes, journal.now())
    for remark in plan.remarks:
        shell.say(remark)
    if plan.survey is not None:
        for line in would_do(plan.survey, expected_pace(journal, settings), datetime.now().astimezone()):
            shell.say(line)
    done = execute(
        journal, plan, settings, partial(progress_for, shell), shell.say, environment={"LEADSYNC_API_KEY": _KEY}
    )
    text = as_text(done.run, done.tally, done.files, called=shell.called)
    shell.result(text, as_json(done.run, done.tally, done.files))
    return done.run.id


def _what_now(shell: Shell, run_id: str) -> Visible:
    """Commands that work as they are pasted: the demonstration's own dialer has ended with it."""
    key = f"$env:LEADSYNC_API_KEY = '{_KEY}'" if os.name == "nt" else f"export LEADSYNC_API_KEY={_KEY}"
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
        api_key=_KEY,
        leads=known["leads"],
        dnc=known["dnc"],
        editing=known["editing"],
        faults=[FaultRule(**fault) for fault in known["faults"]],
    )


def _unlike_designed(records: list[RowRecord], known: dict[str, Any]) -> list[str]:
    """What did not end as the sample data was made to, a sentence each."""
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


def _leads_of(shell: Shell, file: Path) -> dict[str, dict[str, str]]:
    """The leads of a sheet, as the practice dialer would hold them after a first call."""
    from leadsync.models import DISPOSITION, NO_CHANGE
    from leadsync.run import Reading, SheetScan, scan_sheet

    held: dict[str, dict[str, str]] = {}

    def take(scan: SheetScan) -> None:
        for entry in scan.entries():
            if entry.lead:
                kept = {name: value for name, value in entry.fields.items() if value != NO_CHANGE}
                held[entry.lead] = {**kept, DISPOSITION: "No Answer"}

    scan_sheet(Reading(file), shell.settings(), datetime.now().astimezone(), take)
    return held
