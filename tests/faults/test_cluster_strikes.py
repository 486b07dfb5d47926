"""Machines at one journal in PostgreSQL, each kind of trouble once; `make torture-cluster` has them many times."""

import random
from collections.abc import Iterator

import pytest

from tests.conftest import Desk
from tests.faults.cluster_strikes import STRIKES, Scene, strike
from tests.machines import Machines
from tests.own_postgres import OwnPostgres, own_postgres


@pytest.fixture
def server() -> Iterator[OwnPostgres]:
    with own_postgres() as server:
        yield server


@pytest.mark.parametrize("name", STRIKES)
def test_every_promise_holds(name: str, desk: Desk, server: OwnPostgres) -> None:
    machines = Machines(desk, server.url, rows=160)
    try:
        strike(name, Scene(machines, desk.dialer(floor_seconds=0.2), server, random.Random(20261128)))
    finally:
        machines.end()
