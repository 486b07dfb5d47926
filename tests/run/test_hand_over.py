"""A plan that is left to a worker."""

from dataclasses import replace
from pathlib import Path

import pytest

from leadsync.config import settings_from
from leadsync.journal import Journal, Queued, WorkerSeen, open_journal
from leadsync.run import Plan, hand_over, has_worker, is_for_worker
from leadsync.run.hand_over import SILENT_SECONDS
from tests.journal.samples import RUN, a_run

HERE = "pbx.example.com:443"
SETTINGS = settings_from({"server": {"url": "https://PBX.example.com"}, "cluster": {"page_sends": "by_worker"}}, "x")


@pytest.mark.parametrize(
    ("queues", "ago", "there"),
    [((HERE,), 1.0, True), ((HERE,), SILENT_SECONDS, False), (("other.example.com:443",), 1.0, False)],
)
def test_a_worker_is_there_by_its_last_sign_of_life(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, queues: tuple[str, ...], ago: float, there: bool
) -> None:
    with open_journal(tmp_path) as journal:
        assert not has_worker(journal, HERE)
        monkeypatch.setattr(type(journal), "workers", lambda _: [WorkerSeen("b", 1, queues, ago)])
        assert has_worker(journal, HERE) is there


def plan(journal: Journal, folder: Path) -> Plan:
    journal.create(a_run(folder))

    def write(**values: object) -> None:
        journal.confirm(RUN, **values)  # type: ignore[arg-type] # fields by name

    return Plan(a_run(folder), 5, write=write)


def test_with_a_worker_it_is_confirmed_and_queued(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with open_journal(tmp_path) as journal:
        planned = plan(journal, tmp_path)
        assert not hand_over(journal, planned, SETTINGS, [], priority=10, until=None)
        assert not journal.run(RUN).complete, "nothing is confirmed for nobody"
        monkeypatch.setattr(type(journal), "workers", lambda _: [WorkerSeen("b", 1, (HERE,), 1.0)])
        assert hand_over(journal, planned, SETTINGS, [], priority=10, until=None)
        assert journal.run(RUN).complete
        queued = journal.queued(RUN)
        assert queued == Queued(HERE, 10, "", queued.author if queued else "")
        assert [(entry.action, entry.detail) for entry in journal.audit(RUN)] == [("send", {"rows": 5})]


def test_trials_and_runs_in_turn_are_sent_here(tmp_path: Path) -> None:
    alone = Plan(a_run(tmp_path))
    assert is_for_worker(SETTINGS, alone)
    assert not is_for_worker(settings_from({}, "x"), alone)
    assert not is_for_worker(SETTINGS, replace(alone, then=alone))
    assert not is_for_worker(SETTINGS, Plan(replace(a_run(tmp_path), last_row=5)))
