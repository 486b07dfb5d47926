"""Counts in sentences."""


def agreeing(number: int, one: str, many: str = "") -> str:
    """The words that agree with a number: `one`, or `many`, which is `one` with an s if it is not given."""
    return one if number == 1 else many or f"{one}s"


def counted(number: int, one: str, many: str = "") -> str:
    """A number with the words that agree with it: `1 row`, `2,000 rows`."""
    return f"{number:,} {agreeing(number, one, many)}"
