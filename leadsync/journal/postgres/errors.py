"""PostgreSQL's errors as sentences with a remedy."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg import errors
from psycopg.conninfo import conninfo_to_dict

from leadsync.errors import JournalError, SettingsError

_AGAIN = "then try again"
_REMEDIES: tuple[tuple[type[psycopg.Error], str], ...] = (
    (errors.InvalidPassword, "correct the user or the password in its address"),
    (errors.InvalidAuthorizationSpecification, "correct the user in its address, or the server's pg_hba.conf"),
    (errors.InvalidCatalogName, "create that database, or correct its name in the address"),
    (errors.InsufficientPrivilege, "let its user own the database or the schema leadsync"),
    (errors.LockNotAvailable, "another leadsync holds it for too long; try again when that one is done"),
    (errors.DiskFull, f"make room on the server's disk, {_AGAIN}"),
    (errors.TooManyConnections, "close other programs, or raise the server's max_connections"),
    (errors.ReadOnlySqlTransaction, "name the primary server in its address, not a standby"),
    (errors.DataCorrupted, "restore it from a backup"),
    (errors.IndexCorrupted, "rebuild its indexes with REINDEX, or restore it from a backup"),
    (errors.UntranslatableCharacter, "create the database in the encoding UTF8"),
    (psycopg.ProgrammingError, "its tables are not as leadsync has made them: restore it from a backup"),
    (
        errors.SqlclientUnableToEstablishSqlconnection,
        "see that the server runs, is reached and has connections left, and that user and password in its address fit",
    ),
    (psycopg.OperationalError, f"see that the server runs and can be reached, {_AGAIN}"),
)
"""By kind of error, the first that fits."""
_OTHERWISE = f"see the server's log, {_AGAIN}"


def place(url: str) -> str:
    """The database of an address in words, without user and password. Raises SettingsError for no address."""
    try:
        # Of two lines in a file libpq would make one name; of an equals sign alone nothing.
        parts = conninfo_to_dict("=" if "\n" in url.strip() else url)
    except psycopg.ProgrammingError:
        # libpq quotes the address, and with it the password.
        raise SettingsError(
            "The address of the journal's database is not one of PostgreSQL; in LEADSYNC_JOURNAL_URL, or the file of "
            "[journal] url_file, write one line like postgresql://USER:PASSWORD@HOST/DATABASE, with @, / and % in the "
            "password as %40, %2F and %25."
        ) from None
    host, port, name = (str(parts.get(key) or "") for key in ("host", "port", "dbname"))
    return f"{name or 'the default database'} on {host or 'this machine'}{f':{port}' if port else ''}"


@contextmanager
def translated(url: str) -> Iterator[None]:
    """Turn psycopg's exceptions into JournalError sentences."""
    try:
        yield
    except psycopg.Error as error:
        words = _without_secrets(url, " ".join(str(error.diag.message_primary or error).split()))
        remedy = next((text for kind, text in _REMEDIES if isinstance(error, kind)), _OTHERWISE)
        # Not `from error`: its own text could quote the address.
        raise JournalError(
            f"The journal in {place(url)} cannot be used ({words.rstrip('.')}): {remedy}.",
            cause=f"the journal's database cannot be used: {type(error).__name__}",
        ) from None


def _without_secrets(url: str, words: str) -> str:
    password = str(conninfo_to_dict(url).get("password") or "")
    return words.replace(password, "…") if password else words
