"""The settings: a TOML file, overridden by environment variables, checked before anything is sent."""

from leadsync.config.loader import find, journal_place, load, settings_from, state_folder, tables_of, url_source
from leadsync.config.sections import Campaign, Cluster, Dialer, JournalPlace, Notify, Oidc, Retry, Server, Web
from leadsync.config.settings import ENVIRONMENT_PREFIX, FILE_NAME, Settings
from leadsync.config.sheet_choices import OWN_FILE, SheetChoices, choices_before
from leadsync.config.sheet_settings import Chosen, reading_of, with_reading
from leadsync.leads import Input

__all__ = [
    "ENVIRONMENT_PREFIX",
    "FILE_NAME",
    "OWN_FILE",
    "Campaign",
    "Chosen",
    "Cluster",
    "Dialer",
    "Input",
    "JournalPlace",
    "Notify",
    "Oidc",
    "Retry",
    "Server",
    "Settings",
    "SheetChoices",
    "Web",
    "choices_before",
    "find",
    "journal_place",
    "load",
    "reading_of",
    "settings_from",
    "state_folder",
    "tables_of",
    "url_source",
    "with_reading",
]
