"""Mapping, phone, date, disposition and priority rules: values in, values out. No file, no clock, no network."""

from leadsync.leads.mapping import Column, ColumnMapping, map_columns
from leadsync.leads.rows import NEW_LEAD, map_row
from leadsync.leads.rules import DateOrder, Rules
from leadsync.leads.survey import DateSurvey

__all__ = [
    "NEW_LEAD",
    "Column",
    "ColumnMapping",
    "DateOrder",
    "DateSurvey",
    "Rules",
    "map_columns",
    "map_row",
]
