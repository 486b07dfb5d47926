"""The text of a settings file: the commented example with values put in, comments and all. Pure."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from tomlkit.items import Table

Value = str | int | Sequence[str]


def value_in(text: str, section: str, name: str) -> str | int:
    """Return the text's value for a setting; empty without one."""
    from tomlkit import parse

    value: str | int = cast("Table", parse(text)[section]).unwrap().get(name, "")
    return value


def with_value(text: str, section: str, name: str, value: Value) -> str:
    """Return the text with this value for a setting."""
    return _with_values(text, section, {name: value})


def with_columns(text: str, columns: Mapping[str, str], mapping: str = "") -> str:
    """Return the text with these entries under `[columns]` or a mapping, behind those already in it."""
    return _with_values(text, f"mappings.{mapping}" if mapping else "columns", columns)


def _with_values(text: str, section: str, values: Mapping[str, Value]) -> str:
    from tomlkit import dumps, parse
    from tomlkit import table as new_table

    document = parse(text)
    outer, _, inner = section.partition(".")
    if outer not in document:
        document[outer] = new_table(is_super_table=bool(inner))
    table = cast("Table", document[outer])
    if inner:
        if inner not in table:
            table[inner] = new_table()
        table = cast("Table", table[inner])
    for name, value in values.items():
        table[name] = value if isinstance(value, str | int) else list(value)
    return dumps(document)
