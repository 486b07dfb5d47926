"""The API key and the path of the dialer's address, kept out of texts that are logged or told. Pure, and linear in the
length of a text."""

import logging
import re
from collections import defaultdict
from functools import lru_cache
from html.entities import html5
from urllib.parse import unquote, unquote_plus

from leadsync.dialer.decoded_texts import folded, holds

SHORT_KEY = 8
"""A key with fewer characters may be a word or a number: only a whole token is taken for it."""
LONGEST_SPELLING = 40
"""No character of a text takes more characters than this in any spelling below."""

SHORTEST_PIECE = 8
"""So many characters of a longer key, one behind the other, are a piece of it."""
LONG_KEY = 16
"""A key with fewer characters may hold whole words; only the whole of it is taken for it."""

_MOST_PIECES = 64
_MARGIN = 2048
"""Characters behind a shown text that are searched too: the key may begin in its last ones."""
_MOST_KNOWN = 256
_LONGEST_KNOWN = 500
_TOKEN = re.compile(r"[A-Za-z0-9+/_=-]{64,}")
_LEAST_DIGITS = 10
"""Different characters of a token: a ruled line has one."""

_STARS = "***"
LEFT_OUT = f"{_STARS} (left out: it may hold the API key or the dialer's address)"
_BETWEEN = r"(?:[\s\u00ad\u200b]|<[^<>]{0,60}>){0,4}"
"""What a page may put between two characters of a long word."""
_WORD_CHARACTER = r"\w"
_IN_A_QUERY = re.compile(
    r"""(apikey(?:=|%(?:25){0,3}3d|&(?:amp;){0,3}(?:#0{0,5}61|#x0{0,5}3d|equals);|\\{1,4}u003d))[^\s&"'<>]*""",
    re.IGNORECASE,
)
"""The key where the calls put it, a beginning of it included: the page may quote only a part of the address."""


def _entity_names() -> dict[str, list[str]]:
    names = defaultdict(list)
    for name, character in html5.items():
        if name.endswith(";"):
            names[character].append(name)
    return names


_ENTITY_NAMES = _entity_names()


def _any_spelling(character: str) -> str:
    """A regular expression for a character in a URL, in HTML, in JSON, or quoted in several of them."""
    number = ord(character)
    octets = [f"{octet:02x}" for octet in character.encode("utf-8", "surrogatepass")]
    percent = "".join(f"%(?:25){{0,3}}{octet}" for octet in octets)
    escaped_octets = "".join(rf"\\{{1,4}}x{octet}" for octet in octets)
    entities = "|".join([f"#0{{0,5}}{number};?", f"#x0{{0,5}}{number:x};?", *_ENTITY_NAMES.get(character, ())])
    units = character.encode("utf-16-be", "surrogatepass").hex()
    escape = "".join(rf"\\{{1,4}}u{units[at : at + 4]}" for at in range(0, len(units), 4))
    spellings = [re.escape(character), f"(?i:{percent}|&(?:amp;){{0,3}}(?:{entities})|{escape}|{escaped_octets})"]
    if not character.isalnum():
        spellings.append(rf"\\{{1,4}}{re.escape(character)}")
    if character == " ":
        spellings.append(r"\+")
    return f"(?:{'|'.join(spellings)})"


def _pattern(key: str) -> re.Pattern[str]:
    if len(key) >= SHORT_KEY:
        return re.compile("|".join(_BETWEEN.join(map(_any_spelling, one)) for one in _decoded(key)), re.IGNORECASE)
    # An encoded separator before the key ends in a letter or a digit, too.
    begins = rf"(?:(?<!{_WORD_CHARACTER})|(?<=%[0-9A-Fa-f]{{2}})|(?<=\\u[0-9A-Fa-f]{{4}}))"
    return re.compile(f"{begins}{''.join(map(_any_spelling, key))}(?!{_WORD_CHARACTER})")


def _decoded(key: str) -> set[str]:
    """The key, and its results of wrong decoding, or of one decoding too many."""
    # UTF-8 read as Latin-1, as a page without a charset is.
    wrong = key.encode("utf-8", "surrogatepass").decode("latin-1")
    return {key, unquote(key), unquote_plus(key), key.replace("+", " "), wrong} - {""}


def _pieces(text: str, size: int) -> list[str]:
    """All pieces of `size` characters; of a very long text every few of them, so that a longer part holds one."""
    step = max(1, len(text) // _MOST_PIECES)
    return [text[at : at + size] for at in range(0, len(text) - size + 1, step)]


def _path_parts(path: str) -> list[str]:
    """The whole of a path, and its longer parts: a page may quote only some. Each begins with its slash."""
    whole = "/" + path.strip("/")
    parts = [f"/{part}" for part in whole.split("/") if len(part) >= SHORT_KEY]
    return list(dict.fromkeys([whole, *parts])) if whole != "/" else []


def _path_pattern(part: str) -> str:
    spelled = _BETWEEN.join(map(_any_spelling, part))
    # `/a` stands in many a text.
    return spelled if len(part) > SHORT_KEY else rf"{spelled}(?!{_WORD_CHARACTER})"


class KeyFilter(logging.Filter):
    """Takes the API key out of texts and of whatever a library logs: it travels in the query string of every URL.

    So does the `path` of the dialer's address, which is as secret as it.
    """

    def __init__(self, key: str, path: str = "") -> None:
        super().__init__()
        self._pattern = _pattern(key) if key else None
        parts = _path_parts(path)
        self._path = re.compile("|".join(map(_path_pattern, parts)), re.IGNORECASE) if parts else None
        self._plain = {part.casefold() for part in parts if len(part) > SHORT_KEY}
        self._folded: set[str] = set()
        for one in _decoded(key) if len(key) >= SHORT_KEY else ():
            plain, letters = one.casefold(), folded(one)
            is_long = len(key) >= LONG_KEY
            self._plain |= set(_pieces(plain, SHORTEST_PIECE if is_long else len(plain)))
            if len(letters) >= SHORTEST_PIECE:
                found = set(_pieces(letters, SHORTEST_PIECE if is_long else len(letters)))
                self._folded |= found | {piece[::-1] for piece in found}
        # Nearly all answers are one of a few: the search of a short text takes up to a millisecond.
        self._scrub_again = lru_cache(_MOST_KNOWN)(self._scrub)
        self.longest = LONGEST_SPELLING * len(key)
        """The characters that the key can take in a text."""

    def scrub(self, text: str, length: int | None = None) -> str:
        """`text` up to `length`, with stars for the key; left out as a whole if it may hold the key in any other way.

        Call it before the text is cut: a part of the key may be at the end.
        """
        return (self._scrub_again if len(text) <= _LONGEST_KNOWN else self._scrub)(text, length)

    def _scrub(self, text: str, length: int | None) -> str:
        text = self.starred(text)
        if length is not None:
            text = text[: length + _MARGIN]
            # No person reads a long token, and it may be the key in an unknown encoding.
            token = max(_TOKEN.findall(text), key=len, default="")
            is_encoded = len(set(token)) >= _LEAST_DIGITS and 3 * len(token) > 2 * len(text)
            if self._pattern is not None and is_encoded:
                return LEFT_OUT
        return LEFT_OUT if self._is_held_by(text) else text[:length]

    def starred(self, text: str) -> str:
        """`text` with stars for the key and the path in the usual spellings."""
        for pattern in (self._pattern, self._path):
            if pattern is not None:
                text = pattern.sub(_STARS, text)
        return _IN_A_QUERY.sub(rf"\1{_STARS}", text)

    def _is_held_by(self, text: str) -> bool:
        """Whether a text holds the key, or a piece of a long one, whatever its encoding and the signs in between."""
        return bool(self._plain) and holds(text, self._is_in)

    def _is_in(self, text: str) -> bool:
        letters = folded(text)
        if any(piece in letters for piece in self._folded):
            return True
        plain = text.casefold()
        return any(piece in plain for piece in self._plain)

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg = self.scrub(record.getMessage())
        record.args = None
        if record.exc_info:
            record.exc_text = self.scrub(logging.Formatter().formatException(record.exc_info))
            record.exc_info = None
        return True
