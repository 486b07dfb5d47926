"""Constants of spreadsheets, for all packages. Without a library: each process that reads a sheet loads this anew."""

LONGEST_CELL = 32_767
"""Characters that a workbook's cell can hold."""
MOST_COLUMNS = 16_384
"""What a spreadsheet program shows, XFD being the last."""
SUMMARY_SHEET = "Summary"
REPORT_SHEET = "Report"
TO_CORRECT_SHEET = "To correct"
TO_DECIDE_SHEET = "To decide"
"""The sheets of a report as a workbook, by which it is known again when it is given back."""
