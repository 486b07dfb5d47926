"""The author of changes."""

import getpass

from leadsync.system_user import acting_for, system_user


def test_a_page_acts_for_its_person() -> None:
    assert system_user() == getpass.getuser()
    with acting_for("Ann"):
        assert system_user() == "Ann"
    with acting_for(""):
        assert system_user() == getpass.getuser()
