"""A few random chains of files; `make torture` plays many."""

import pytest

from tests.faults.chain_steps import play
from tests.faults.torture import told


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_every_promise_holds_on_a_random_chain(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("leadsync.engine.breaker.FIRST_WAIT_SECONDS", 0.01)
    chain = play(seed)
    assert not chain.oracle.broken, told(chain.diary, chain.oracle.broken)
