"""Counts in sentences."""


def agreeing(number: int, one: str, many: str = "") -> str:
    """The words for a number: `one` or `many`; `many` defaults to `one` with an s."""
    return one if number == 1 else many or f"{one}s"


def counted(number: int, one: str, many: str = "") -> str:
    """A number with its words: `1 row`, `2,000 rows`."""
    return f"{number:,} {agreeing(number, one, many)}"
