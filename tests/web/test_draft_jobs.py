"""A draft is read for a preview, planned anew and sent: once, and only as it was seen."""

from pathlib import Path
from typing import Any

import pytest

from leadsync.config import SheetChoices
from leadsync.config.sheet_settings import SheetSettings
from leadsync.journal import Journal
from leadsync.run import Plan
from leadsync.session import Session
from leadsync.simulator import PracticeDialer
from leadsync.web import draft_jobs
from leadsync.web.jobs import JobState
from leadsync.web.preview import DONE, GO_ON, SEND, UNDECIDED, UNREADABLE
from tests.conftest import Desk
from tests.web.shop import Shop, applied


def test_a_preview_says_what_the_sheet_does(shop: Shop, dialer: PracticeDialer) -> None:
    found = shop.read(shop.upload())
    assert found["what"] == SEND
    assert [(column["heading"], column["field"]) for column in found["columns"]] == [
        ("Lead Id", "njExternalLeadId"),
        ("Mobile", "Mobile"),
        ("Outcome", "njDisposition"),
        ("Callback Date", "njCallBackDate"),
    ]
    assert [column["meant"] for column in found["columns"]] == ["", "FirstPhone", "", ""]
    assert found["columns"][1]["examples"] == ["0412 345 678", "0412345679"]
    assert (found["rows"], found["to_send"], found["rejected"], found["waiting"]) == (2, 2, 0, 2)
    assert found["dispositions"] == [["Sale", 2]]
    assert (found["callbacks"], found["new_leads"]) == (1, 1)
    assert found["target"]["campaign"] == 41
    assert found["new_dialer"] is True
    assert [run.complete for run in shop.runs()] == [False], "the draft stays, to be corrected"
    assert dialer.ledger.received == []


def test_chosen_columns_change_what_is_sent(shop: Shop, dialer: PracticeDialer) -> None:
    upload = shop.upload()
    found = shop.read(upload, columns={"Mobile": "FirstPhone"})
    assert found["columns"][1]["field"] == "FirstPhone"
    [change] = [group for group in found["changes"] if group["column"] == "Mobile"]
    assert change["examples"][0] == ["0412 345 678", "0412345678"]
    assert shop.send(upload, found).state is JobState.ENDED
    assert [one.fields["FirstPhone"] for one in dialer.ledger.applications] == ["0412345678", "0412345679"]


def test_a_sheet_without_ids_shows_its_columns(shop: Shop, dialer: PracticeDialer) -> None:
    upload = shop.upload("Cust No.,Result\n40120,Sale\n40121,Sale\n")
    found = shop.read(upload)
    assert found["what"] == UNDECIDED
    assert [column["meant"] for column in found["columns"]] == ["njExternalLeadId", "njDisposition"]
    chosen = {"Cust No.": "njExternalLeadId", "Result": "njDisposition"}
    found = shop.read(upload, columns=chosen)
    assert (found["what"], found["to_send"], found["dispositions"]) == (SEND, 2, [["Sale", 2]])


def test_a_file_that_is_no_sheet_is_named_by_its_label(shop: Shop, dialer: PracticeDialer) -> None:
    found = shop.read(shop.upload(b"\x89PNG\r\n\x1a\n" + b"\0" * 100, name="../photo <b>.png"))
    assert found["what"] == UNREADABLE
    assert "photo <b>.png" in found["error"]
    assert str(shop.state) not in found["error"]


def test_several_sheets_are_there_to_choose_from(shop: Shop, dialer: PracticeDialer, tmp_path: Path) -> None:
    import openpyxl

    book = openpyxl.Workbook()
    for name in ("Winback", "Callbacks"):
        sheet = book.create_sheet(name)
        sheet.append(["Lead Id", "Outcome"])
        sheet.append([name, "Sale"])
    del book["Sheet"]
    book.save(tmp_path / "book.xlsx")
    upload = shop.upload((tmp_path / "book.xlsx").read_bytes(), name="book.xlsx")
    found = shop.read(upload)
    assert (found["what"], found["sheets"]) == (UNREADABLE, ["Winback", "Callbacks"])
    for name in ("Callbacks", "Winback"):
        assert shop.send(upload, shop.read(upload, sheet=name)).state is JobState.ENDED
    assert applied(dialer) == ["Callbacks", "Winback"], "each sheet is one of its own"


def test_a_draft_is_sent_once(shop: Shop, dialer: PracticeDialer) -> None:
    upload = shop.upload()
    seen = shop.read(upload)
    job = shop.send(upload, seen)
    assert (job.state, job.noted["code"]) == (JobState.ENDED, 0)
    assert shop.statuses(job.noted["run"]) == {"succeeded": 2}
    again = shop.send(upload, seen)
    assert again.state is JobState.STALE
    found = shop.read(upload)
    assert (found["what"], found["earlier"]["run"], found["waiting"]) == (DONE, job.noted["run"], 0)
    assert applied(dialer) == ["A1", "A2"]


def test_the_same_sheet_uploaded_again_is_not_sent_again(shop: Shop, dialer: PracticeDialer) -> None:
    first = shop.upload()
    run = shop.send(first, shop.read(first)).noted["run"]
    again = shop.upload(user="Bob")
    assert shop.read(again)["what"] == DONE
    found = shop.read(again, fresh=True)
    assert (found["what"], found["repeated"]["run"], found["repeated"]["rows"]) == (SEND, run, 2)
    assert shop.read(again, fresh=True, input={"skip_unchanged": True})["skips"] == [["UNCHANGED", 2]]


def test_the_same_content_under_another_name_is_warned_of(shop: Shop, dialer: PracticeDialer) -> None:
    first = shop.upload()
    shop.send(first, shop.read(first))
    found = shop.read(shop.upload(name="saturday.csv"))
    assert found["what"] == SEND
    assert any(remark["loud"] and "holds the same as friday.csv" in remark["text"] for remark in found["remarks"])


def test_a_trial_sends_its_rows_and_the_rest_follows(shop: Shop, dialer: PracticeDialer) -> None:
    upload = shop.upload("Lead Id,Outcome\n" + "".join(f"A{number},Sale\n" for number in range(1, 9)))
    seen = shop.read(upload)
    trial = shop.send(upload, seen, limit=5)
    assert applied(dialer) == ["A1", "A2", "A3", "A4", "A5"]
    rest = upload.values.load(f"preview-{upload.reading().digest}.json")
    assert rest is not None
    assert (rest["what"], rest["earlier"]["run"], rest["waiting"]) == (GO_ON, trial.noted["run"], 3)
    assert shop.send(upload, rest).state is JobState.ENDED
    assert applied(dialer) == [f"A{number}" for number in range(1, 9)]


def test_a_sheet_begun_on_the_command_line_goes_on(shop: Shop, desk: Desk, dialer: PracticeDialer) -> None:
    lines = ("Lead Id,Outcome", *(f"A{number},Sale" for number in range(1, 9)))
    file = desk.sheet("leads.csv", *lines)
    run = desk.leadsync("run", file, "--limit", "5", "--json").json["run"]
    upload = shop.upload(file.read_bytes(), name="friday.csv")
    seen = shop.read(upload)
    assert (seen["what"], seen["earlier"]["run"], seen["waiting"]) == (GO_ON, run, 3)
    again = shop.upload(file.read_bytes(), name="monday.csv")
    assert shop.read(again, rest=True)["dispositions"] == [["Sale", 3]], "that of another sheet is looked at too"
    assert shop.send(upload, seen).state is JobState.ENDED
    assert applied(dialer) == [f"A{number}" for number in range(1, 9)]
    assert shop.read(shop.upload("Lead Id,Outcome\nA1,Sale\n", name="other.csv"))["what"] == SEND


def test_a_trial_with_other_columns_afterwards_keeps_what_went_through(shop: Shop, dialer: PracticeDialer) -> None:
    upload = shop.upload("Lead Id,Result\n" + "".join(f"A{number},Sale\n" for number in range(1, 9)))
    trial = shop.send(upload, shop.read(upload), limit=2).noted["run"]
    found = shop.read(upload, columns={"Result": "njDisposition"})
    assert (found["what"], found["dispositions"]) == (SEND, [["Sale", 8]])
    told = f"2 rows that went through in run {trial} read otherwise now, and are sent a second time: rows 2, 3."
    assert {"text": told, "loud": True, "doubt": False} in found["remarks"]
    shop.send(upload, found)
    assert [one.fields.get("njDisposition") for one in dialer.ledger.applications] == [
        *["<No Change>"] * 2,
        *["Sale"] * 8,
    ]


def test_anew_is_anew_once(shop: Shop, dialer: PracticeDialer) -> None:
    upload = shop.upload()
    shop.send(upload, shop.read(upload))
    shop.send(upload, shop.read(upload, fresh=True), limit=1)
    assert upload.reading() == SheetChoices()
    rest = shop.read(upload)
    assert (rest["what"], rest["waiting"]) == (GO_ON, 1)
    shop.send(upload, rest)
    assert applied(dialer) == ["A1", "A2", "A1", "A2"]


def test_a_draft_that_would_do_something_else_by_now_is_not_sent(shop: Shop, dialer: PracticeDialer) -> None:
    upload, other = shop.upload(), shop.upload(name="saturday.csv")
    seen = shop.read(upload)
    shop.send(other, shop.read(other))
    job = shop.send(upload, seen)
    assert job.state is JobState.STALE
    found = upload.values.load(f"preview-{upload.reading().digest}.json")
    assert found is not None
    assert found["digest"] != seen["digest"]
    assert (found["repeated"]["rows"], applied(dialer)) == (2, ["A1", "A2"])
    assert [run.complete for run in shop.runs()] == [False, True], "the draft is there, to be corrected"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("campaign_id = 41", "campaign_id = 42"),
        ("[campaign]", '[input]\nblank_phone = "omit"\n[campaign]'),
        ("[server]", '[server]\ncalls = "classic"'),
    ],
)
def test_changed_settings_make_a_draft_stale(
    shop: Shop, desk: Desk, dialer: PracticeDialer, before: str, after: str
) -> None:
    upload = shop.upload()
    seen = shop.read(upload)
    desk.config.write_text(desk.config.read_text().replace(before, after, 1))
    assert shop.send(upload, seen).state is JobState.STALE
    assert dialer.ledger.received == []


def test_only_the_newest_claim_is_carried_out(shop: Shop, dialer: PracticeDialer) -> None:
    upload = shop.upload()
    seen = shop.read(upload)
    first = shop.claim_send(upload, seen)
    first.starts_in(lambda: False)
    second = shop.claim_send(upload, seen)
    shop.do("send", upload, first)
    assert first.noted == {}, "it came too late"
    assert dialer.ledger.received == []
    shop.do("send", upload, second)
    shop.do("send", upload, second)
    assert applied(dialer) == ["A1", "A2"]


def test_hostile_cells_and_headings_come_through_as_they_are(shop: Shop, dialer: PracticeDialer) -> None:
    heading = "<script>alert(1)</script>"
    found = shop.read(
        shop.upload(f'Lead Id,{heading},"=cmd|\' /C calc\'!A0"\n"A1","<img src=x onerror=alert(1)>",{{{{7*7}}}}\n')
    )
    assert [column["heading"] for column in found["columns"]][1:] == [heading, "=cmd|' /C calc'!A0"]
    assert found["columns"][1]["examples"] == ["<img src=x onerror=alert(1)>"]
    assert found["columns"][2]["examples"] == ["{{7*7}}"]


def test_a_correction_while_the_sheet_is_planned_holds_the_sending_up(
    shop: Shop, dialer: PracticeDialer, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload = shop.upload()
    seen = shop.read(upload)
    as_seen = draft_jobs._as_seen

    def corrected_meanwhile(host: Session, journal: Journal, *others: Any) -> Plan | None:
        journal.edit(seen["base"], 3, {2: "Busy"}, version=0, user="rita")
        return as_seen(host, journal, *others)

    with monkeypatch.context() as patch:
        patch.setattr(draft_jobs, "_as_seen", corrected_meanwhile)
        job = shop.send(upload, seen)
    assert (job.state, job.noted["run"]) == (JobState.REFUSED, "")
    assert "corrected or left out meanwhile; look at it again. Nothing was sent." in job.noted["error"]
    assert dialer.ledger.received == []
    assert shop.send(upload, shop.read(upload)).state is JobState.ENDED
    assert sorted(one.fields["njDisposition"] for one in dialer.ledger.applications) == ["Busy", "Sale"]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@pytest.mark.parametrize("on_page", [True, False])
def test_a_report_given_back_knows_the_columns_chosen_for_its_sheet(
    shop: Shop, dialer: PracticeDialer, kind: str, *, on_page: bool
) -> None:
    dialer.campaign.dispositions = frozenset({"Sale"})
    upload = shop.upload("Cust No,Customer,Ring,Result\n40120,Ann,0412345671,Sale\n40121,Bob,0412345672,Slae\n")
    chosen = {"Cust No": "njExternalLeadId", "Ring": "FirstPhone", "Result": "njDisposition", "Customer": ""}
    choices = {"columns": chosen, "input": {"phone_fields": ["FirstPhone"]}}
    run = shop.send(upload, shop.read(upload, **choices)).noted["run"]
    dialer.campaign.dispositions = frozenset({"Sale", "Slae"})
    back = shop.desk.folder / "back"
    assert shop.desk.leadsync("report", run, "--output", back, "--format", kind).code == 0
    [report] = back.glob("*.retry.*")
    if on_page:
        given = shop.upload(report.read_bytes(), report.name)
        assert shop.send(given, shop.read(given)).state is JobState.ENDED
    else:
        done = shop.desk.leadsync("run", report, "--yes")
        assert done.code == 0, done.err
    last = dialer.ledger.applications[-1]
    sent = {name: value for name, value in last.fields.items() if value != "<No Change>"}
    assert (last.lead, sent) == ("40121", {"njDisposition": "Slae", "FirstPhone": "0412345672"})
    again = SheetSettings.model_validate_json(shop.runs()[0].reading).chosen
    assert again is not None
    assert again.columns == chosen, "a report of this run knows them too"
