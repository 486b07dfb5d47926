"""Who did what on the page, and when: kept in the journal, without values of cells."""

from pathlib import Path

from leadsync.journal import open_journal
from leadsync.models import Status
from leadsync.tallies import Live
from leadsync.web.roles import Role
from leadsync.web.users import Users
from tests.web.conftest import Office
from tests.web.filled import RUN, Given, Sender, a_run, fill


def test_login_stop_and_download_are_kept_with_the_person(office: Office, tmp_path: Path) -> None:
    fill(office.state, a_run(tmp_path), [Given("A", Status.SUCCEEDED, 0), Given("B", Status.UNSENT)], finished=False)
    users = Users(office.state)
    users.add("ann", Role.SUPERVISOR, "ann's password")
    browser = office.browser(office.site(users))
    browser.post("/login", data={"name": "ann", "password": "wrong password"})
    browser.post("/login", data={"name": "ann", "password": "ann's password"})
    assert browser.get(f"/runs/{RUN}/files/report").status_code == 200
    assert browser.get(f"/runs/{RUN}/files/review").status_code == 404
    browser.post(f"/runs/{RUN}/stop")
    sender = Sender(office.state)
    sender.tells(Live(1))
    browser.post(f"/runs/{RUN}/stop")
    sender.dies()
    with open_journal(office.state) as journal:
        kept = [(one.action, one.user, one.run_id, one.detail) for one in reversed(journal.audit())]
    assert kept == [
        ("failed login", "ann", "", {}),
        ("login", "ann", "", {}),
        ("download", "ann", RUN, {"file": "report"}),
        ("stop", "ann", RUN, {}),
    ]
