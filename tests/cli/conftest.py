"""A run for tests of commands that look back."""

import pytest

from leadsync.simulator import FaultKind, FaultRule
from tests.cli.run_desk import RunDesk
from tests.cli.samples import ODD_SHEET
from tests.conftest import Desk


@pytest.fixture
def sent(desk: Desk) -> RunDesk:
    """A run with a row of each sort."""
    refused = FaultRule(FaultKind.CODE, lead="L/2 &?x=%20#", code=106, calls=1)
    dialer = desk.dialer(faults=[refused])
    run = desk.leadsync("run", desk.sheet("leads.csv", *ODD_SHEET), "--json").json["run"]
    return RunDesk(desk, dialer, run)
