"""Ids of runs."""

import re
from datetime import UTC, datetime

from leadsync.journal import new_run_id


def test_a_run_id_is_the_time_and_four_digits() -> None:
    assert re.fullmatch("20261123-210455-[0-9a-f]{4}", new_run_id(datetime(2026, 11, 23, 21, 4, 55, tzinfo=UTC)))
