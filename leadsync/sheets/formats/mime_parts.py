"""The web pages in an MHTML file: the form of "web page, single file", and of exports of SAP.

The e-mail parser of the standard library takes the file apart.
"""

from email import message_from_bytes
from email.policy import compat32
from typing import BinaryIO


def pages_in(file: BinaryIO) -> list[tuple[bytes, str]]:
    """Return the file's pages of HTML, each with the encoding that its header names, or an empty text."""
    file.seek(0)
    message = message_from_bytes(file.read().lstrip(), policy=compat32)
    pages = []
    for part in message.walk():
        content = part.get_payload(decode=True) if part.get_content_type() == "text/html" else None
        if isinstance(content, bytes):
            pages.append((content, str(part.get_content_charset(""))))
    return pages
