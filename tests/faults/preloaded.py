"""Work of each command that the server of processes does once for all: late imports, and the page's template."""

import leadsync.alerts
import leadsync.run.survey_text
import leadsync.sheets.sandbox.reader
from leadsync.report.summary_page import _template

_template()

__all__ = ["leadsync"]
