"""The process that counts failures."""

import pickle
from pathlib import Path

import pytest

from leadsync.models import Status
from leadsync.web.stats_child import main
from tests.web.filled import Given, a_run, fill


def test_the_figures_are_put_out(tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    fill(tmp_path / "state", a_run(tmp_path), [Given("A", Status.SUCCEEDED, 0), Given("B", Status.FAILED, 106)])
    assert main([str(tmp_path / "state"), "code"]) == 0
    assert pickle.loads(capfdbinary.readouterr().out).headline.startswith("1 of 2 rows (50.0%) failed")
    assert main([str(tmp_path / "state"), "code", "2100-01-01T00:00:00+00:00"]) == 0
    assert "1 of 2" not in pickle.loads(capfdbinary.readouterr().out).headline


def test_an_error_is_a_sentence(tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    fill(tmp_path / "state", a_run(tmp_path), [Given("A", Status.SUCCEEDED, 0)])
    assert main([str(tmp_path / "state"), "column:Agent"]) == 2
    out = capfdbinary.readouterr()
    assert (out.out, out.err.startswith(b"No sheet has a column Agent")) == (b"", True)
