"""The API key kept out of whatever is logged or told."""

import logging
from urllib.parse import quote


class KeyFilter(logging.Filter):
    """Takes the API key out of whatever a library logs: it travels in the query string of every URL."""

    def __init__(self, key: str) -> None:
        super().__init__()
        self._spellings = {key, quote(key, safe=""), quote(key)} - {""}

    def scrub(self, text: str) -> str:
        """`text` with stars where the key stood."""
        for spelling in self._spellings:
            text = text.replace(spelling, "***")
        return text

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg = self.scrub(record.getMessage())
        record.args = None
        return True
