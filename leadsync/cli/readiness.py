"""Settings, complete for sending."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from leadsync.config import Settings


def ready_to_send(settings: "Settings", output: Path | None = None) -> "Settings":
    """Return the settings if they are complete for sending; raise SettingsError otherwise.

    Raises UsageError if no files can be written into `output`: a planned run would remember that folder.
    """
    settings.url()
    settings.ids()
    settings.api_key(os.environ)
    _ = settings.slots
    if output is not None:
        from leadsync.run import check_output

        check_output(output)
    return settings
