"""Mapping, phone, date, disposition and priority rules: values in, values out. No file, no clock, no network."""

from leadsync.leads.column_cleaner import NEW_LEAD
from leadsync.leads.date_survey import DateSurvey
from leadsync.leads.inserts import as_insert
from leadsync.leads.mappings import Column, ColumnMapping, field_named, map_columns
from leadsync.leads.proposal import Proposal, propose
from leadsync.leads.row_mapper import RowMapper, map_row
from leadsync.leads.rules import DateOrder, Rules
from leadsync.leads.text import trim

__all__ = [
    "NEW_LEAD",
    "Column",
    "ColumnMapping",
    "DateOrder",
    "DateSurvey",
    "Proposal",
    "RowMapper",
    "Rules",
    "as_insert",
    "field_named",
    "map_columns",
    "map_row",
    "propose",
    "trim",
]
