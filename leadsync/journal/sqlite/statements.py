"""The statements to write a group of attempts at once.

A group's beginnings or ends are one statement and one JSON text. SQLite gives the interpreter's lock away with each
statement, and getting it back from a busy sender takes longer than the statement. Each line of the text names the run:
so SQLite looks rows up by their key, without a walk through the run.
"""

from collections.abc import Iterable

from leadsync.journal.states import TRANSITIONS, State, sources


def _given(*names: str) -> str:
    """The columns of a group's lines, by their place in the JSON text."""
    return ", ".join(f"json_extract(value, '$[{place}]') AS {name}" for place, name in enumerate(names))


def _listed(states: Iterable[State]) -> str:
    return ", ".join(f"'{state}'" for state in sorted(states))


_BEGUN = _given("run", "number", "attempt", "time", "sequence")
_FINISHED = _given("run", "number", "attempt", "effect", "http", "code", "name", "message", "state", "time")

BEGIN_ROWS = (
    f"UPDATE rows SET came_from = state, state = '{State.IN_FLIGHT}', attempts = given.attempt, time = given.time, "
    f"sequence = given.sequence FROM (SELECT {_BEGUN} FROM json_each(?)) AS given "
    f"WHERE rows.run = given.run AND rows.number = given.number AND rows.state IN ({_listed(sources(State.IN_FLIGHT))})"
)
FINISH_ROWS = (
    "UPDATE rows SET state = given.state, code = given.code, name = given.name, message = given.message, "
    f"reason = NULL, kind = NULL, time = given.time FROM (SELECT {_FINISHED} FROM json_each(?)) AS given "
    "WHERE rows.run = given.run AND rows.number = given.number AND rows.attempts = given.attempt "
    f"AND rows.state = '{State.IN_FLIGHT}' AND given.state IN ({_listed(TRANSITIONS[State.IN_FLIGHT])})"
)
KEEP_ATTEMPTS = (
    "INSERT INTO attempts (run, number, attempt, begun, ended, effect, http, code, message) "
    "SELECT rows.run, rows.number, given.attempt, rows.time, given.time, given.effect, given.http, given.code, "
    "CASE WHEN given.code = 0 THEN '' ELSE given.message END "
    f"FROM (SELECT {_FINISHED} FROM json_each(?)) AS given CROSS JOIN rows "
    "WHERE rows.run = given.run AND rows.number = given.number"
)
"""An attempt has its own line from its end on; until then its row holds its beginning."""
