"""A few random walks with seeds of their own; `make torture` makes many."""

import pytest

from tests.faults.torture import told, torture


@pytest.mark.parametrize("seed", [7, 12, 21, 33])
def test_every_promise_holds_on_a_random_walk(seed, tmp_path):
    walk = torture(seed, tmp_path / "walk")
    assert not walk.broken, told(walk)
