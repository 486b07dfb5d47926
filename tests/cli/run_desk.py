"""A desk after a run."""

from leadsync.simulator import PracticeDialer
from tests.conftest import Desk


class RunDesk(Desk):
    """A desk with a run, and the dialer it was sent to."""

    def __init__(self, desk: Desk, practice: PracticeDialer, run: str) -> None:
        super().__init__(desk.folder, desk._start)
        self.practice = practice
        self.run = run
