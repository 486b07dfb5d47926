"""Phone numbers to plain national digits, as the dialer dials them, or refused.

A wrong number dialed is worse than a row sent back. So nothing is guessed: no area code, no second number, no digits
lost in a spreadsheet.
"""

import re
from functools import lru_cache

from leadsync.leads.number_plans import (
    LONGEST_WITHOUT_TRUNK,
    Dialed,
    Plan,
    country_code_of,
    country_of,
    parse,
    plan_of,
)
from leadsync.leads.phone_text import bare_number
from leadsync.leads.placeholders import is_placeholder
from leadsync.leads.text import Cleaned, Refused, is_no_change, no_change
from leadsync.reasons import Detail, FaultKind

_K = FaultKind

_LONGEST_CELL = 80
_LONGEST_NUMBER = 15  # ITU-T E.164
# 6113 1234 is local in Canberra, not 61 and 13 12 34: a bare country code needs more digits behind it.
_SHORTEST_AFTER_BARE_COUNTRY_CODE = 8
_LEAST_DIGITS_OF_A_SECOND = 4
_LEAST_DIGITS_OF_A_WHOLE = 6
_LEAST_DIGITS_OF_TWO = 12
_LONGEST_DIALED = 20  # with a prefix for abroad and a (0)

_RESTORED = "leading zero restored"
_PREFIX_RESTORED = "national prefix restored"
_PREFIX_REMOVED = "national prefix removed"
_CODE_REMOVED = "country code removed"
_SEPARATORS_REMOVED = "separators removed"
_PREMIUM = "a premium-rate number"
_EXTENSION_LEFT = "has an extension, which the dialer cannot dial"

_QUICK_SEPARATORS = str.maketrans("", "", " ()-")
_QUICK_BEGINNINGS = frozenset("+(0123456789")
_DIGITS = re.compile(r"\d+")
_SCIENTIFIC = re.compile(r"\d(?:[.,]\d+)?E\+?\d+", re.IGNORECASE)
_BETWEEN_NUMBERS = re.compile(r"[/,;|&\\\n\r]+|\bor\b|\band\b", re.IGNORECASE)
_EDGES = re.compile(r"^[^\d+(]+|\D+$")
_NUMBER_STARTS = re.compile(r"(?<![+(])[+(]+\d|(?<=[^\d+(])\d")
_LIKE_A_DATE = re.compile(r"\d{1,2}([/.-])\d{1,2}\1(?:19|20)\d\d|(?:19|20)\d\d([/.-])\d{1,2}\2\d{1,2}")
_FOREIGN_CHARACTER = re.compile(r"[^0-9+() ./\-]")
_DECIMAL = re.compile(r"[1-9]\d{6,}[.,/]\d+|\d{7,}[.,/]\d")
"""Digits with a mark that no area code stands before. 38321819.9 is a decimal number, and 0412345.678 none."""


def clean_phone(text: str, region: str) -> Cleaned | Refused:
    """Return the number's national digits as dialed in `region` (`+61 3 8321 8199` -> `0383218199`), or `<No Change>`.

    A repair names the weightiest rewriting alone. Refused is any number not valid in the region by phonenumbers, and
    any text other than exactly one whole number.
    """
    if is_no_change(text):
        return no_change(text)
    return _quick(text, plan_of(region)) or read_phone(text, region)


def _quick(text: str, plan: Plan) -> Cleaned | None:
    """Return the result of `read_phone` for common spellings of a number; None for all others.

    phonenumbers needs 85 µs a number: three minutes for two phones in each of a million rows.
    """
    digits = text if text.isdecimal() else text.translate(_QUICK_SEPARATORS)
    plus = digits[:1] == "+"
    if plus:
        digits = digits[1:]
    if not (digits.isdecimal() and digits.isascii() and text[0] in _QUICK_BEGINNINGS and text[-1].isdigit()):
        return None
    found = plan.quick(digits, plus=plus)
    if found is None:
        return None
    if text == found.national:
        return Cleaned(text)
    # Two blanks get other words from the long way, and 24-11-2026 may have a number's digits.
    if "  " in text or _LIKE_A_DATE.fullmatch(text):
        return None
    if digits == found.national and not plus:
        return Cleaned(digits, (_SEPARATORS_REMOVED,))
    # These digits may lack the trunk prefix or begin with the country code; the long way decides.
    if digits == found.significant and digits.startswith(plan.code):
        return None
    repair = _rewritten(digits, found, plan, abroad=plus or plan.abroad.match(digits) is not None)
    return Cleaned(found.national, (repair,)) if repair else None


# Beside each column's own memory: several phone columns and short rows ask for the same number.
@lru_cache(maxsize=4096)
def read_phone(text: str, region: str) -> Cleaned | Refused:
    """`clean_phone` for any text but `<No Change>`."""
    if len(text) > _LONGEST_CELL:
        return Refused(_K.PHONE_TOO_LONG_TEXT)
    plan = plan_of(region)
    bare = bare_number(text)
    number = bare.number
    plus = number.lstrip("( ").startswith("+")
    digits = "".join(_DIGITS.findall(number))
    found = _national(digits, plus, plan) if len(digits) <= _LONGEST_DIALED else None
    refused = _unreadable(number, plan, one=found is not None)
    if refused:
        return refused
    if found is None:
        return _why_not(number, digits, plus, plan)
    dialed, repair = found
    if bare.taken and (bare.extension or not repair):
        repair = bare.taken
    elif not repair and dialed.national != text:
        repair = _SEPARATORS_REMOVED
    warnings = ((_EXTENSION_LEFT,) if bare.extension else ()) + (
        (_PREMIUM,) if plan.premium.fullmatch(dialed.significant) else ()
    )
    return Cleaned(dialed.national, (repair,) if repair else (), warnings)


def _unreadable(text: str, plan: Plan, *, one: bool) -> Refused | None:
    """Why a text cannot be read as one number, whatever its digits; `one`: those of the whole text are a number."""
    example = _example(plan)
    if _SCIENTIFIC.fullmatch(text):
        return Refused(_K.PHONE_ROUNDED)
    numbers = _several(text, plan, one=one)
    if any(sum(map(str.isdigit, number)) < _LEAST_DIGITS_OF_A_WHOLE for number in numbers):
        return Refused(_K.NOT_WRITTEN_AS_PHONE, example)  # 0398765430/31: an ending is no number
    if len(numbers) > 1:
        return Refused(_K.SEVERAL_PHONES, {"numbers": tuple(map(_closed, numbers))})
    if _LIKE_A_DATE.fullmatch(text):
        return Refused(_K.PHONE_IS_DATE, example)
    if _DECIMAL.fullmatch(text):
        return Refused(_K.DECIMAL_PHONE, example)
    if is_placeholder(text):
        return Refused(_K.PLACEHOLDER, {"noun": "number"})
    if not _DIGITS.search(text):
        return Refused(_K.NO_DIGITS, example)
    # Commas in a text whose digits are one number are separators too.
    found = _FOREIGN_CHARACTER.search(text.replace(",", " ") if one else text)
    if found:
        if found[0].isalpha():
            return Refused(_K.PHONE_HAS_LETTERS, example)
        return Refused(_K.PHONE_HAS_CHARACTER, {**example, "character": found[0]})
    if text.startswith("-") or "+" in text.lstrip("( ")[1:]:
        return Refused(_K.NOT_WRITTEN_AS_PHONE, example)
    return None


def _several(text: str, plan: Plan, *, one: bool) -> list[str]:
    """Return the numbers in a cell with more than one; none otherwise.

    A slash may also stand behind an area code, as in 030/12345678: then the whole is a number, and its beginning none.
    """
    if one and _BETWEEN_NUMBERS.search(text) is None:
        return []
    parts = [_EDGES.sub("", part) for part in _BETWEEN_NUMBERS.split(text)]
    # Behind a whole number even one digit more is a second number, as in 03 8321 8199/8.
    least = 1 if len(parts) > 1 and _is_number(parts[0], plan) else _LEAST_DIGITS_OF_A_SECOND
    numbers = [part for part in parts if sum(map(str.isdigit, part)) >= least]
    if len(numbers) > 1 and not (one and not _is_number(numbers[0], plan)):
        return numbers
    digits = sum(map(str.isdigit, text))
    return [] if one or digits < _LEAST_DIGITS_OF_TWO else list(_run_together(text, plan))


def _run_together(text: str, plan: Plan) -> tuple[str, ...]:
    """Return the valid numbers of a text, whatever stands between them; none if any digits are left over."""
    text = _EDGES.sub("", text)
    if _is_number(text, plan):
        return (text,)
    # Digits without any mark may be two numbers of one length: cut in the middle.
    starts = [match.start() for match in _NUMBER_STARTS.finditer(text)]
    for start in starts or ([len(text) // 2] if text.isdigit() else []):
        first = _EDGES.sub("", text[:start])
        if _is_number(first, plan) and (others := _run_together(text[start:], plan)):
            return (first, *others)
    return ()


def _closed(number: str) -> str:
    return number if ")" in number else number.lstrip("(")


def _is_number(text: str, plan: Plan) -> bool:
    digits, plus = "".join(_DIGITS.findall(text)), text.startswith("+")
    if len(digits) < _LEAST_DIGITS_OF_A_WHOLE:
        return False
    return plan.quick(digits, plus=plus) is not None


def _national(digits: str, plus: bool, plan: Plan) -> tuple[Dialed, str] | None:
    """Return a valid number and its rewriting, separators aside; None for an invalid or ambiguous one.

    phonenumbers finds the number, but takes off supposed prefixes too: of Canberra's local 6113 1234 it makes
    13 12 34. So any digits missing from the result must be a prefix both known and meant.
    """
    for spelling, abroad in _spellings(digits, plus, plan):
        found = plan.quick(spelling.removeprefix("+"), plus=spelling[0] == "+") or plan.find(spelling)
        if found is None:
            continue
        if digits == found.national and not plus:
            return found, ""
        if digits == found.significant and digits.startswith(plan.code) and (other := plan.find("+" + digits)):
            return (other, _CODE_REMOVED) if len(digits) > LONGEST_WITHOUT_TRUNK else None
        repair = _rewritten(digits, found, plan, abroad=abroad)
        if repair:
            return found, repair
    return None


def _rewritten(digits: str, found: Dialed, plan: Plan, *, abroad: bool) -> str:
    """Return the difference between the dialed digits and the cell's; empty for an unintended one.

    `abroad`: the cell itself announces a country code.
    """
    significant, national = found.significant, found.national
    if national == plan.trunk + digits:
        restored = _RESTORED if plan.trunk == "0" else _PREFIX_RESTORED
        return restored if plan.may_lack_trunk(significant) else ""
    prefix = digits.removesuffix(significant)
    if prefix == digits:
        return ""
    long_enough = abroad or len(significant) >= _SHORTEST_AFTER_BARE_COUNTRY_CODE
    if long_enough and plan.before_code.fullmatch(prefix):
        return _CODE_REMOVED
    dialed_without = national == significant and plan.geographic.fullmatch(significant)
    return _PREFIX_REMOVED if prefix == plan.trunk and dialed_without else ""


def _spellings(digits: str, plus: bool, plan: Plan) -> list[tuple[str, bool]]:
    """Return the ways to read the digits, each with whether it announces a country code; none without digits.

    Most of the world dials 00 for +, even regions with another prefix of their own, such as 0011.
    """
    if not digits:
        return []
    if plus:
        return [("+" + digits, True)]
    spellings = [(digits, plan.abroad.match(digits) is not None)]
    if digits.startswith("00"):
        spellings.append(("+" + digits[2:], True))
    return spellings


def _why_not(text: str, digits: str, plus: bool, plan: Plan) -> Refused:
    """Return the fault of digits without a valid number of the region."""
    region, example = plan.region, _example(plan)
    for spelling, abroad in _spellings(digits, plus, plan):
        country = country_of(parse(spelling, region))
        if country and country not in plan.home and (abroad or country_code_of(country) == plan.code):
            return Refused(_K.FOREIGN_PHONE, {"country": country, "region": region})
    before = plan.abroad.match(digits)
    own = len(digits) - (before.end() if before else 0)
    if own > _LONGEST_NUMBER:
        return Refused(_K.TOO_MANY_DIGITS, {**example, "digits": own})
    if not plus and digits[0] not in "01" and len(digits) in plan.local_lengths:
        return Refused(_K.NO_AREA_CODE, example)
    found = None if plus else plan.find(digits)
    if found and digits == found.significant:
        return Refused(_K.NO_PREFIX, {**example, "trunk": plan.trunk})
    # The example's length stands for the region's: it serves only to word the refusal.
    usual = "".join(_DIGITS.findall(plan.example))
    if not (plus or before) and digits[0] == usual[0] and len(digits) != len(usual):
        kind = _K.SHORT_PHONE if len(digits) < len(usual) else _K.LONG_PHONE
        return Refused(kind, {**example, "digits": len(digits), "usual": len(usual)})
    return Refused(_K.INVALID_PHONE, {**example, "region": region})


def _example(plan: Plan) -> dict[str, Detail]:
    return {"example": plan.example}
