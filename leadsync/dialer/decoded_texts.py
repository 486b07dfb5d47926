"""What a text says once its encodings are undone, for secrets that a page quotes in one of them. Pure, and linear."""

import re
import unicodedata
from base64 import b64decode
from collections.abc import Iterator
from html import unescape
from urllib.parse import unquote

SHORTEST_TOKEN = 11
"""The characters of 8 bytes in base64; shorter ones are not looked into."""
_ROUNDS = 3
"""Encodings of encodings: a proxy percent-encodes what a page has escaped for HTML."""
_UNICODE_PERCENT = re.compile(r"%u([0-9a-fA-F]{4})")
_BACKSLASH = re.compile(r"\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|([0-7]{3})|(.))", re.DOTALL)
_QUOTED_PRINTABLE = re.compile(r"=([0-9A-Fa-f]{2})")
_BLANK = re.compile(r"[\s\u00ad\u200b]+|=\r?\n")
_BASE64 = re.compile(rf"[A-Za-z0-9+/_-]{{{SHORTEST_TOKEN},}}")
_HEX = re.compile(rf"(?:[0-9A-Fa-f]{{2}}[:,-]?){{{SHORTEST_TOKEN // 2},}}")
_SIGNS = re.compile(rf"[%&\\=]|[^\x00-\x7f]|[A-Za-z0-9+/_-]{{{SHORTEST_TOKEN}}}|(?:[0-9A-Fa-f]{{2}}[:, -]?){{8}}")
"""Without any of these a text has no encoding to undo."""
_BETWEEN_HEX = str.maketrans("", "", ":,-")
_STANDARD_BASE64 = str.maketrans("-_", "+/")


def decoded_texts(text: str) -> Iterator[str]:
    """The text without its encodings, one after the other, and each as it would be in quoted-printable, base64 and hex.

    Known are URLs, HTML, escapes with backslashes, full-width letters, and up to three of them in one another.
    """
    before = ""
    for _ in range(_ROUNDS):
        if text == before or not _SIGNS.search(text):
            return
        before, text = text, _decoded_once(text)
        yield text
        yield _QUOTED_PRINTABLE.sub(lambda found: chr(int(found[1], 16)), text)
        packed = _BLANK.sub("", text)
        yield from map(_decoded_once, _from_base64(packed))
        yield from map(_decoded_once, _from_hex(packed))


def _decoded_once(text: str) -> str:
    text = unquote(_UNICODE_PERCENT.sub(lambda found: chr(int(found[1], 16)), text))
    return unicodedata.normalize("NFKC", _BACKSLASH.sub(_escaped, unescape(text)))


def _escaped(found: re.Match[str]) -> str:
    """The character of an escape with a backslash."""
    byte, unit, octal, other = found.groups()
    if other is not None:
        return str(other)
    return chr(int(octal, 8) if octal else int(byte or unit, 16))


def _from_base64(packed: str) -> Iterator[str]:
    tokens = [token.translate(_STANDARD_BASE64) for token in _BASE64.findall(packed)]
    # Words in front may have joined a token, as blanks are gone: it may begin at each of four places.
    for start in range(4):
        yield "\n".join(b64decode(_padded(token[start:])).decode("latin-1") for token in tokens)


def _padded(token: str) -> str:
    return token + "A" * (-len(token) % 4)


def _from_hex(packed: str) -> Iterator[str]:
    tokens = [token.translate(_BETWEEN_HEX) for token in _HEX.findall(packed)]
    for start in range(2):
        yield "\n".join(
            bytes.fromhex(token[start : start + (len(token) - start) // 2 * 2]).decode("latin-1") for token in tokens
        )
