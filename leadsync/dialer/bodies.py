"""The body of an answer, unpacked and read within bounds: anybody may have written it. Pure.

Time is linear in the body's length. Each bound is stated here, and holds whichever client has fetched the body.
"""

import json
import zlib
from typing import Any

LONGEST_ANSWER = 64 * 1024
"""Bytes of the longest answer to a lead call. A longer body is no answer; its beginning is quoted."""
LONGEST_LIST = 4 * 1024 * 1024
"""Bytes of the longest list: room for 40,000 campaigns."""

NOT_UNPACKED = b"it cannot be unpacked"
"""The remark in place of a body with an unknown or broken packing."""


class Members(list[tuple[str, Any]]):
    """The names and values of a JSON object, in order; a repeated name stays repeated."""


def unpacked(encoding: str, body: bytes, longest: int = LONGEST_ANSWER) -> bytes:
    """Undo gzip or deflate, the `Content-Encoding`; returns at most `longest` + 1 bytes, or NOT_UNPACKED."""
    encoding = encoding.strip().lower()
    if encoding in ("", "identity"):
        return body
    if encoding not in ("gzip", "x-gzip", "deflate"):
        return NOT_UNPACKED
    # Either of the two forms that servers call "deflate"; the first also takes gzip.
    for window in (32 + zlib.MAX_WBITS, -zlib.MAX_WBITS):
        unpacking = zlib.decompressobj(window)
        try:
            plain = unpacking.decompress(body, longest + 1)
        except zlib.error:
            continue
        return plain if unpacking.eof or len(plain) > longest else NOT_UNPACKED
    return NOT_UNPACKED


_decoder = json.JSONDecoder(object_pairs_hook=Members)
"""`json.loads` makes one for each text, which takes longer than the decoding of a short one."""


def parsed(text: str | bytes) -> object:
    """The value of a JSON text, its objects as `Members`.

    Raises ValueError for other texts, and for too deep nesting.
    """
    if isinstance(text, bytes):
        text = text.decode(json.detect_encoding(text), "surrogatepass")
    try:
        return _decoder.decode(text)
    except RecursionError as error:
        raise ValueError("nested too deep") from error


def only(members: Members, name: str) -> object:
    """The value of a name, written small or with a capital; None if it is missing, False if it is repeated.

    Source: the vendor's page writes both `code` and `Code`.
    """
    names = name, name.capitalize()
    values = [value for key, value in members if key in names]
    return (values[0] if len(values) == 1 else False) if values else None
