"""Texts with letters still in the writing of a web page, an e-mail or a wrong encoding, or a template's names. Pure.

Nothing is decoded here: `&amp;` may be meant. The words name the writing, never the text.
"""

import base64
import binascii
import re
from collections.abc import Callable
from html.entities import html5

from leadsync.leads.common_names import FIELD_OF_NAME
from leadsync.leads.placeholders import is_template_name
from leadsync.spreadsheet import loose

_SIGNS = "&=%+\\?"
"""One of them, or a letter beyond ASCII, is in each such text but a template's name."""
_MERGED = re.compile(r"\{\{\s*[^\W\d][^{}]*\}\}|\$\{\s*[^\W\d][^{}]*\}|\*\|[^\W\d]\w*\|\*|\{![^\W\d][\w.]*\}")
"""A template's name inside a text: `Hi {{name}}`, `*|NAME|*`, `{!Contact.Name}`."""
_BRACKETED = re.compile(r"\[([^\W\d][^\[\]\d]*)\]|<([^\W\d][^<>\d]*)>")
_SHORTEST_NAME = 4
_ENTITY = re.compile(r"&(?:#\d{2,6}|#[xX][0-9A-Fa-f]{2,5}|([A-Za-z]{2,8}\d{0,2}));")
_QUOTED = re.compile(r"(?<=[A-Za-z])(?:=[89A-F][0-9A-F])+|=3D|=\?[\w-]+\?[BbQq]\?")
_PERCENT = re.compile(r"(?:%[89A-Fa-f][0-9A-Fa-f]){2,}|(?<=\w)%20(?=\w)")
_ESCAPE = re.compile(r"\\u[0-9A-Fa-f]{4}|\\x[89A-Fa-f][0-9A-Fa-f]")
_UTF7 = re.compile(r"\+([A-Za-z][A-Za-z0-9+/]{2,})")
_ADDRESS = re.compile(r"://|\bwww\.")
_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]{2,}")
_TWICE = re.compile("[\u00a0-\u017f\u2010-\u203a\u20ac\u4e00-\u9fff\uac00-\ud7a3]|[\u0370-\u05ff\u3040-\u30ff]{2}")
_READ_AS = ("mac_roman", "cp850", "cp437", "cp1250")
"""Further encodings in which programs read UTF-8 by mistake: `√©`, `├®`, `Ă©` for é."""
_LEADS = re.compile("[¬√ƒ≈‚–—Œœ◊┬├─┼╨╤ðÐÔΓÂĂÄĹĐŃâ]")
"""The first bytes of their letters: texts in other scripts have none, and are spared four tries."""
_OWN = ("ĂŞ", "ĂŢ")
"""Letters of Romanian, as they stand in cp1250, with the bytes of others."""
_LOST = "\ufffd"
_FEW_WORDS = 5
_LOST_INSIDE = re.compile(r"(?<=[^\W\d_])\?(?=[a-zß-ÿ]|[A-ZÀ-ß]{2})(?!\w*=)|(?<!\S)\?(?=[a-z]{2})")
_LOST_AT_END = re.compile(r"[A-Z][^\W\d_]+(?:[ -][A-Z][^\W\d_]*)?\?")
_OF_NAMES = re.compile(
    r"(?:name|prénom|prenom|nombre|apellidos?|cognome|naam|navn|namn|nazwisko|city|town|suburb|street|address|adresse"
    r"|ville|stadt|ciudad|città|cidade|plaats|strasse|miasto)\d*\Z|\A(?:nom|ort|név|imię)\Z"
)


def _has_entity(text: str) -> bool:
    return any(found[1] is None or f"{found[1]};" in html5 for found in _ENTITY.finditer(text))


def _is_utf7(text: str) -> bool:
    return any(map(_is_shifted, _UTF7.findall(text)))


def _is_shifted(letters: str) -> bool:
    """Whether letters stand for others in UTF-7: 16 bits each, and fewer than 6 bits of filling, all 0."""
    try:
        raw = base64.b64decode(letters + "=" * (-len(letters) % 4), validate=True)
        text = raw[: len(raw) // 2 * 2].decode("utf-16-be")
    except (binascii.Error, UnicodeDecodeError):
        return False
    again = base64.b64encode(text.encode("utf-16-be")).decode("ascii").rstrip("=")
    return again == letters and text.isalpha() and not text.isascii()


def _is_utf8_twice(text: str) -> bool:
    return any(map(_is_read_wrong, _BEYOND_ASCII.findall(text)))


def _is_read_wrong(run: str) -> bool:
    try:
        # Bytes without a letter in Windows-1252 come as control characters.
        raw = b"".join(sign.encode("latin-1" if "\x80" <= sign <= "\x9f" else "cp1252") for sign in run)
        return _TWICE.search(raw.decode("utf-8")) is not None
    except UnicodeError:
        return (
            _LEADS.search(run) is not None
            and run not in _OWN
            and any(_is_read_as(run, encoding) for encoding in _READ_AS)
        )


def _is_read_as(run: str, encoding: str) -> bool:
    try:
        return _TWICE.search(run.encode(encoding).decode("utf-8")) is not None
    except UnicodeError:
        return False


def _has_lost_letters(text: str) -> bool:
    return len(text.split()) <= _FEW_WORDS and _LOST_INSIDE.search(text) is not None


def _has_template_name(text: str, heading: str) -> bool:
    """Whether a text has a template's name, or is a heading in brackets such as `[First Name]` under Name."""
    if is_template_name(text) or _MERGED.search(text):
        return True
    bracketed = _BRACKETED.fullmatch(text)
    if not bracketed:
        return False
    name = loose(bracketed[1] or bracketed[2])
    is_heading = len(name) >= _SHORTEST_NAME and bool(heading) and (name.endswith(heading) or heading.endswith(name))
    return is_heading or name in FIELD_OF_NAME


TEMPLATE = "a template's name, such as {{name}} or %name%; write the value, or leave the cell blank"
"""The words about a name that no program has filled in."""
_WRITINGS: tuple[tuple[str, Callable[[str], object]], ...] = (
    ("letters as in a web page, such as &amp; or &#233;; export it as plain text", _has_entity),
    ("letters as in an e-mail, such as =C3=A9; save the file anew as UTF-8", _QUOTED.search),
    ("letters as in a web address, such as %C3%A9; export it as plain text", _PERCENT.search),
    ("letters as in a program, such as \\u00e9; export it as plain text", _ESCAPE.search),
    ("letters in UTF-7, such as +AOk-; save the file anew as UTF-8", _is_utf7),
    ("letters that were UTF-8 and were read as another encoding, such as Ã© for é; export it anew", _is_utf8_twice),
    ("a mark of letters lost before, U+FFFD; export it anew", lambda text: _LOST in text),
    ("a question mark inside words, as for letters lost before, such as M?ller; export it anew", _has_lost_letters),
)
_OF_ADDRESSES = (_QUOTED.search, _PERCENT.search, _has_lost_letters)
LOST_AT_END = "a question mark behind names, as for letters lost before, such as Jos?; export it anew"
"""The words about a doubt of several rows; one such name may be a person's question."""
ENCODED = frozenset((TEMPLATE, LOST_AT_END, *(words for words, _ in _WRITINGS)))
"""The words about each writing, with what to do."""


def writing_of(text: str, heading: str = "") -> str:
    """The words about a text's writing; empty for an ordinary one.

    `heading` is that of its column, as `loose` gives it: a letter lost at the end is told in columns of names alone.
    """
    if _has_template_name(text, heading):
        return TEMPLATE
    if text.isascii() and not any(sign in text for sign in _SIGNS):
        return ""
    is_address = _ADDRESS.search(text) is not None
    for words, has in _WRITINGS:
        if has(text) and not (is_address and has in _OF_ADDRESSES):
            return words
    if text.endswith("?") and _OF_NAMES.search(heading) and _LOST_AT_END.fullmatch(text):
        return LOST_AT_END
    return ""
