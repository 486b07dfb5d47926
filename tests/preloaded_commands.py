"""What the parent of commands loads once: late imports, templates of pages, a plan of numbers."""

import ctypes
import encodings.idna
import encodings.utf_8_sig
import encodings.utf_16_be

import platformdirs.unix
import xlsxwriter

import leadsync.alerts
import leadsync.cli
import leadsync.dialer
import leadsync.run
import leadsync.run.survey_text
import leadsync.sheets.output.output_file
import leadsync.sheets.sandbox.reader
from leadsync.leads.number_plans import plan_of
from leadsync.report.pages import page_template

for _page in ("page", "page_macros", "summary_page"):
    page_template(f"{_page}.html.jinja")
plan_of("AU")

__all__ = ["ctypes", "encodings", "leadsync", "platformdirs", "xlsxwriter"]
