"""A region's numbering plan from phonenumbers' metadata: valid numbers, and the way to dial them."""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

import phonenumbers
from phonenumbers import PhoneMetadata, PhoneNumber, PhoneNumberFormat, PhoneNumberType

_SORTS = (
    *("fixed_line", "mobile", "toll_free", "shared_cost", "voip"),
    *("personal_number", "pager", "uan", "voicemail"),
)
_NEVER = re.compile(r"(?!)")
_GROUP = re.compile(r"\((?!\?)")
_FIRST_GROUP = re.compile(r"\\1")
# Every digit of such a pattern is in a group, so a format with all groups in order keeps all digits.
_PLAIN_GROUPS = re.compile(r"(?:\((?:\[[^]]*\]|\\d|[0-9{},|])+\))+")

_DIALED_TOGETHER = (
    frozenset({"AU", "CC", "CX"}),
    frozenset({"GB", "GG", "IM", "JE"}),
    frozenset({"US", "PR", "VI", "GU", "AS", "MP"}),
    frozenset({"IT", "VA"}),
    frozenset({"NO", "SJ"}),
    frozenset({"FI", "AX"}),
    frozenset({"MA", "EH"}),
    frozenset({"GP", "BL", "MF"}),
    frozenset({"RE", "YT"}),
)
"""Regions of one country code whose numbers people dial in each other as they dial their own, at home.

Canada and the Caribbean share the code of the US, Kazakhstan that of Russia; such calls are calls abroad.
"""

_LONGER_THAN_LOCAL = 9
"""More digits than a number without its area code has in plans of several lengths: Germany's run to 8."""

LONGEST_WITHOUT_TRUNK = 11
"""The most digits of a number behind its 0, whatever the metadata allow for extensions."""


class Dialed(NamedTuple):
    """A valid number: its digits behind a country code, and those dialed inside the region."""

    significant: str
    national: str


@dataclass(frozen=True, slots=True)
class Plan:
    """The rules for numbers of one region, drawn from the metadata once."""

    region: str
    home: frozenset[str]
    """The region, and others whose numbers are dialed in it as its own."""
    code: str
    """The country code."""
    trunk: str
    """The prefix dialed before an area code, 0 in most of the world; empty without one."""
    abroad: re.Pattern[str]
    """The prefixes dialed before a country code."""
    before_code: re.Pattern[str]
    """The country code with its prefixes, and with the trunk prefix people leave behind it."""
    example: str
    local_lengths: frozenset[int]
    """The lengths of numbers without their area code, except lengths of whole numbers."""
    one_length: bool
    """Whether all fixed-line numbers are of one length; then a shorter one lacks something."""
    domestic: re.Pattern[str]
    """The beginning of digits without any country code: their trunk prefix, or nothing."""
    own_trunks: re.Pattern[str]
    shared_trunks: re.Pattern[str]
    """As `own_trunks`, behind a country code. If the code is mainly another region's, that region's lengths decide
    about prefixes. `quick` leaves such numbers alone: the whole match is a group."""
    possible: re.Pattern[str]
    numbers: re.Pattern[str]
    """Valid numbers without a price above a call's, by the first fitting format, each with a group at its end for its
    index; no group without a format."""
    geographic: re.Pattern[str]
    """Fixed-line and mobile numbers."""
    premium: re.Pattern[str]
    """Numbers with a price above a call's."""
    before: tuple[str | None, ...]
    """The prefix dialed before a number of each format; None if the format rewrites more."""

    def quick(self, digits: str, *, plus: bool) -> Dialed | None:
        """Return the result of `find` for common spellings of a number, twenty times faster; None for all others.

        The steps are those of phonenumbers' parse, is_valid_number_for_region and format_number. If one of them has
        more than one way to go, this returns None.
        """
        significant = self._significant(digits, plus=plus)
        number = self.numbers.fullmatch(significant) if significant else None
        if significant is None or number is None:
            return None
        before = self.before[number.lastindex - 1] if number.lastindex else ""
        return None if before is None else Dialed(significant, before + significant)

    def _significant(self, digits: str, *, plus: bool) -> str | None:
        """Return the digits without country code and trunk prefix; None if these are not plain to see."""
        # One search is enough for most numbers.
        if not plus and (start := self.domestic.match(digits)):
            return None if start.lastindex else digits[start.end() :]
        abroad = None if plus else self.abroad.match(digits)
        if abroad:
            digits = digits[abroad.end() :]
        if plus or abroad:
            behind = digits.removeprefix(self.code)
            return None if behind == digits else _without(self.shared_trunks, behind)
        if digits.startswith(self.code) and not self.possible.fullmatch(digits):
            behind = _without(self.own_trunks, digits[len(self.code) :]) or ""
            return None if self.shared_trunks.match(behind) else behind
        return _without(self.own_trunks, digits)

    def find(self, number: str) -> Dialed | None:
        """Return phonenumbers' result for a number, with `+` and country code or as dialed inside the region.

        None for a number not valid in the region, nor in another of its `home`.
        """
        return _found(number, self.region, self.home)

    def may_lack_trunk(self, significant: str) -> bool:
        """Whether digits are certainly a whole number without its leading zero, not one without its area code."""
        return self.one_length or _LONGER_THAN_LOCAL <= len(significant) <= LONGEST_WITHOUT_TRUNK


@lru_cache(maxsize=8)
def plan_of(region: str) -> Plan:
    """Return the plan of a region; `Rules` has checked its name."""
    metadata = _metadata(region)
    main = _metadata(phonenumbers.region_code_for_country_code(metadata.country_code))
    fixed = metadata.fixed_line or metadata.general_desc
    code, trunk = str(metadata.country_code), metadata.national_prefix or ""
    home = next((regions for regions in _DIALED_TOGETHER if region in regions), frozenset({region}))
    # The region's own first: its numbers are the most.
    together = [metadata, *map(_metadata, sorted(home - {region}))]
    abroad = metadata.international_prefix or "(?!)"
    own_trunks = _trunks(metadata)
    premium = _any_of(*(one.premium_rate for one in together))
    valid = "|".join(map(_valid, together))
    # Regions of one country code are written by the formats of the main one.
    formats = "|".join(map(_format, main.number_format))
    return Plan(
        region=region,
        home=home,
        code=code,
        trunk=trunk,
        abroad=re.compile(f"(?:{abroad})"),
        before_code=re.compile(rf"(?:{abroad}|00)?{code}(?:{trunk})?"),
        example=_example(region),
        local_lengths=frozenset(fixed.possible_length_local_only),
        one_length=len(fixed.possible_length or metadata.general_desc.possible_length) == 1,
        domestic=re.compile(rf"(?!{abroad}|{code})(?:{own_trunks.pattern})?"),
        own_trunks=own_trunks,
        shared_trunks=_trunks(metadata) if main is metadata else re.compile(f"({_trunks(main).pattern})"),
        possible=_any_of(metadata.general_desc),
        # One search answers three questions: valid, not premium-rate, and its format, by the group's index.
        numbers=re.compile(rf"(?=(?:{valid})\Z)(?!{premium.pattern}\Z)(?:{formats}|.+)", re.ASCII),
        geographic=_any_of(*(sort for one in together for sort in (one.fixed_line, one.mobile))),
        premium=premium,
        before=tuple(map(_dialed_before, main.number_format)),
    )


# The reason against a number asks for it again, and phonenumbers takes most of the time of a sheet with many such.
@lru_cache(maxsize=64)
def _found(number: str, region: str, home: frozenset[str]) -> Dialed | None:
    parsed = parse(number, region)
    if parsed is None or not any(phonenumbers.is_valid_number_for_region(parsed, one) for one in home):
        return None
    written = phonenumbers.format_number(parsed, PhoneNumberFormat.NATIONAL)
    return Dialed(phonenumbers.national_significant_number(parsed), "".join(filter(str.isdigit, written)))


@lru_cache(maxsize=64)
def parse(number: str, region: str) -> PhoneNumber | None:
    """Return the number parsed by phonenumbers; None if it is unreadable."""
    try:
        return phonenumbers.parse(number, region)
    except phonenumbers.NumberParseException:
        return None


def country_of(number: PhoneNumber | None) -> str:
    """Return the two letters of a valid number's country; empty without one."""
    country = phonenumbers.region_code_for_number(number) if number else None
    return country if country and country != "001" else ""


def country_code_of(region: str) -> str:
    """Return the country code of a region."""
    return str(phonenumbers.country_code_for_region(region))


def _metadata(region: str) -> Any:
    """Return phonenumbers' metadata of a region; its type hints make each part optional."""
    return PhoneMetadata.metadata_for_region(region)


def _without(trunks: re.Pattern[str], digits: str) -> str | None:
    """Return the digits without a trunk prefix; None if more would be rewritten."""
    trunk = trunks.match(digits)
    if trunk is None:
        return digits
    return None if trunk.lastindex else digits[trunk.end() :]


def _trunks(metadata: Any) -> re.Pattern[str]:
    prefixes = metadata.national_prefix_for_parsing
    return re.compile(prefixes) if prefixes else _NEVER


def _any_of(*sorts: Any) -> re.Pattern[str]:
    """Return a pattern of the numbers of these sorts; a region need not have each."""
    patterns = []
    for sort in sorts:
        if sort and sort.national_number_pattern:
            lengths = "|".join(rf"\d{{{length}}}" for length in sort.possible_length if length > 0) or r"\d+"
            patterns.append(rf"(?=(?:{lengths})\Z)(?:{sort.national_number_pattern})")
    return re.compile(f"(?:{'|'.join(patterns) or '(?!)'})", re.ASCII)


def _valid(metadata: Any) -> str:
    """Return the pattern of a region's valid numbers, premium-rate ones aside."""
    possible, sorts = _any_of(metadata.general_desc), [getattr(metadata, sort) for sort in _SORTS]
    return f"(?:(?={possible.pattern}\\Z){_any_of(*sorts).pattern})"


def _format(entry: Any) -> str:
    # The last pattern is the most precise; those before it serve numbers still being typed.
    leading = f"(?={entry.leading_digits_pattern[-1]})" if entry.leading_digits_pattern else ""
    return rf"{leading}(?:{_GROUP.sub('(?:', entry.pattern)})()"


def _dialed_before(entry: Any) -> str | None:
    """Return a format's digits before a number; None if it does more than cut the number into groups."""
    # A rule writes the trunk prefix before the first group.
    rule = entry.national_prefix_formatting_rule
    written = _FIRST_GROUP.sub(lambda _: rule, entry.format, count=1) if rule else entry.format
    before, _, _ = re.sub(r"[^\d\\]", "", written).partition("\\")
    groups = range(1, re.compile(entry.pattern).groups + 1)
    unchanged = re.sub(r"[^\d\\]", "", written) == before + "".join(f"\\{group}" for group in groups)
    return before if unchanged and _PLAIN_GROUPS.fullmatch(entry.pattern) else None


def _example(region: str) -> str:
    number = phonenumbers.example_number_for_type(region, PhoneNumberType.FIXED_LINE)
    number = number or phonenumbers.example_number(region)
    return phonenumbers.format_number(number, PhoneNumberFormat.NATIONAL) if number else "the number alone"
