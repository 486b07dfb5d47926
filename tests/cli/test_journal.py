"""`leadsync journal copy` from the command line."""

from tests.conftest import Desk


def test_a_copy_needs_the_name_of_a_database(desk: Desk) -> None:
    done = desk.leadsync("journal", "copy")
    assert done.code == 2
    assert "No database is named; set the environment variable LEADSYNC_JOURNAL_URL, or [journal] url_file." in done.err


def test_an_address_of_another_kind_is_refused_without_its_password(desk: Desk) -> None:
    done = desk.leadsync("journal", "copy", LEADSYNC_JOURNAL_URL="mysql://ann:secret@db", LEADSYNC_API_KEY="k" * 32)
    assert done.code != 0
    assert "secret" not in done.err + done.out
    assert "postgresql://USER:PASSWORD@HOST/DATABASE" in done.err
