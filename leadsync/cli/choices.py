"""Options that several commands have."""

from pathlib import Path

import click

from leadsync.models import Inserts

campaign_option = click.option("--campaign", help="The [campaigns.NAME] of the settings that the leads are in.")
insert_missing_option = click.option(
    "--insert-missing", is_flag=True, help="Insert leads that the dialer does not have (101)."
)
insert_only_option = click.option(
    "--insert-only", is_flag=True, help="A list of new leads: insert every row, change no lead."
)
metrics_option = click.option(
    "--metrics-file", type=click.Path(dir_okay=False, path_type=Path), help="Write figures for Prometheus to a file."
)


def inserts_wished(missing: bool, *, only: bool = False) -> Inserts | None:
    """What the options say about inserts; None where they say nothing."""
    return "only" if only else "missing" if missing else None
