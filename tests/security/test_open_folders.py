"""Reports, log and metrics go into no folder in which others can exchange them."""

import os

import pytest

from tests.conftest import Desk
from tests.security.users import AS_ROOT, OTHER


@AS_ROOT
@pytest.mark.parametrize("option", ["--log-file", "--metrics-file", "--output"])
@pytest.mark.parametrize(
    ("mode", "owner", "why"),
    [
        (0o777, 0, "everybody can write into it"),
        (0o755, OTHER, "it belongs to another user"),
        (0o777, OTHER, "everybody can write into it"),
    ],
)
def test_what_is_asked_for_goes_into_no_folder_that_others_can_exchange_it_in(
    desk: Desk, option: str, mode: int, owner: int, why: str
) -> None:
    dialer = desk.dialer()
    sheet = desk.sheet("leads.csv", "Lead Id,FirstPhone,Outcome", "1,0383218191,Sale")
    folder = desk.folder / "open"
    folder.mkdir()
    os.chown(folder, owner, -1)
    folder.chmod(mode)
    done = desk.leadsync("run", sheet, option, folder if option == "--output" else folder / "file")
    assert why in done.err
    assert list(folder.iterdir()) == []
    assert done.code == (0 if option == "--metrics-file" else 2)
    assert len(dialer.ledger.received) == (1 if option == "--metrics-file" else 0)
