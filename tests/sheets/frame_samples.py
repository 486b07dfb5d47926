"""How these tests read frames."""

from zoneinfo import ZoneInfo

import pandas as pd

from leadsync.models import Row
from leadsync.sheets import NO_RULES
from leadsync.sheets.frame_sheet import FrameSheet
from leadsync.spreadsheet import SheetRules

MELBOURNE = ZoneInfo("Australia/Melbourne")


def rows_of(frame: pd.DataFrame, rules: SheetRules = NO_RULES) -> list[Row]:
    return [row for chunk in FrameSheet(frame, "leads", MELBOURNE).table(rules).chunks() for row in chunk]
