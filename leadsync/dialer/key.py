"""The API key kept out of whatever is logged or told. Pure, and linear in the length of a text."""

import logging
import re
from collections import defaultdict
from html.entities import html5
from urllib.parse import unquote, unquote_plus

from leadsync.dialer.decoded_texts import decoded_texts

SHORT_KEY = 8
"""A key with fewer characters may be a word or a number: only a whole token is taken for it."""
LONGEST_SPELLING = 40
"""No character of a text takes more characters than this in any spelling below."""

SHORTEST_PIECE = 8
"""So many characters of a longer key, one behind the other, are a piece of it."""
LONG_KEY = 16
"""A key with fewer characters may hold whole words; only the whole of it is taken for it."""

_STARS = "***"
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


def _parts(key: str) -> tuple[str, ...]:
    """The key, or parts of a long one side by side: twice their length of the key holds one of them."""
    size = SHORTEST_PIECE if len(key) >= LONG_KEY else len(key)
    folded = [one.casefold() for one in _decoded(key)]
    return tuple({one[at : at + size] for one in folded for at in range(0, len(one) - size + 1, size)})


class _Pieces:
    """Finds pieces of a long key, in whichever letter case."""

    def __init__(self, key: str) -> None:
        self._keys = [one.casefold() for one in _decoded(key)]
        pieces = {one[at : at + SHORTEST_PIECE] for one in self._keys for at in range(len(one) - SHORTEST_PIECE + 1)}
        self._piece = re.compile("|".join(map(re.escape, sorted(pieces))))

    def scrub(self, text: str) -> str:
        """`text` with stars for pieces of the key."""
        # Places in the folded text are used in the text itself, so both need one length: ß becomes ss.
        folded = text.casefold()
        if len(folded) != len(text):
            folded = text.lower()
        if len(folded) != len(text):
            folded = text
        kept, end = [], 0
        while found := self._piece.search(folded, end):
            start, stop = found.span()
            while stop < len(folded) and any(folded[start : stop + 1] in key for key in self._keys):
                stop += 1
            kept += [text[end:start], _STARS]
            end = stop
        return "".join([*kept, text[end:]]) if kept else text


class KeyFilter(logging.Filter):
    """Takes the API key out of texts and of whatever a library logs: it travels in the query string of every URL."""

    def __init__(self, key: str) -> None:
        super().__init__()
        self._pattern = _pattern(key) if key else None
        self._pieces = _Pieces(key) if len(key) >= LONG_KEY else None
        self._parts = _parts(key) if len(key) >= SHORT_KEY else ()
        self.longest = LONGEST_SPELLING * len(key)
        """The characters that the key can take in a text."""

    def scrub(self, text: str) -> str:
        """`text` with stars for the key in any spelling; call it before the text is cut."""
        if self._pattern is not None:
            text = self._pattern.sub(_STARS, text)
        if self._pieces is not None:
            text = self._pieces.scrub(text)
        text = _IN_A_QUERY.sub(rf"\1{_STARS}", text)
        return _STARS if self._parts and self._is_encoded_in(text) else text

    def _is_encoded_in(self, text: str) -> bool:
        """Whether a text holds the key, or a large piece of a long one, once its encodings are undone."""
        return any(part in decoded.casefold() for decoded in decoded_texts(text) for part in self._parts)

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg = self.scrub(record.getMessage())
        record.args = None
        if record.exc_info:
            record.exc_text = self.scrub(logging.Formatter().formatException(record.exc_info))
            record.exc_info = None
        return True
