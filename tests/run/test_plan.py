"""A plan: what the user is asked about, and what is stored at a yes."""

from pathlib import Path
from typing import Any

from leadsync.remarks import Remark
from leadsync.run import Plan
from tests.journal.samples import a_run


def test_the_warnings_are_stored_with_the_run(tmp_path: Path) -> None:
    """In one step: after a kill in between, `watch` would take a doubtful file for a sound one."""
    stored: list[dict[str, Any]] = []
    plan = Plan(a_run(tmp_path), write=lambda **values: stored.append(values))
    plan.confirm([Remark("CallBack: 3 dates are swapped.", doubt=True), Remark("2 rows have no callback date.")])
    assert stored == [
        {"warnings": ("CallBack: 3 dates are swapped.", "2 rows have no callback date."), "doubtful": True}
    ]
