"""Where a run was begun, and by whom."""

from dataclasses import replace
from pathlib import Path

from leadsync.journal import open_journal
from leadsync.run import origin_of
from tests.journal.samples import OTHER, RUN, a_run


def test_a_run_was_begun_on_the_page_or_on_the_command_line(tmp_path: Path) -> None:
    upload = tmp_path / "uploads" / "0123456789abcdef" / "friday.csv"
    with open_journal(tmp_path / "state") as journal:
        journal.create(a_run(tmp_path))
        journal.create(replace(a_run(tmp_path, OTHER), file=upload))
        assert origin_of(journal, journal.run(OTHER)) == "on the page"
        for run in (RUN, OTHER):
            journal.add_audit("send", "anna", run)
            journal.add_audit("send", "bob", run)
        assert origin_of(journal, journal.run(RUN)) == "on the command line by anna"
        assert origin_of(journal, journal.run(OTHER)) == "on the page by anna"
