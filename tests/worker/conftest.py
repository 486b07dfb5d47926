"""A desk whose journal is in PostgreSQL."""

from collections.abc import Iterator

import pytest

from tests.conftest import Desk
from tests.machines import Machines


@pytest.fixture
def machines(desk: Desk, postgres_url: str) -> Iterator[Machines]:
    machines = Machines(desk, postgres_url)
    yield machines
    machines.end()
