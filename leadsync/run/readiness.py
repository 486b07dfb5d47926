"""Settings, complete for sending."""

import os
from pathlib import Path

from leadsync.config import Settings
from leadsync.models import RunRecord
from leadsync.run.report_files import check_output


def ready_to_send(settings: Settings, output: Path | None = None) -> Settings:
    """Return the settings if they are complete for sending; raise SettingsError otherwise.

    Raises UsageError if no files can be written into `output`: a planned run would remember that folder.
    """
    settings.url()
    settings.ids()
    settings.api_key(os.environ)
    _ = settings.slots
    if output is not None:
        check_output(output)
    return settings


def settings_of_run(settings: Settings, run: RunRecord, campaign: str | None) -> Settings:
    """The settings of an earlier run: of the named campaign, else of the run's own; of the run's dialer, unless one is
    chosen already."""
    chosen = settings if settings.dialer else settings.at_address(run.dialer)
    return chosen.for_campaign(campaign) if campaign else chosen.for_ids(run.ids)
