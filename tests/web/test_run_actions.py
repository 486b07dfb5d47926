"""The rest of a run is sent, and its failed rows are sent again: each once."""

from leadsync.web.roles import Role
from tests.web.conftest import Office
from tests.web.shop import DraftPage


def test_there_is_no_such_run(page: DraftPage) -> None:
    assert page.browser.post("/runs/20261123-120000-0000/resume").status_code == 404


def test_only_supervisors_go_on(office: Office) -> None:
    browser = office.logged_in(Role.REVIEWER)
    assert browser.post("/runs/x/resume").status_code == 403
    assert browser.post("/runs/x/retry").status_code == 403
    assert browser.post("/runs/x/cancel").status_code == 403
