"""The cells of a web page's tables to texts and values. Pure.

A cell is its visible text, because a browser shows it and any program wrote it. Excel and LibreOffice add the number
behind the text and its format: these alone tell a date without doubt.
"""

import re
from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

from leadsync.sheets.formats.cell_text import Value
from leadsync.sheets.formats.format_codes import TEXT, is_plain
from leadsync.sheets.formats.number_formats import shows
from leadsync.sheets.formats.serial_dates import NAMED_FORMATS, is_date_code, moment, shows_day

LINE, BLOCK = "\n", "\r"
"""Marks of a line's and of a block's end in a cell's text."""
_BLANKS = re.compile(r"[ \t\n\r\f]+")
_HIDDEN = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)"
    r"|(?<![\w-])opacity\s*:\s*(?:0+(?:\.0*)?|\.0+)%?\s*(?:!|;|$)",
    re.IGNORECASE,
)
_SHOWN = re.compile(r"display\s*:|visibility\s*:", re.IGNORECASE)
_SIZE = re.compile(r"(?<![\w-])font-size\s*:\s*([^;!]*)", re.IGNORECASE)
_NO_SIZE = re.compile(r"(?:0+(?:\.0*)?|\.0+)(?:%|[a-z]+)?\s*", re.IGNORECASE)
_STRUCK = re.compile(r"text-decoration[\w-]*\s*:[^;]*line-through", re.IGNORECASE)
_PRINTED = re.compile(r"@media[^{]*\bprint\b[^{]*\{(?:[^{}]*\{[^{}]*\})*[^{}]*\}|/\*.*?\*/", re.IGNORECASE | re.DOTALL)
_STRUCK_TAGS = frozenset(("del", "s", "strike"))
_NAME = re.compile(r"[.#][\w-]+")
_RULE = re.compile(r"([^{}]*)\{([^{}]*)\}")
_CLASS = re.compile(r"\.([\w-]+)")
_NUMBER_FORMAT = re.compile(r"""mso-number-format\s*:\s*("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[^;}]+)""", re.IGNORECASE)
_ESCAPED = re.compile(r"\\(?:([0-9A-Fa-f]{4})|(.))")
"""Excel writes exactly four digits, though a style sheet may have one to six."""
_DIGIT = re.compile(r"[0-9]")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_RUN = re.compile(r"(?<![0-9])[0-9]{1,4}(?![0-9])")
_EXPONENT = re.compile(r"[0-9]E[+-]?[0-9]", re.IGNORECASE)
_MOST_DIGITS = 40
_LETTER = re.compile(r"[^\W\d_]")
_ENGLISH = 9


class Style(NamedTuple):
    """The format codes of a page by their classes, and the looks of classes (`.x`) and ids (`#x`)."""

    codes: Mapping[str, str] = {}
    hidden: Mapping[str, bool] = {}
    struck: frozenset[str] = frozenset()
    sizes: Mapping[str, bool] = {}
    """Whether the letters have a size, for the names whose rules say it."""

    @classmethod
    def of(cls, sheet: str, before: "Style") -> "Style":
        """Read the text of a style sheet; `before` is what those above it say."""
        # Later rules win, as in a browser; a page may have several style sheets.
        codes, hidden, struck = dict(before.codes), dict(before.hidden), set(before.struck)
        sizes = dict(before.sizes)
        for selectors, rules in _RULE.findall(_PRINTED.sub("", sheet)):
            if code := _number_format(rules):
                codes.update(dict.fromkeys(_CLASS.findall(selectors), code))
            if _SHOWN.search(rules) or _HIDDEN.search(rules):
                hidden.update(dict.fromkeys(_names(selectors), _HIDDEN.search(rules) is not None))
            if _STRUCK.search(rules):
                struck.update(_names(selectors))
            if (has_size := _has_size(rules)) is not None:
                sizes.update(dict.fromkeys(_names(selectors), has_size))
        # Sizes count only in a page that has letters without one.
        return cls(codes, hidden, frozenset(struck), sizes if False in sizes.values() else {})

    def hides(self, attributes: Mapping[str, str]) -> bool:
        """Whether an element is not shown."""
        own = attributes.get("style", "")
        if "hidden" in attributes or _HIDDEN.search(own):
            return True
        if not self.hidden or _SHOWN.search(own):
            return False
        return any(self.hidden.get(name, False) for name in _own_names(attributes))

    def strikes(self, tag: str, attributes: Mapping[str, str]) -> bool:
        """Whether an element's text is struck."""
        if tag in _STRUCK_TAGS or _STRUCK.search(attributes.get("style", "")):
            return True
        return bool(self.struck) and not self.struck.isdisjoint(_own_names(attributes))

    def has_size(self, attributes: Mapping[str, str]) -> bool | None:
        """Whether an element's letters have a size; None if it has that of the element around it."""
        own = _has_size(attributes["style"]) if "style" in attributes else None
        if own is not None or not self.sizes:
            return own
        return next((self.sizes[name] for name in _own_names(attributes) if name in self.sizes), None)

    def code(self, attributes: Mapping[str, str]) -> str:
        """Return a cell's format code; empty for none."""
        if own := _number_format(attributes.get("style", "")):
            return own
        return next((self.codes[name] for name in attributes.get("class", "").split() if name in self.codes), "")


def _has_size(rules: str) -> bool | None:
    """Whether rules give letters a size; None if they do not say it."""
    sizes = _SIZE.findall(rules)
    return _NO_SIZE.fullmatch(sizes[-1]) is None if sizes else None


def _names(selectors: str) -> list[str]:
    """The classes and ids of a rule's elements, without those of states such as `:hover`."""
    last = [selector.split()[-1] for selector in selectors.split(",") if selector.strip()]
    return [name for one in last if ":" not in one and "[" not in one for name in _NAME.findall(one)]


def _own_names(attributes: Mapping[str, str]) -> list[str]:
    names = [f".{name}" for name in attributes.get("class", "").split()]
    return [*names, f"#{attributes['id']}"] if "id" in attributes else names


def squeezed(data: str) -> str:
    """A page's text with each run of blanks as one, as browsers show it."""
    return _BLANKS.sub(" ", data)


def shown_text(pieces: list[str]) -> str:
    """Return a cell's text from its squeezed pieces and the marks between them."""
    whole = "".join(pieces)
    if LINE not in whole and BLOCK not in whole:
        return _BLANKS.sub(" ", whole).replace("\xa0", " ").strip()
    blocks = whole.split(BLOCK)
    lines = ([_BLANKS.sub(" ", line).replace("\xa0", " ").strip() for line in block.split(LINE)] for block in blocks)
    return "\n".join(text for text in map("\n".join, lines) if text.strip()).strip()


def value_of(text: str, attributes: Mapping[str, str], style: Style) -> tuple[Value, str]:
    """Return the value of a cell: its text, unless a number behind it says more; and the text that hides its digits.

    Such a number names nothing. In other columns the text stands for it, if it is no exponent.
    """
    number = _number(attributes)
    if number is None:
        return text, ""
    if "sdnum" in attributes:
        language, code = attributes["sdnum"].partition(";")[0], attributes["sdnum"].split(";", 2)[-1]
        if not _is_english(language) and _LETTER.search(code):
            return text, ""  # the letters of a date are those of the language: TT.MM.JJJJ
    else:
        code = style.code(attributes)
    if code == TEXT or not (text or number):
        return text, ""
    if not number and shows_day(code):
        return text, ""  # day 0 is none, however it is shown
    if is_date_code(code):
        return moment(number, code), ""
    if shows(text, number) or not _DIGIT.search(text):
        return text, ""
    if is_plain(code) and _is_day(text, number):
        return moment(number, NAMED_FORMATS["general date"]), ""
    return number, "" if is_plain(code) and is_exponent(text) else text


def is_exponent(text: str) -> bool:
    """Whether a text shows a number as `6.1E+10`; the number says more in every column."""
    return _EXPONENT.search(text) is not None


def _is_day(text: str, number: float) -> bool:
    """Whether a text names the day of a number of days, and its year or month."""
    day, runs = moment(number, NAMED_FORMATS["short date"]), _RUN.findall(text)
    if not isinstance(day, date) or str(day.day) not in {run.lstrip("0") for run in runs}:
        return False
    has_year = len(runs) > 1 and f"{day:%y}" in {run[-2:] for run in runs}
    return has_year or _MONTHS[day.month - 1] in text.casefold()


def _is_english(language: str) -> bool:
    """Whether a number names a kind of English as Windows does, by its lowest ten bits."""
    return language.isascii() and language.isdecimal() and int(language[:9]) & 0x3FF == _ENGLISH


def _number(attributes: Mapping[str, str]) -> float | None:
    """The number behind a cell's text, as Excel (x:num) or LibreOffice (sdval) adds it."""
    text = attributes.get("x:num") or attributes.get("sdval", "")
    if not text or len(text) > _MOST_DIGITS or "x:str" in attributes:
        return None
    try:
        number = float(text)
    except ValueError:
        return None
    # inf and nan pass float() as well, and no cell shows them.
    return number if abs(number) < 1e300 else None


def _number_format(rules: str) -> str:
    if (match := _NUMBER_FORMAT.search(rules)) is None:
        return ""
    code = match[1].strip().strip("\"'")
    code = _ESCAPED.sub(lambda sign: chr(int(sign[1], 16)) if sign[1] else sign[2], code)
    return NAMED_FORMATS.get(code.lower(), code)
