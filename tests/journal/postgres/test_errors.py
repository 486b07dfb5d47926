"""PostgreSQL's errors in words."""

import psycopg
import pytest
from psycopg import errors

from leadsync.errors import JournalError, SettingsError
from leadsync.journal.postgres.database import PostgresDatabase
from leadsync.journal.postgres.errors import place, translated

URL = "postgresql://ann:secret@db.example.com:5433/leads"


@pytest.mark.parametrize(
    ("url", "words"),
    [
        (URL, "leads on db.example.com:5433"),
        ("host=db.example.com dbname=leads password=secret", "leads on db.example.com"),
        ("postgresql://", "the default database on this machine"),
    ],
)
def test_a_database_is_named_without_user_and_password(url: str, words: str) -> None:
    assert place(url) == words


@pytest.mark.parametrize(
    "url",
    ["mysql://ann:secret@db", "postgresql://ann:sec%ret@db", "secret", "postgresql://db/leads\npostgresql://secret"],
)
def test_an_address_of_another_kind_is_a_fault_of_the_settings_and_not_quoted(url: str) -> None:
    with pytest.raises(SettingsError, match=r"is not one of PostgreSQL; in LEADSYNC_JOURNAL_URL, or .*%40") as caught:
        place(url)
    assert "ret@db" not in str(caught.value)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("error", "remedy"),
    [
        (errors.DiskFull("no space left"), "make room on the server's disk, then try again"),
        (errors.InvalidPassword("wrong"), "correct the user or the password in its address"),
        (psycopg.OperationalError("cut"), "see that the server runs and can be reached, then try again"),
        (errors.DuplicateTable("is there"), "its tables are not as leadsync has made them: restore it from a backup"),
        (errors.InsufficientPrivilege("no"), "let its user own the database or the schema leadsync"),
        (errors.DivisionByZero("0"), "see the server's log, then try again"),
    ],
)
def test_each_error_has_its_remedy(error: psycopg.Error, remedy: str) -> None:
    with pytest.raises(JournalError) as caught, translated(URL):
        raise error
    words = " ".join(str(error).split())
    assert str(caught.value) == f"The journal in leads on db.example.com:5433 cannot be used ({words}): {remedy}."


def test_a_password_in_the_servers_words_is_left_out() -> None:
    with pytest.raises(JournalError) as caught, translated(URL):
        raise psycopg.OperationalError("no entry for ann, secret")
    assert "(no entry for ann, …)" in str(caught.value)


def test_a_refused_connection_may_be_the_passwords_fault(postgres_server: str) -> None:
    """The server's refusals at the beginning have no kind: here it is a missing role."""
    url = postgres_server.replace("postgres@", "nobody:secret@")
    with pytest.raises(JournalError, match=r"cannot be used \(.*nobody.*user and password in its address") as caught:
        PostgresDatabase(url)
    assert "secret" not in str(caught.value)
