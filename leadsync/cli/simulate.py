"""The command that starts the practice dialer."""

from datetime import datetime
from pathlib import Path

import click

from leadsync.cli.options import A_PATH, examples
from leadsync.cli.shell import Shell, command_shell

PRACTICE_KEY = "practice-key"


@click.command(epilog=examples("simulate --port 8080 --leads leads.xlsx"))
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", default=8080, show_default=True, type=click.IntRange(0, 65535), help="The port; 0: a free one.")
@click.option("--threads", default=16, show_default=True, type=click.IntRange(2), help="The dialer's hardware threads.")
@click.option("--key", default=PRACTICE_KEY, show_default=True, help="The API key it accepts.")
@click.option("--leads", type=A_PATH, help="A sheet with the leads it holds; else it holds any.")
@click.option("--faults", type=A_PATH, help="A TOML or JSON file with faults.")
def simulate(host: str, port: int, threads: int, key: str, leads: Path | None, faults: Path | None) -> int:
    """Start the practice dialer."""
    from leadsync.simulator import PracticeDialer, load_rules, serve

    shell = command_shell()
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


def _leads_of(shell: Shell, file: Path) -> dict[str, dict[str, str]]:
    """The leads of a sheet with the state of a first call."""
    from leadsync.models import DISPOSITION, NO_CHANGE
    from leadsync.run import SheetScan, SheetSource, scan_sheet

    held: dict[str, dict[str, str]] = {}

    def take(scan: SheetScan) -> None:
        for entry in scan.entries():
            if entry.lead:
                kept = {name: value for name, value in entry.fields.items() if value != NO_CHANGE}
                held[entry.lead] = {**kept, DISPOSITION: "No Answer"}

    scan_sheet(SheetSource(file), shell.settings(), datetime.now().astimezone(), take)
    return held
