"""A few random walks; `make torture` makes many."""

import pytest

from tests.faults.torture import told, torture


@pytest.mark.parametrize("seed", [6, 21, 22])
def test_every_promise_holds_on_a_random_walk(seed, tmp_path):
    walk = torture(seed, tmp_path / "walk")
    assert not walk.broken, told(walk.diary, walk.broken)
