"""Several dialers in one settings file, one history: each run goes to its own, and is gone on with there."""

from dataclasses import dataclass
from typing import Any

import pytest

from leadsync.simulator import FaultKind, FaultRule, PracticeDialer
from tests.conftest import KEY, Desk, Result

SYDNEY_KEY = "0a63246a-973e-11e6-8784-08002718f5b6"


@dataclass
class Bureau:
    """Two practice dialers with keys of their own."""

    desk: Desk
    melbourne: PracticeDialer
    sydney: PracticeDialer
    urls: dict[str, str]

    def leadsync(self, *arguments: Any) -> Result:
        return self.desk.leadsync(*arguments, SYDNEY_KEY=SYDNEY_KEY)

    def received(self) -> tuple[int, int]:
        return len(self.melbourne.ledger.received), len(self.sydney.ledger.received)


@pytest.fixture
def bureau(desk: Desk) -> Bureau:
    options = {"any_lead": True, "floor_seconds": 0.005}
    melbourne, sydney = PracticeDialer(api_key=KEY, **options), PracticeDialer(api_key=SYDNEY_KEY, **options)
    urls = {"melbourne": desk._start(melbourne).url, "sydney": desk._start(sydney).url}
    desk.config.write_text(
        f"""
        [dialers.melbourne]
        url = "{urls["melbourne"]}"
        api_key_env = "LEADSYNC_API_KEY"
        campaign = {{ template_id = 41, campaign_id = 41, allocation_id = 38 }}

        [dialers.sydney]
        url = "{urls["sydney"]}"
        api_key_env = "SYDNEY_KEY"
        hardware_threads = 4
        [dialers.sydney.campaign]
        template_id = 41
        campaign_id = 41
        allocation_id = 38

        [retry]
        wait_seconds = 0.05
        attempts = 2
        """,
        "utf-8",
    )
    return Bureau(desk, melbourne, sydney, urls)


def sheet(bureau: Bureau, rows: int = 4) -> Any:
    lines = [f"A{n},03999000{n:02},Sale" for n in range(rows)]
    return bureau.desk.sheet("leads.csv", "External Id,FirstPhone,Disposition", *lines)


def test_the_named_dialer_gets_the_rows_with_its_own_key(bureau: Bureau) -> None:
    done = bureau.leadsync("run", sheet(bureau), "--dialer", "sydney")
    assert done.code == 0, done.err
    assert bureau.received() == (0, 4)
    assert bureau.leadsync("run", sheet(bureau), "--dialer", "melbourne").code == 0
    assert bureau.received() == (4, 4), "the same sheet for another dialer is another run"
    assert len(bureau.leadsync("runs", "--json").json["runs"]) == 2, "one history"


def test_without_a_name_nothing_is_sent_and_the_dialers_are_named(bureau: Bureau) -> None:
    for arguments in (("run", sheet(bureau)), ("watch", bureau.desk.folder, "--once"), ("campaigns",)):
        refused = bureau.leadsync(*arguments)
        assert refused.code == 2
        assert "several dialers, and none is chosen: melbourne, sydney (--dialer NAME)" in refused.err
    unknown = bureau.leadsync("run", sheet(bureau), "--dialer", "perth")
    assert (unknown.code, bureau.received()) == (2, (0, 0))
    assert "There is no [dialers.perth] in the settings; known are: melbourne, sydney." in unknown.err
    assert bureau.leadsync("check", sheet(bureau)).code == 0, "a check needs no dialer"


def test_resume_retry_and_request_know_the_dialer_of_their_run(bureau: Bureau) -> None:
    bureau.sydney.faults.add([FaultRule(FaultKind.HTTP, status=401, lead="A2")])
    stopped = bureau.leadsync("run", sheet(bureau), "--dialer", "sydney", "--limit", "2", "--json")
    assert stopped.code == 0, stopped.err
    run = stopped.json["run"]
    bureau.sydney.faults.clear()
    bureau.sydney.faults.add([FaultRule(FaultKind.CODE, lead="A3", code=106, calls=1)])
    assert bureau.leadsync("resume").code == 3
    assert bureau.received()[0] == 0
    before = bureau.received()[1]
    retried = bureau.leadsync("retry", run)
    assert retried.code == 0, retried.err
    assert bureau.received() == (0, before + 1)
    request = bureau.leadsync("request", run, "--row", "2")
    assert bureau.urls["sydney"] in request.out
    assert '"$SYDNEY_KEY"' in request.out


def test_a_report_goes_back_to_its_own_dialer_alone(bureau: Bureau) -> None:
    bureau.sydney.faults.add([FaultRule(FaultKind.CODE, lead="A3", code=106)])
    done = bureau.leadsync("run", sheet(bureau), "--dialer", "sydney", "--json")
    refused = bureau.leadsync("run", done.json["files"]["retry"], "--dialer", "melbourne")
    assert refused.code == 2
    assert "which went to [dialers.sydney]; give it with --dialer sydney" in refused.err
    bureau.sydney.faults.clear()
    assert bureau.leadsync("run", done.json["files"]["retry"], "--dialer", "sydney").code == 0
    assert bureau.received()[0] == 0


def test_a_folder_is_watched_for_its_dialer(bureau: Bureau) -> None:
    folder = bureau.desk.folder / "incoming"
    folder.mkdir()
    sheet(bureau).rename(folder / "leads.csv")
    assert bureau.leadsync("watch", folder, "--once", "--settle", "0", "--dialer", "sydney").code == 0
    assert bureau.received() == (0, 4)


def test_all_are_tried(bureau: Bureau) -> None:
    tried = bureau.leadsync("init", "--check")
    assert tried.code == 0, tried.err
    for name in ("melbourne", "sydney"):
        assert f"[dialers.{name}]: the dialer at {bureau.urls[name]} takes the key" in tried.out
        assert f"[dialers.{name}]: [dialers.{name}.campaign] is template" in tried.out


def test_a_single_dialer_needs_no_name(bureau: Bureau) -> None:
    text = bureau.desk.config.read_text("utf-8")
    bureau.desk.config.write_text(text[text.index("[dialers.sydney]") :], "utf-8")
    assert bureau.leadsync("run", sheet(bureau)).code == 0
    assert bureau.received() == (0, 4)
