"""The round trips of a group: each is time in which no row is written down."""

from collections import Counter
from functools import partial

import psycopg
import pytest

from leadsync.journal.postgres import PostgresJournal
from leadsync.journal.run_log import Begin, Finish, Question
from leadsync.journal.states import State
from tests.journal.samples import OK, RUN, entry


def test_a_question_costs_its_group_one_round_trip_and_no_transaction(
    journal: PostgresJournal, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal.add(RUN, [entry(2), entry(3)])
    journal.confirm(RUN)
    journal.hold(RUN)
    writer = journal._writer(RUN, resend_unknown=False, by_priority=False)
    calls: Counter[str] = Counter()
    for name in ("execute", "transaction"):
        real = getattr(psycopg.Connection, name)

        def counted(self, *arguments, name=name, real=real):
            calls[name] += 1
            return real(self, *arguments)

        monkeypatch.setattr(psycopg.Connection, name, counted)
    writer.commit([Begin(2, 1)])
    writer.leaves(2, 1)
    page = Question(partial(writer.pending, 2, 10))
    done, rows = writer.commit([Finish(2, 1, OK, State.SUCCEEDED), page])
    assert (done, [row.number for row in rows]) == (None, [3])
    assert calls == {"execute": 3}
    writer.close()
