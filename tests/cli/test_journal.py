"""`leadsync journal copy` from the command line."""

import pytest

from tests.conftest import Desk


@pytest.mark.parametrize("command", ["run", "resume", "watch", "runs"])
def test_nothing_is_done_with_the_original_of_a_copy(desk: Desk, postgres_url: str, command: str) -> None:
    dialer = desk.dialer()
    sheet = desk.sheet("in.csv", "Lead Id,FirstPhone,Outcome", "A,0383218101,Sale", "B,0383218102,Sale")
    assert desk.leadsync("run", sheet, "--limit", "1").code == 0
    copied = desk.leadsync("journal", "copy", LEADSYNC_JOURNAL_URL=postgres_url)
    assert copied.code == 0, copied.err
    given = {"run": (sheet,), "watch": (desk.folder, "--once")}.get(command, ())
    forgotten = desk.leadsync(command, *given)
    assert forgotten.code == 2
    assert f"The journal in {desk.state} was copied to" in forgotten.err
    assert len(dialer.ledger.received) == 1
    assert desk.leadsync("resume", LEADSYNC_JOURNAL_URL=postgres_url).code == 0
    assert len(dialer.ledger.received) == 2


def test_a_copy_needs_the_name_of_a_database(desk: Desk) -> None:
    done = desk.leadsync("journal", "copy")
    assert done.code == 2
    assert "No database is named; set the environment variable LEADSYNC_JOURNAL_URL, or [journal] url_file." in done.err


def test_an_address_of_another_kind_is_refused_without_its_password(desk: Desk) -> None:
    done = desk.leadsync("journal", "copy", LEADSYNC_JOURNAL_URL="mysql://ann:secret@db", LEADSYNC_API_KEY="k" * 32)
    assert done.code != 0
    assert "secret" not in done.err + done.out
    assert "postgresql://USER:PASSWORD@HOST/DATABASE" in done.err
