"""Several campaigns in one settings file, and rows that name their own."""

import shlex

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


def test_a_campaign_is_chosen_by_its_name_and_has_what_it_does_not_name_from_the_first(desk: Desk) -> None:
    dialer = desk.dialer(settings=WINBACK)
    assert desk.leadsync("run", desk.sheet("leads.csv", *SHEET), "--campaign", "winback").code == 0
    assert ids(dialer) == [("41", "42", "40")] * 2


def test_a_file_that_goes_to_two_campaigns_is_sent_to_each_once(desk: Desk) -> None:
    dialer = desk.dialer(settings=WINBACK)
    sheet = desk.sheet("leads.csv", *SHEET)
    for options in ((), ("--campaign", "winback"), (), ("--campaign", "winback")):
        assert desk.leadsync("run", sheet, *options).code == 0
    assert ids(dialer) == [("41", "41", "38")] * 2 + [("41", "42", "40")] * 2


def test_a_name_that_the_settings_do_not_have(desk: Desk) -> None:
    dialer = desk.dialer(settings=WINBACK)
    done = desk.leadsync("run", desk.sheet("leads.csv", *SHEET), "--campaign", "wnback")
    assert done.code == 2
    assert "[campaigns.wnback]" in done.err
    assert "winback" in done.err.split("known are")[1]
    assert ids(dialer) == []


def test_a_key_that_is_none_in_a_campaigns_table(desk: Desk) -> None:
    desk.dialer(settings="[campaigns.winback]\nallocations_id = 40\n")
    done = desk.leadsync("check", desk.sheet("leads.csv", *SHEET))
    assert done.code == 2
    assert "[campaigns.winback] allocations_id is not a setting; did you mean allocation_id?" in done.err


def test_a_column_sends_rows_to_campaigns_of_their_own(desk: Desk) -> None:
    dialer = desk.dialer(settings='[columns]\n"Team" = "fCampaignId"\n')
    sheet = desk.sheet(
        "leads.csv",
        "Lead Id,FirstPhone,Outcome,Team,fAllocationId,fTemplateId",
        "1,0383218191,Sale,,,",
        "2,0383218192,Sale,42,40,41",
        "3,0383218193,Sale,43,41.0,42",
    )
    done = desk.leadsync("run", sheet)
    assert done.code == 0, done.out
    by_lead = {one.lead: (one.query, dict(one.fields)) for one in dialer.ledger.received}
    assert {
        lead: tuple(query[f"f{name}Id"] for name in ("Template", "Campaign", "Allocation"))
        for lead, (query, _) in by_lead.items()
    } == {
        "1": ("41", "41", "38"),
        "2": ("41", "42", "40"),
        "3": ("42", "43", "41"),
    }
    for lead, (_, fields) in by_lead.items():
        assert fields == {"FirstPhone": f"038321819{lead}", "njDisposition": "Sale"}, "ids travel in the query alone"


def test_ids_that_are_none_are_rejected_and_wrong_ones_of_a_row_fail_that_row_alone(desk: Desk) -> None:
    desk.dialer()
    sheet = desk.sheet(
        "leads.csv",
        "Lead Id,FirstPhone,Outcome,fCampaignId",
        "1,0383218191,Sale,forty-one",
        "2,0383218192,Sale,0",
        "3,0383218193,Sale,999",
        "4,0383218194,Sale,41",
    )
    done = desk.leadsync("run", sheet, "--json")
    assert done.code == 3
    rows = {row["Lead Id"]: row for row in desk.rows(done.json["files"]["report"])}
    assert [rows[lead]["sync_status"] for lead in "1234"] == ["rejected", "rejected", "failed", "succeeded"]
    assert "whole number" in rows["1"]["sync_message"]
    assert rows["3"]["sync_code"] == "117"
    assert "in the sheet" in rows["3"]["sync_advice"]


def test_wrong_ids_of_the_settings_stop_the_run_though_rows_have_their_own(desk: Desk) -> None:
    desk.dialer(settings="[campaign]\ntemplate_id = 41\ncampaign_id = 41\nallocation_id = 777\n")
    sheet = desk.sheet(
        "leads.csv", "Lead Id,FirstPhone,Outcome,fAllocationId", "1,0383218191,Sale,38", "2,0383218192,Sale,"
    )
    done = desk.leadsync("run", sheet, "--json")
    assert done.code == 4
    assert done.json["statuses"] == {"succeeded": 1, "unsent": 1}


@pytest.mark.parametrize("campaign", [None, "winback"])
def test_watch_sends_to_the_campaign_it_is_told(desk: Desk, campaign: str | None) -> None:
    dialer = desk.dialer(settings=WINBACK)
    folder = desk.folder / "leads"
    folder.mkdir()
    desk.sheet("leads.csv", *SHEET).rename(folder / "leads.csv")
    options = ("--campaign", campaign) if campaign else ()
    assert desk.leadsync("watch", folder, "--once", "--settle", "0", *options).code == 0
    assert {one[1] for one in ids(dialer)} == {"42" if campaign else "41"}


def test_campaigns_lists_the_ids(desk: Desk) -> None:
    desk.dialer()
    listed = desk.leadsync("campaigns", "--json").json["campaigns"]
    ids = [(one["template"]["id"], one["campaign"]["id"], one["allocation"]["id"]) for one in listed]
    assert (41, 41, 38) in ids


def test_a_file_of_the_first_campaigns_run_goes_to_no_other(desk: Desk) -> None:
    """As one of another campaign's run does not go to the first."""
    dialer = desk.dialer(settings=WINBACK, faults=[FaultRule(FaultKind.CODE, lead="1", code=106)])
    sheet = desk.sheet("leads.csv", *SHEET)
    first = desk.leadsync("run", sheet, "--json").json
    refused = desk.leadsync("run", first["files"]["retry"], "--campaign", "winback")
    assert (refused.code, len(ids(dialer))) == (2, 2)
    assert "which went to [campaign]; give it without --campaign, or take its sync_run column out" in refused.err
    assert desk.leadsync("run", first["files"]["retry"]).code == 3
    assert ids(dialer) == [("41", "41", "38")] * 3


@pytest.mark.parametrize("form", ["csv", "xlsx"])
@pytest.mark.parametrize(("code", "begins"), [(106, "Correct the "), (110, "Fill the column sync_decision ")])
def test_the_next_step_is_a_command_that_gives_the_file_to_the_same_campaign(
    desk: Desk, code: int, begins: str, form: str
) -> None:
    desk.dialer(settings=WINBACK, faults=[FaultRule(FaultKind.CODE, lead="1", code=code)])
    sheet = desk.sheet("leads.csv", *SHEET)
    done = desk.leadsync("run", sheet, "--campaign", "winback", "--format", form)
    (step,) = (line for line in done.out.splitlines() if line.startswith(begins))
    words = shlex.split(step.split(": ", 1)[1])
    assert words[-2:] == ["--campaign", "winback"]
    given = desk.leadsync(*words[words.index("run") :])
    assert given.code != 2, given.err


def test_the_next_step_of_a_run_in_the_first_campaign_names_none(desk: Desk) -> None:
    desk.dialer(settings=WINBACK, faults=[FaultRule(FaultKind.CODE, lead="1", code=106)])
    done = desk.leadsync("run", desk.sheet("leads.csv", *SHEET))
    assert done.out.splitlines()[-1].endswith(".retry.csv")
