"""The tables and drawings of the pages that come from leadsync's own objects, as Markdown."""

import json
import math
import sqlite3
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from types import MappingProxyType
from typing import Any

import click

from leadsync import errors
from leadsync.cli import cli
from leadsync.config import Settings
from leadsync.journal import open_journal
from leadsync.journal.states import INITIAL, TRANSITIONS, State
from leadsync.result_codes import RESULT_CODES, Verdict

ENDS_AS = {
    Verdict.SUCCEEDED: "`succeeded`",
    Verdict.FAILED: "`failed`",
    Verdict.FINAL: "`failed`, for good",
    Verdict.RETRY: "tried again, then `failed`",
    Verdict.CONFLICT: "`conflict`",
    Verdict.STOP: "stops the run, `unsent`",
}
"""The row's status after an answer with this verdict."""

JOURNAL_TABLES = {
    "runs": "a run: its file, campaign, settings, how it stands",
    "lines": "a row as it stood in the sheet, and the fields made of it; written once",
    "rows": "where a row stands; written with every attempt, hence small",
    "attempts": "a request for a row: when it began and ended, and the answer",
    "decisions": "a person's decision about a row, until something was sent from it",
    "mappings": "which column fills which field, saved under a name for sheets with the same headings",
    "edits": "a cell that a person has corrected, with the count of changes to its row",
    "edited_rows": "a row with corrected cells: whether they differ from the sheet, and the result of the last check",
    "audit": "an action of a user, without values of cells",
    "taken": "a row that a later run sent in a corrected file",
    "dialers": "what sending taught about a dialer: slots and pace",
    "live": "a sending under way: rows so far, pace, words, process, and the user who wants it to stop",
    "restored": "a run held since the journal was restored or failed over (PostgreSQL)",
    "queued": "a run that a worker is to send (PostgreSQL)",
    "sequence": "the number of the last attempt; clocks can be set back, it cannot",
    "written": "the files of `check --output`, so that no other file is overwritten",
    "checks": "a sheet that `check --output` has copied, by the `sync_run` in its copies",
}
"""What a line of each of the journal's tables stands for."""


def _table(headings: Sequence[str], lines: Iterable[Sequence[str]]) -> str:
    rows = [headings, ["---"] * len(headings), *lines]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _text(text: str) -> str:
    """Plain text for a cell; what stands between backticks stays code."""
    parts = " ".join(text.split()).replace("|", "\\|").split("`")
    parts[::2] = [part.replace("<", "&lt;").replace("*", "\\*") for part in parts[::2]]
    return "`".join(parts)


def _code(text: str) -> str:
    return f"`{text.replace('|', chr(92) + '|')}`" if text else ""


def commands() -> str:
    """Every command with its usage, help, options and examples."""
    return "\n\n".join(_command(name, command) for name, command in cli.commands.items())


def _command(name: str, command: click.Command) -> str:
    common = {option.name for option in cli.params}
    context = click.Context(command, info_name=f"leadsync {name}")
    usage = " ".join([context.command_path, *command.collect_usage_pieces(context)])
    own = [option for option in command.params if isinstance(option, click.Option) and option.name not in common]
    parts = [f"## {name}", f"```text\n{usage}\n```", *_paragraphs(command.help or "")]
    if lines := list(_options(own, context)):
        parts.append(_table(("option", "meaning"), lines))
    return "\n\n".join([*parts, *_paragraphs(command.epilog or "")])


def _paragraphs(help_text: str) -> Iterator[str]:
    """A help's paragraphs; click keeps the lines behind a `\\b` as they are."""
    for paragraph in help_text.split("\n\n"):
        if paragraph.startswith("\b"):
            yield f"```text\n{paragraph[1:].strip(chr(10))}\n```"
        else:
            yield _text(paragraph)


def _options(options: Iterable[click.Parameter], context: click.Context) -> Iterator[tuple[str, str]]:
    for option in options:
        if record := option.get_help_record(context):
            yield _code(record[0]), _text(record[1])


def common_options() -> str:
    """The options of every command."""
    return _table(("option", "meaning"), _options(cli.params, click.Context(cli, info_name="leadsync")))


def settings() -> str:
    """Every setting with its default, its values and its meaning."""
    schema = Settings.model_json_schema()
    lines = []
    for section, its in schema["properties"].items():
        whole = _resolved(its, schema["$defs"])
        for name, value in whole["properties"].items() if whole is not its else [("", its)]:
            default = value.get("default")
            shown = "" if default is None else _code(json.dumps(default, ensure_ascii=False))
            full = f"{section}.{name}" if name else section
            lines.append((_code(full), shown, _values(value, schema["$defs"]), _text(value.get("description", ""))))
    return _table(("setting", "default", "values", "meaning"), lines)


def _resolved(schema: Mapping[str, Any], definitions: Mapping[str, Any]) -> Mapping[str, Any]:
    """The schema, or its definition if it only names one."""
    return definitions.get(schema.get("$ref", "").rpartition("/")[2], schema)


def _values(schema: Mapping[str, Any], definitions: Mapping[str, Any] = MappingProxyType({})) -> str:
    """What a setting takes, from its JSON schema."""
    schema = _resolved(schema, definitions)
    if "anyOf" in schema:
        return " or ".join(filter(None, (_values(one, definitions) for one in schema["anyOf"])))
    if "enum" in schema or "const" in schema:
        return ", ".join(_code(json.dumps(value)) for value in schema.get("enum", [schema.get("const")]))
    match schema.get("type"):
        case "boolean":
            return "`true`, `false`"
        case "array":
            return f"a list: {inner}" if (inner := _values(schema["items"], definitions)) else "a list"
        case "object":
            return "a table"
        case "integer" | "number":
            return _numbers(schema)
        case kind:
            return {"string": "text"}.get(str(kind), "")


def _numbers(schema: Mapping[str, Any]) -> str:
    kind = "a whole number" if schema["type"] == "integer" else "a number"
    least = f" from {schema['minimum']:g}" if "minimum" in schema else ""
    least = f" above {schema['exclusiveMinimum']:g}" if "exclusiveMinimum" in schema else least
    most = f" to {schema['maximum']:g}" if "maximum" in schema else ""
    return f"{kind}{least}{most}"


def result_codes() -> str:
    """Every documented code of the dialer."""
    lines = [
        (
            str(entry.code),
            _code(entry.name),
            _text(entry.meaning),
            ENDS_AS[entry.verdict],
            _text(entry.cause),
            _text(entry.advice) or "Nothing.",
        )
        for entry in RESULT_CODES.values()
    ]
    return _table(("code", "name", "meaning", "the row ends as", "likely cause", "what to do"), lines)


def error_kinds() -> str:
    """What stops a command, each with its exit code."""
    ends = errors.LeadsyncError, errors.Interrupted
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, ends)]
    lines = [
        ("128 + the signal's number" if kind is errors.Interrupted else str(kind.exit_code), _text(_first_line(kind)))
        for kind in kinds
    ]
    return _table(("exit code", "cause"), sorted(lines, key=lambda line: line[0].zfill(30)))


def _first_line(kind: type) -> str:
    return (kind.__doc__ or "").strip().splitlines()[0]


def journal_tables() -> str:
    """The journal's tables with their columns, as a new journal has them."""
    columns = journal_columns()
    lines = [(_code(name), JOURNAL_TABLES[name], ", ".join(map(_code, columns[name]))) for name in columns]
    return _table(("table", "a line is", "columns"), lines)


def journal_columns() -> dict[str, list[str]]:
    """The columns of each table of a new journal."""
    with tempfile.TemporaryDirectory() as folder:
        state = Path(folder) / "state"
        with open_journal(state):
            pass
        (file,) = (path for path in state.iterdir() if path.is_file() and path.read_bytes()[:6] == b"SQLite")
        with closing(sqlite3.connect(file)) as database:
            names = database.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall()
            return {
                name: [column for (column,) in database.execute("SELECT name FROM pragma_table_info(?)", (name,))]
                for (name,) in names
                if not name.startswith("sqlite_")
            }


_PLACES = {
    State.PENDING: (90, 120),
    State.IN_FLIGHT: (330, 180),
    State.SKIPPED: (90, 400),
    State.REJECTED: (90, 30),
    State.SUCCEEDED: (600, 30),
    State.FAILED: (680, 150),
    State.CONFLICT: (300, 290),
    State.UNKNOWN: (540, 360),
}
_HALF_WIDTH, _HALF_HEIGHT = 58, 19
_SVG_BEGINS = """\
<svg viewBox="0 0 750 430" role="img" aria-label="The states of a row" style="max-width:750px;width:100%">
<defs><marker id="tip" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="7" markerHeight="7" orient="auto">
<path d="M0 0 8 4 0 8z" fill="#888"/></marker></defs>"""


def row_states() -> str:
    """The states of a row and the transitions between them, as a drawing."""
    arrows = [
        _arrow(source, target, bent=source in TRANSITIONS[target])
        for source, targets in TRANSITIONS.items()
        for target in sorted(targets)
        if source is not target
    ]
    boxes = [_box(state, *_PLACES[state]) for state in State]
    return f"```{{raw}} html\n{_SVG_BEGINS}\n{chr(10).join([*arrows, *boxes])}\n</svg>\n```"


def transitions() -> str:
    """The same as a table."""
    lines = [
        (_code(state), ", ".join(_code(target) for target in State if target in TRANSITIONS[state]) or "none: final")
        for state in State
    ]
    return _table(("from", "to"), lines)


def _box(state: State, x: int, y: int) -> str:
    final, first = not TRANSITIONS[state], state in INITIAL
    return (
        f'<rect x="{x - _HALF_WIDTH}" y="{y - _HALF_HEIGHT}" width="{2 * _HALF_WIDTH}" height="{2 * _HALF_HEIGHT}" '
        f'rx="6" fill="{"#e3f1e7" if final else "#fff6dd"}" stroke="#555" stroke-width="{2.5 if first else 1}"/>'
        f'<text x="{x}" y="{y + 5}" text-anchor="middle" font-family="sans-serif" font-size="14" fill="#222">'
        f"{state}</text>"
    )


def _arrow(source: State, target: State, *, bent: bool) -> str:
    """An arrow between the edges of two boxes; one of a pair is bent aside."""
    (x1, y1), (x2, y2) = _PLACES[source], _PLACES[target]
    length = math.hypot(x2 - x1, y2 - y1)
    aside = 22 if bent else 0
    middle = ((x1 + x2) / 2 - aside * (y2 - y1) / length, (y1 + y2) / 2 + aside * (x2 - x1) / length)
    (bx, by), (ex, ey) = _edge((x1, y1), middle), _edge((x2, y2), middle)
    return (
        f'<path data-from="{source}" data-to="{target}" '
        f'd="M{bx:.0f} {by:.0f} Q{middle[0]:.0f} {middle[1]:.0f} {ex:.0f} {ey:.0f}" '
        'fill="none" stroke="#888" marker-end="url(#tip)"/>'
    )


def _edge(box: tuple[float, float], towards: tuple[float, float]) -> tuple[float, float]:
    """The point on a box's edge on the way to `towards`."""
    dx, dy = towards[0] - box[0], towards[1] - box[1]
    part = min(_HALF_WIDTH / abs(dx) if dx else math.inf, _HALF_HEIGHT / abs(dy) if dy else math.inf)
    return box[0] + part * dx, box[1] + part * dy


TABLES: Mapping[str, Callable[[], str]] = {
    "commands": commands,
    "common options": common_options,
    "settings": settings,
    "result codes": result_codes,
    "kinds of errors": error_kinds,
    "journal tables": journal_tables,
    "row states": row_states,
    "transitions": transitions,
}
"""By the name that a page calls for."""
