"""Mapping, phone, date, disposition and priority rules: values in, values out. No file, no clock, no network."""

from leadsync.leads.cells import NEW_LEAD
from leadsync.leads.mapping import Column, ColumnMapping, map_columns
from leadsync.leads.rows import RowMapper, map_row
from leadsync.leads.rules import DateOrder, Rules
from leadsync.leads.survey import DateSurvey

__all__ = [
    "NEW_LEAD",
    "Column",
    "ColumnMapping",
    "DateOrder",
    "DateSurvey",
    "RowMapper",
    "Rules",
    "map_columns",
    "map_row",
]
