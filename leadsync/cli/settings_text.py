"""The text of a settings file: the commented example with values put in, comments and all. Pure."""

import json
import re
from collections.abc import Mapping, Sequence

Value = str | int | Sequence[str]


def value_in(text: str, section: str, name: str) -> str | int:
    """What the text has for a setting."""
    found = re.search(rf"^{name} = (.+)$", _part(text, section), re.MULTILINE)
    value: str | int = json.loads(found[1]) if found else ""
    return value


def with_value(text: str, section: str, name: str, value: Value) -> str:
    """The text with another value for a setting that it has."""
    part = _part(text, section)
    line = f"{name} = {_toml(value)}"
    return text.replace(part, re.sub(rf"^{name} = .+$", lambda _: line, part, count=1, flags=re.MULTILINE), 1)


def with_columns(text: str, columns: Mapping[str, str]) -> str:
    """The text with entries under `[columns]`."""
    part = _part(text, "columns")
    lines = "".join(f"{_toml(heading)} = {_toml(field)}\n" for heading, field in columns.items())
    return text.replace(part, f"{part.rstrip()}\n{lines}\n", 1)


def _toml(value: Value) -> str:
    """TOML's strings, numbers and lists of strings are written as JSON's."""
    return json.dumps(value if isinstance(value, str | int) else list(value), ensure_ascii=False)


def _part(text: str, section: str) -> str:
    """The section, because a name may stand in two: `timezone` does."""
    start = text.index(f"\n[{section}]\n")
    end = text.find("\n[", start + 2)
    return text[start : end if end > 0 else len(text)]
