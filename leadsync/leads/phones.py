"""Phone numbers: to the plain national digits that the dialer dials, or refused. A wrong number dialed is worse than
a row sent back, so nothing is guessed: no area code, no second number, no digits that a spreadsheet lost."""

import re
from functools import lru_cache
from typing import Any

import phonenumbers
from phonenumbers import PhoneMetadata, PhoneNumber, PhoneNumberFormat, PhoneNumberType

from leadsync.leads.text import Cleaned, Refused, is_no_change, no_change, plain, visible

_LONGEST_NUMBER = 15  # ITU-T E.164
_SHORTEST_AFTER_BARE_COUNTRY_CODE = 8
_LEAST_DIGITS_OF_A_SECOND = 4

_QUICK_SEPARATORS = str.maketrans("", "", " ()-")
_DIGITS = re.compile(r"\d+")
_SCIENTIFIC = re.compile(r"\d(?:\.\d+)?E\+?\d+", re.IGNORECASE)
_DECIMAL_ZERO = re.compile(r"(\d+)\.0+")
_EXTENSION = re.compile(r"(.*\d)\W*?(?:extension|extn|ext|x|#)[ .:]*(\d{1,7})\W*", re.IGNORECASE)
_BETWEEN_NUMBERS = re.compile(r"[/,;|&\n\r]+|\bor\b|\band\b", re.IGNORECASE)
_FOREIGN_CHARACTER = re.compile(r"[^0-9+() ./\-]")
# Where a lone dot or slash may stand: behind an area code. 38321819.9 is a decimal number, not a phone.
_LONE_MARK = re.compile(r"[^./]*[./][^./]*")
_AREA_CODE_MARK = re.compile(r"(?:\+\d{1,3} ?|\d{1,3} )?\(?\d{2,4}\)? ?[./]\D*\d.*")


def clean_phone(text: str, region: str) -> Cleaned | Refused:
    """The number's national digits as dialed within `region` (`+61 3 8321 8199` -> `0383218199`), or `<No Change>`.

    A repair names the weightiest rewriting alone. Refused are numbers that phonenumbers does not hold valid for the
    region, and whatever cannot be read as exactly one whole number.
    """
    if is_no_change(text):
        return no_change(text)
    quick = _quick_australian(text) if region == "AU" else None
    return quick or read_phone(text, region)


@lru_cache(maxsize=8192)
def read_phone(text: str, region: str) -> Cleaned | Refused:
    """`clean_phone` for any region and any text but `<No Change>`."""
    seen = visible(text)
    straight = plain(seen)
    bare = straight.removeprefix("'")  # how a spreadsheet marks a number as text
    whole = _DECIMAL_ZERO.fullmatch(bare)
    number = whole[1] if whole else bare
    refused = _unreadable(number, region)
    if refused:
        return refused
    plus = number.lstrip("( ").startswith("+")
    digits = "".join(_DIGITS.findall(number))
    found = _national(digits, plus, region)
    if found is None:
        return _why_not(number, digits, plus, region)
    national, repair = found
    if repair:
        return Cleaned(national, (repair,))
    if seen != text:
        return Cleaned(national, ("invisible characters removed",))
    if straight != seen:
        return Cleaned(national, ("unusual characters replaced",))
    if whole or bare != straight:
        return Cleaned(national, ("apostrophe removed" if not whole else "decimal zero removed",))
    return Cleaned(national, () if national == text else ("separators removed",))


@lru_cache(maxsize=1)
def _australian_shape() -> re.Pattern[str]:
    """Australia's fixed and mobile numbers as phonenumbers knows them, alone or behind 0 or +61."""
    metadata = _metadata("AU")
    patterns = (metadata.fixed_line.national_number_pattern, metadata.mobile.national_number_pattern)
    return re.compile(rf"(\+61|0)?((?:{'|'.join(patterns)}))", re.ASCII)


def _quick_australian(text: str) -> Cleaned | None:
    """What `read_phone` gives for the common spellings of Australian numbers, forty times faster; None for others.

    phonenumbers needs 85 µs a number, which for two phones in each of a million rows is three minutes. All these
    numbers have nine digits and are dialed with a 0 before them, so no parsing is called for.
    """
    digits = text.translate(_QUICK_SEPARATORS)
    match = _australian_shape().fullmatch(digits)
    if match is None or text[0] not in "+(0123456789" or not text[-1].isdigit() or "  " in text:
        return None
    before, national = match[1], "0" + match[2]
    if before is None:
        return Cleaned(national, ("leading zero restored",))
    if before != "0":
        return Cleaned(national, ("country code removed",))
    return Cleaned(national, () if national == text else ("separators removed",))


def _unreadable(text: str, region: str) -> Refused | None:
    """Why a text cannot be read as one number, judged by its characters alone."""
    if _SCIENTIFIC.fullmatch(text):
        return Refused(
            "was turned into a rounded number by a spreadsheet, so that digits are lost",
            "format the column as text and put the number in again from where it came",
        )
    extension = _EXTENSION.fullmatch(text)
    if extension:
        number = extension[1].strip()
        return Refused(f"has the extension {extension[2]}, which a dialer cannot dial", f"write {number} alone")
    parts = [part.strip() for part in _BETWEEN_NUMBERS.split(text)]
    numbers = [part for part in parts if sum(map(str.isdigit, part)) >= _LEAST_DIGITS_OF_A_SECOND]
    if len(numbers) > 1:
        return _several(numbers)
    remedy = f"write it with digits and blanks only, for example {_example(region)}"
    found = _FOREIGN_CHARACTER.search(text)
    if found:
        return Refused("has letters in it" if found[0].isalpha() else f"has {found[0]!r} in it", remedy)
    if not _DIGITS.search(text):
        return Refused("has no digits", f"write the number, for example {_example(region)}, or leave the cell blank")
    if text.startswith("-") or "+" in text.lstrip("( ")[1:]:
        return Refused("is not written as a phone number", remedy)
    if _LONE_MARK.fullmatch(text) and not _AREA_CODE_MARK.fullmatch(text):
        return Refused("is a decimal number or has a mark where a phone number has none", remedy)
    return None


def _national(digits: str, plus: bool, region: str) -> tuple[str, str] | None:
    """The national digits of a valid number and what was rewritten but for separators; None where it is not valid.

    phonenumbers finds the number, but it also takes off what it holds for a prefix: of Canberra's local 6113 1234 it
    makes 13 12 34. So whatever is not in the result must be a prefix that is known and meant.
    """
    for spelling, abroad in _spellings(digits, plus, region):
        number = _parse(spelling, region)
        if number is None or not phonenumbers.is_valid_number_for_region(number, region):
            continue
        significant = phonenumbers.national_significant_number(number)
        national = "".join(_DIGITS.findall(phonenumbers.format_number(number, PhoneNumberFormat.NATIONAL)))
        if digits == national:
            return national, ""
        if digits == significant and national.endswith(significant):
            return national, "leading zero restored" if national == "0" + significant else "national prefix restored"
        prefix = digits.removesuffix(significant)
        long_enough = abroad or len(significant) >= _SHORTEST_AFTER_BARE_COUNTRY_CODE
        if prefix != digits and long_enough and _is_country_prefix(prefix, region):
            return national, "country code removed"
    return None


def _spellings(digits: str, plus: bool, region: str) -> list[tuple[str, bool]]:
    """The ways to read the digits, each with whether it says itself that a country code follows.

    00 is what most of the world dials for +, also where the region's own prefix is another, such as 0011.
    """
    if plus:
        return [("+" + digits, True)]
    code = str(phonenumbers.country_code_for_region(region))
    own_prefix = _international_prefix(region).match(digits) is not None
    spellings = [(digits, own_prefix)]
    if digits.startswith("00" + code):
        spellings.append(("+" + digits[2:], True))
    return spellings


def _is_country_prefix(prefix: str, region: str) -> bool:
    """Whether a prefix is the region's country code, with or without an international prefix before it and the (0)
    that people leave behind it."""
    code = phonenumbers.country_code_for_region(region)
    trunk = _metadata(region).national_prefix or ""
    prefixes = _international_prefix(region).pattern
    return re.fullmatch(rf"(?:{prefixes}|00)?{code}(?:{trunk})?", prefix) is not None


@lru_cache(maxsize=8)
def _international_prefix(region: str) -> re.Pattern[str]:
    return re.compile(f"(?:{_metadata(region).international_prefix})")


def _parse(number: str, region: str) -> PhoneNumber | None:
    try:
        return phonenumbers.parse(number, region)
    except phonenumbers.NumberParseException:
        return None


def _why_not(text: str, digits: str, plus: bool, region: str) -> Refused:
    """What is wrong with digits that are no valid number of the region."""
    numbers = _two_in_a_row(text, region)
    if numbers:
        return _several(numbers)
    example = _example(region)
    in_full = f"check it and write it in full, for example {example}"
    if len(digits) > _LONGEST_NUMBER:
        return Refused(f"has {len(digits)} digits, more than a phone number has", in_full)
    for spelling, abroad in _spellings(digits, plus, region):
        country = _country(_parse(spelling, region)) if abroad else ""
        if country not in ("", region):
            return Refused(
                f"is a number of {country}, not of {region}", f"give a number that is dialed within {region}"
            )
    local = _metadata(region).fixed_line.possible_length_local_only
    if not plus and digits[0] not in "01" and len(digits) in local:
        return Refused("has no area code", f"write it with its area code, for example {example}")
    usual = "".join(_DIGITS.findall(example))
    if not plus and digits[0] == usual[0] and len(digits) != len(usual):
        size = "short" if len(digits) < len(usual) else "long"
        return Refused(f"is too {size}, with {len(digits)} where {len(usual)} digits are usual", in_full)
    return Refused(f"is not a valid phone number in {region}", in_full)


def _metadata(region: str) -> Any:
    """What phonenumbers knows of a region that Rules has let through; its hints make each part optional."""
    return PhoneMetadata.metadata_for_region(region)


def _several(numbers: list[str]) -> Refused:
    return Refused(f"holds more than one number, {' and '.join(numbers)}", "write one number in each cell")


def _two_in_a_row(text: str, region: str) -> list[str]:
    """The two whole numbers that a text holds with nothing but a blank between them; none where it does not."""
    for blank in re.finditer(" ", text[:64]):
        halves = [text[: blank.start()], text[blank.end() :]]
        parsed = [_parse(half, region) for half in halves]
        if all(number and phonenumbers.is_valid_number_for_region(number, region) for number in parsed):
            return halves
    return []


def _country(number: PhoneNumber | None) -> str:
    """The two letters and the code of a valid number's country; empty where it has none."""
    country = phonenumbers.region_code_for_number(number) if number else None
    return country if country and country != "001" else ""


@lru_cache(maxsize=8)
def _example(region: str) -> str:
    number = phonenumbers.example_number_for_type(region, PhoneNumberType.FIXED_LINE)
    number = number or phonenumbers.example_number(region)
    return phonenumbers.format_number(number, PhoneNumberFormat.NATIONAL) if number else "the number alone"
