"""A preview's digest: the same while sending would do the same."""

from pathlib import Path

from leadsync.journal import LEFT_OUT, open_journal
from leadsync.models import Status
from leadsync.web.preview import being_sent, is_outdated, with_digest
from tests.web.conftest import Office
from tests.web.filled import RUN, Given, Sender, a_run, fill


def test_what_passes_without_an_effect_does_not_count() -> None:
    found = {"what": "send", "waiting": 5, "changes": [], "pace": 1.0, "at": "now", "new_dialer": True}
    first = with_digest(found)["digest"]
    assert with_digest({**found, "pace": 2.0, "at": "later", "new_dialer": False})["digest"] == first
    assert with_digest({**found, "waiting": 6})["digest"] != first
    assert with_digest({**found, "changes": [{"what": "x", "count": 1}]})["digest"] != first


def test_a_digest_is_of_everything_but_itself() -> None:
    once = with_digest({"what": "done", "error": "\udcff"})
    assert with_digest(once) == once


def test_it_is_outdated_once_the_sending_has_ended_that_held_rows_back(office: Office, sender: Sender) -> None:
    with open_journal(office.state) as journal:
        found = {"of_other_runs": [["LEFT_TO_RUN", RUN, 3], ["LEFT_TO_RUN", "20261123-000000-0000", 1]]}
        found["sending"] = being_sent(journal, found)
        assert found["sending"] == [RUN], "the other one stands still"
        assert not is_outdated(journal, found)
        sender.ends(finished=True)
        assert is_outdated(journal, found)
        assert is_outdated(journal, {"busy": True})


def test_it_is_outdated_once_its_rows_were_corrected(office: Office, tmp_path: Path) -> None:
    fill(office.state, a_run(tmp_path), [Given("A", Status.REJECTED)])
    found = {"base": RUN, "edits": 0}
    with open_journal(office.state) as journal:
        assert not is_outdated(journal, found)
        journal.edit(RUN, 2, {LEFT_OUT: "left out"}, version=0, user="ann")
        assert is_outdated(journal, found)
        assert is_outdated(journal, {"base": "20261123-000000-0000", "edits": 0}), "it is gone"
