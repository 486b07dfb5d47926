"""Nothing goes twice by habit: unchanged rows, finished files, retries."""

import pytest

from leadsync.reimport.unchanged import same_fields
from leadsync.simulator import FaultKind, FaultRule, PracticeDialer
from tests.conftest import Desk

HEADINGS = "Lead Id,FirstPhone,Outcome"
A, B = "L1,0383218191,Sale", "L1,0383218191,Busy"
OTHER = "L2,0383218192,Sale"


def dispositions(dialer: PracticeDialer, lead: str = "L1") -> list[str]:
    return [one["fields"]["njDisposition"] for one in dialer.ledger.as_json()["received"] if one["lead"] == lead]


def run(desk: Desk, name: str, *lines: str, options: tuple[str, ...] = ("--skip-unchanged",)) -> dict[str, int]:
    done = desk.leadsync("run", desk.sheet(name, HEADINGS, *lines), "--json", *options)
    statuses: dict[str, int] = done.json["statuses"]
    return statuses


def test_a_row_that_says_what_its_lead_was_last_sent_is_skipped_and_says_so(desk: Desk) -> None:
    desk.dialer()
    first = desk.leadsync("run", desk.sheet("one.csv", HEADINGS, A, OTHER), "--json").json["run"]
    done = desk.leadsync("run", desk.sheet("two.csv", HEADINGS, A, OTHER.replace("Sale", "Busy")), "--json")
    assert done.json["statuses"] == {"succeeded": 2}, "by default it goes: an agent may have changed the lead"
    assert run(desk, "three.csv", A, OTHER) == {"succeeded": 1, "skipped": 1}
    third = desk.leadsync("runs", "--json").json["runs"][0]["run"]
    [skipped] = desk.leadsync("show", third, "--status", "skipped", "--json").json["listed"]
    assert skipped["message"].startswith("unchanged: last sent on 20")
    assert done.json["run"] in skipped["message"]
    assert first not in skipped["message"]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ({"Name": "Ann Lee"}, {"Name": "Ann  Lee\r\n"}, True),
        ({"Name": "Ann"}, {"Name": "Ann", "SecondPhone": "<No Change>"}, True),
        ({"Name": "Ann"}, {"Name": "Ann", "SecondPhone": ""}, False),
        ({"Name": "Ann", "njDisposition": "<No Change>"}, {"Name": "Ann"}, True),
        ({"Name": "Ann", "njDisposition": "Sale"}, {"Name": "Ann"}, False),
    ],
)
def test_payloads_say_the_same(one: dict[str, str], other: dict[str, str], same: bool) -> None:
    assert same_fields(one, other) is same
    assert same_fields(other, one) is same


def test_it_can_be_set(desk: Desk) -> None:
    dialer = desk.dialer(settings="[input]\nskip_unchanged = true\n")
    run(desk, "one.csv", A, options=())
    assert run(desk, "two.csv", A, options=()) == {"skipped": 1}
    assert desk.leadsync("check", desk.sheet("three.csv", HEADINGS, A), "--json").json["skipped"] == 1
    assert dispositions(dialer) == ["Sale"]


@pytest.mark.parametrize(
    ("rows", "sent"),
    [
        ([A], []),
        ([B], ["Busy"]),
        ([A, A], []),
        ([A, B], ["Busy"]),
        ([B, A], ["Busy", "Sale"]),
        ([A, B, A], ["Busy", "Sale"]),
        ([B, B], ["Busy", "Busy"]),
    ],
)
def test_a_leads_rows_are_held_against_what_it_had_before_the_run(desk: Desk, rows: list[str], sent: list[str]) -> None:
    dialer = desk.dialer()
    run(desk, "before.csv", A)
    run(desk, "after.csv", *rows)
    assert dispositions(dialer)[1:] == sent


def test_only_what_was_acknowledged_last_counts(desk: Desk) -> None:
    dialer = desk.dialer(faults=[FaultRule(FaultKind.CODE, lead="L1", code=106, calls=1)])
    assert run(desk, "one.csv", A) == {"failed": 1}
    assert run(desk, "two.csv", A) == {"succeeded": 1}, "the first was refused"
    assert run(desk, "three.csv", B) == {"succeeded": 1}
    assert run(desk, "four.csv", A) == {"succeeded": 1}, "the lead has something else by now"
    assert dispositions(dialer) == ["Sale", "Sale", "Busy", "Sale"]


@pytest.mark.parametrize(
    "between",
    [
        FaultRule(FaultKind.CODE, lead="L1", code=110, calls=1),
        FaultRule(FaultKind.CLOSE, lead="L1", applied=True, calls=1),
    ],
)
def test_what_may_have_changed_the_lead_since_makes_the_row_go(desk: Desk, between: FaultRule) -> None:
    dialer = desk.dialer()
    run(desk, "one.csv", A)
    dialer.faults.add([between])
    assert "succeeded" not in run(desk, "two.csv", B)
    assert run(desk, "three.csv", A) == {"succeeded": 1}


@pytest.mark.parametrize(
    "fault", [FaultRule(FaultKind.CLOSE, applied=True, calls=1), FaultRule(FaultKind.CODE, code=110, calls=1)]
)
@pytest.mark.parametrize("options", [(), ("--skip-unchanged",)])
def test_a_row_to_decide_is_skipped_whatever_its_lead_was_sent_since(
    desk: Desk, fault: FaultRule, options: tuple[str, ...]
) -> None:
    dialer = desk.dialer(faults=[fault])
    first = desk.leadsync("run", desk.sheet("one.csv", HEADINGS, A), "--json").json
    assert run(desk, "two.csv", B) == {"succeeded": 1}
    again = desk.leadsync("run", desk.sheet("three.csv", HEADINGS, B, A), "--json", *options).json
    assert again["statuses"] == {"skipped": 2}, "the row above waits too"
    listed = desk.leadsync("show", again["run"], "--status", "skipped", "--json").json["listed"]
    assert f"run {first['run']} sent the same as its row 2, which a person has to decide first" in listed[-1]["message"]
    assert dispositions(dialer) == ["Sale", "Busy"]
    assert desk.leadsync("resolve", first["run"], "--row", "2", "--not-applied").code == 0
    assert run(desk, "four.csv", A) == {"succeeded": 1}, "a person has decided"


def test_a_row_to_decide_says_nothing_about_another_campaign(desk: Desk) -> None:
    dialer = desk.dialer(faults=[FaultRule(FaultKind.CLOSE, applied=True, calls=1)])
    assert run(desk, "one.csv", A) == {"unknown": 1}
    desk.config.write_text(desk.config.read_text("utf-8").replace("campaign_id = 41", "campaign_id = 42"), "utf-8")
    done = desk.leadsync("check", desk.sheet("two.csv", HEADINGS, A), "--json")
    assert (done.json["to_send"], done.json["skipped"]) == (1, 0)
    assert dispositions(dialer) == ["Sale"]


def test_another_campaign_is_another_lead(desk: Desk) -> None:
    desk.dialer()
    run(desk, "one.csv", A)
    desk.config.write_text(desk.config.read_text("utf-8").replace("campaign_id = 41", "campaign_id = 42"), "utf-8")
    done = desk.leadsync("check", desk.sheet("two.csv", HEADINGS, A), "--json", LEADSYNC_INPUT__SKIP_UNCHANGED="true")
    assert (done.json["to_send"], done.json["skipped"]) == (1, 0)


def test_a_run_that_was_gone_on_with_later_is_the_last_word(desk: Desk) -> None:
    dialer = desk.dialer()
    run(desk, "zero.csv", A)
    sheet = desk.sheet("long.csv", HEADINGS, OTHER, B)
    assert desk.leadsync("run", sheet, "--limit", "1").code == 0
    run(desk, "newer.csv", A, options=())
    assert desk.leadsync("resume").code == 0
    assert dispositions(dialer) == ["Sale", "Sale", "Busy"]
    assert run(desk, "again.csv", A) == {"succeeded": 1}, "the older run has sent B after the newer one sent A"
    assert run(desk, "last.csv", A) == {"skipped": 1}


def test_retry_leaves_alone_what_succeeded_and_what_a_person_decides(desk: Desk) -> None:
    faults = [
        FaultRule(FaultKind.CODE, lead="failed", code=103, calls=3),
        FaultRule(FaultKind.CODE, lead="conflict", code=110, calls=1),
        FaultRule(FaultKind.CLOSE, lead="in doubt", calls=1),
    ]
    dialer = desk.dialer(faults=faults)
    leads = ("succeeded", "failed", "conflict", "in doubt")
    sheet = desk.sheet("leads.csv", HEADINGS, *(f"{lead},038321819{at},Sale" for at, lead in enumerate(leads)))
    first = desk.leadsync("run", sheet, "--json").json
    assert first["statuses"] == dict.fromkeys(("succeeded", "failed", "conflict", "unknown"), 1)
    before = len(dialer.ledger.as_json()["received"])
    assert desk.leadsync("retry", first["run"], "--json").json["statuses"] == {"succeeded": 1}
    assert [one["lead"] for one in dialer.ledger.as_json()["received"][before:]] == ["failed"]


def test_a_finished_file_is_sent_again_only_by_somebody_who_says_so(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    dialer = desk.dialer()
    sheet = desk.sheet("leads.csv", HEADINGS, A)
    first = desk.leadsync("run", sheet, "--json").json["run"]
    asked: list[str] = []

    def answer(yes: bool) -> None:
        def confirm(question: str, *_: object, **__: object) -> bool:
            asked.append(question)
            return yes

        monkeypatch.setattr("leadsync.cli.shell._ask", confirm)

    assert desk.leadsync("run", sheet, "--yes").code == 0
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    answer(False)
    declined = desk.leadsync("run", sheet)
    assert (declined.code, len(asked)) == (0, 1)
    assert f"leads.csv was sent already by run {first} on 20" in asked[0]
    assert asked[0].endswith("send it all again?")
    assert "Nothing to do" in declined.err
    assert dispositions(dialer) == ["Sale"]
    answer(True)
    assert desk.leadsync("run", sheet).code == 0
    assert dispositions(dialer) == ["Sale", "Sale"]


def test_a_retry_that_is_declined_never_was(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    faults = [FaultRule(FaultKind.CODE, lead="L1", code=103, calls=3)]
    dialer = desk.dialer(faults=faults)
    first = desk.leadsync("run", desk.sheet("leads.csv", HEADINGS, A, OTHER), "--limit", "1", "--json").json["run"]
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("leadsync.cli.shell._ask", lambda *_, **__: False)
    assert "Nothing was sent." in desk.leadsync("retry", first).err
    [only] = desk.leadsync("runs", "--json").json["runs"]
    assert only["run"] == first
    assert "trial, 1 left" in desk.leadsync("runs").out
    monkeypatch.setattr("leadsync.cli.shell._ask", lambda *_, **__: True)
    assert desk.leadsync("retry", first, "--json").json["statuses"] == {"succeeded": 2}
    assert dispositions(dialer, "L2") == ["Sale"]


def test_an_old_sheet_saved_anew_behind_a_newer_one_says_that_its_rows_went_before(desk: Desk) -> None:
    dialer = desk.dialer()
    run(desk, "monday.csv", A, OTHER, options=())
    run(desk, "tuesday.csv", A.replace("Sale", "Busy"), OTHER.replace("Sale", "<No Change>"), options=())
    done = desk.leadsync("run", desk.sheet("monday.csv", HEADINGS, A, OTHER, "L3,0383218193,Sale"))
    assert "! 2 rows say what their lead was sent before, today " in done.err
    assert "; --skip-unchanged skips none of them" in done.err
    assert dispositions(dialer) == ["Sale", "Busy", "Sale"]


def test_what_sets_no_disposition_may_be_said_again(desk: Desk) -> None:
    """Priorities and texts go back and forth every night, and nothing is done twice by them."""
    desk.dialer()
    first, second = "L1,0383218191,<No Change>", "L1,0383218192,<No Change>"
    run(desk, "monday.csv", first, options=())
    run(desk, "tuesday.csv", second, options=())
    assert "sent before" not in desk.leadsync("run", desk.sheet("wednesday.csv", HEADINGS, first)).err
