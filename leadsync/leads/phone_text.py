"""The text around the number in a phone cell: labels, extensions, unusual characters. Pure."""

import re
from dataclasses import dataclass

from leadsync.leads.text import plain, visible

_OTHER_SEPARATORS = str.maketrans(dict.fromkeys("·•‧∙", "-") | {"_": " ", "[": "(", "]": ")"})
_DECIMAL_ZERO = re.compile(r"(\d+)[.,]0+")
_THOUSANDS = re.compile(r"\d{1,3}(?:,\d{3}){2,}")
_LABEL = (
    "telephone|phone|tel|ph|landline|mobile|mob|mbl|cellphone|cell|direct|ddi|main|home|hm|"
    "private|residence|res|work|wrk|wk|office|business|bus|bh|ah|whatsapp|"
    # Single letters: T: and M: on business cards, (h), (w) and (b) behind a number.
    "[tpmchwb]"
)
_LABEL_BEFORE = re.compile(rf"\(?(?:{_LABEL})(?: ?(?:phone|number|no|nr))?(?:[.:)]+ ?| )(?=[+(\d])", re.IGNORECASE)
_LABEL_BEHIND = re.compile(rf"(?<=\d)(?: ?\((?:{_LABEL})\)| (?:{_LABEL}))", re.IGNORECASE)
_EXTENSION = re.compile(r"(.*\d)\W*?(?:extension|extn|ext|x|#)[ .:=]*(\d{1,6})\W*", re.IGNORECASE)
# 0011 +61 3 …: the prefix and the sign say the same twice.
_ABROAD_AND_PLUS = re.compile(r"\(?(?:00|011|0011)\)? ?\+")


@dataclass(frozen=True, slots=True)
class BareNumber:
    """A cell's number without the text around it, and a few words about this text."""

    number: str
    taken: str = ""
    extension: bool = False


def bare_number(text: str) -> BareNumber:
    """The number of a cell, as written but for spelling; not yet known to be one."""
    seen = visible(text)
    straight = plain(seen)
    taken = "invisible characters removed" if seen != text else ""
    # Only one reason is told: invisible characters before unusual ones.
    if straight != seen:
        taken = taken or "unusual characters replaced"
    number = straight.translate(_OTHER_SEPARATORS).strip()
    label = _LABEL_BEFORE.match(number)
    if label:
        number, taken = number[label.end() :], "words around the number removed"
    elif (label := _LABEL_BEHIND.search(number)) and label.end() == len(number):
        number, taken = number[: label.start()], "words around the number removed"
    number = number.rstrip(" .,;")
    extension = _EXTENSION.fullmatch(number)
    if extension:
        number, taken = extension[1], "extension left out"
    # 383218199.0: a column of numbers in a program's export; no digit was lost.
    if whole := _DECIMAL_ZERO.fullmatch(number):
        number, taken = whole[1], taken or "decimal zero removed"
    elif _THOUSANDS.fullmatch(number):
        number = number.replace(",", "")
    return BareNumber(_ABROAD_AND_PLUS.sub("+", number, count=1), taken, extension is not None)
