"""A plan: what the user is asked about, and what is stored at a yes."""

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
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


def test_the_new_leads_among_the_rows_to_be_sent_are_stored_with_the_run(tmp_path: Path) -> None:
    stored: list[dict[str, Any]] = []
    survey: Any = SimpleNamespace(new_leads=lambda rows: {None: 5, 3: 2}[rows])
    whole = Plan(a_run(tmp_path), waiting=9, survey=survey, write=lambda **values: stored.append(values))
    trial = replace(whole, run=replace(whole.run, last_row=7), waiting=3)
    whole.confirm()
    trial.confirm()
    assert stored == [{"new_leads": 5}, {"new_leads": 2}]
