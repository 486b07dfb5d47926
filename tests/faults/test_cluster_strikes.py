"""Machines at one journal in PostgreSQL, each kind of trouble once; `make torture-cluster` has them many times."""

import random

import pytest

from tests.conftest import Desk
from tests.faults.cluster_strikes import STRIKES, Scene, server_for, strike
from tests.machines import Machines

LEFT = frozenset({"stalled_cable", "mute_database"})
"""Left to `make torture-cluster`: a cut cable is the same and more."""


@pytest.mark.parametrize("name", [name for name in STRIKES if name not in LEFT])
def test_every_promise_holds(name: str, desk: Desk) -> None:
    with server_for(name) as (server, cables):
        machines = Machines(desk, server.url, rows=160)
        try:
            scene = Scene(machines, desk.dialer(floor_seconds=0.2), server, random.Random(20261128), cables)
            strike(name, scene)
        finally:
            machines.end()
