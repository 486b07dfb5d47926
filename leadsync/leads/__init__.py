"""Mapping, phone, date, disposition and priority rules: values in, values out. No file, no clock, no network."""

from leadsync.leads.callback_doubts import CallbackDoubts
from leadsync.leads.column_cleaner import NEW_LEAD
from leadsync.leads.date_parts import EXAMPLES, ORDER_WORDS
from leadsync.leads.date_survey import DateSurvey
from leadsync.leads.dates import orders_fitting
from leadsync.leads.dispositions import alike, slips
from leadsync.leads.encoded_texts import ENCODED, LOST_AT_END, TEMPLATE
from leadsync.leads.external_ids import DECIMAL_ID, LIST_MARK, LIST_NUMBER, PERHAPS_ROUNDED, QUESTION
from leadsync.leads.input_rules import QUERY_ARGUMENTS, DateOrder, Input, Rules, Section, Timezone, table_of
from leadsync.leads.inserts import as_insert
from leadsync.leads.mapping_choice import heading_names, mapping_for, same_headings, sheet_rules, with_mapping
from leadsync.leads.mappings import ColumnMapping, fields_of, map_columns
from leadsync.leads.proposal import Proposal, phones_meant, propose, time_beside
from leadsync.leads.row_mapper import RowMapper, map_row
from leadsync.leads.sheet_columns import Column, columns_of, field_named
from leadsync.leads.text import trim
from leadsync.leads.unsent_columns import UnsentColumns

__all__ = [
    "DECIMAL_ID",
    "ENCODED",
    "EXAMPLES",
    "LIST_MARK",
    "LIST_NUMBER",
    "LOST_AT_END",
    "NEW_LEAD",
    "ORDER_WORDS",
    "PERHAPS_ROUNDED",
    "QUERY_ARGUMENTS",
    "QUESTION",
    "TEMPLATE",
    "CallbackDoubts",
    "Column",
    "ColumnMapping",
    "DateOrder",
    "DateSurvey",
    "Input",
    "Proposal",
    "RowMapper",
    "Rules",
    "Section",
    "Timezone",
    "UnsentColumns",
    "alike",
    "as_insert",
    "columns_of",
    "field_named",
    "fields_of",
    "heading_names",
    "map_columns",
    "map_row",
    "mapping_for",
    "orders_fitting",
    "phones_meant",
    "propose",
    "same_headings",
    "sheet_rules",
    "slips",
    "table_of",
    "time_beside",
    "trim",
    "with_mapping",
]
