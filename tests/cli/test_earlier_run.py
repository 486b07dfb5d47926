"""An earlier run sent again or to its end: by its own campaign, and only with complete settings."""

import pytest

from leadsync.simulator import FaultKind, FaultRule, PracticeDialer
from tests.conftest import Desk

SHEET = ("Lead Id,FirstPhone,Outcome", "1,0383218191,Sale", "2,0383218192,Sale")


WINBACK = "[campaigns.winback]\ncampaign_id = 42\nallocation_id = 40\n"


def ids(dialer: PracticeDialer) -> list[tuple[str, str, str]]:
    """Template, campaign and allocation of each call, in order."""
    return [
        (one.query["fTemplateId"], one.query["fCampaignId"], one.query["fAllocationId"])
        for one in dialer.ledger.received
    ]


def test_resume_and_retry_know_which_campaign_a_run_was_for(desk: Desk) -> None:

    refused = FaultRule(FaultKind.CODE, lead="2", code=106, calls=1)
    dialer = desk.dialer(settings=WINBACK, faults=[refused])
    desk.leadsync("run", desk.sheet("leads.csv", *SHEET), "--campaign", "winback", "--limit", "1")
    done = desk.leadsync("resume", "--json")
    assert done.code == 3, done.err
    assert desk.leadsync("retry", done.json["run"]).code == 0
    assert ids(dialer) == [("41", "42", "40")] * 3


@pytest.mark.parametrize(
    ("command", "words"), [("resume", "There is no run to go on with."), ("retry", "There is no run to send again.")]
)
def test_without_a_run_the_settings_are_looked_at_all_the_same(desk: Desk, command: str, words: str) -> None:
    desk.dialer()
    done = desk.leadsync(command)
    assert (done.code, done.out) == (0, f"{words}\n")
    assert desk.leadsync(command, "--json").json == {"run": None}
    desk.config.write_text("", "utf-8")
    assert (desk.leadsync(command).code, desk.leadsync(command).out) == (2, "")


def test_a_campaign_named_again_goes_before_that_of_the_run(desk: Desk) -> None:
    dialer = desk.dialer(settings=WINBACK)
    desk.leadsync("run", desk.sheet("leads.csv", *SHEET), "--limit", "1")
    done = desk.leadsync("resume", "--campaign", "winback")
    assert done.code == 2, done.out
    assert ids(dialer) == [("41", "41", "38")]
