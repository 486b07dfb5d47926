"""Rows of a draft are corrected and left out before it is sent: the dialer is the judge."""

import pytest

from leadsync.journal import open_journal
from leadsync.run import corrected_rest
from leadsync.simulator import FaultKind, FaultRule, PracticeDialer
from tests.web.faulty import CorrectPage, base_of, records, send_draft, words
from tests.web.shop import DraftPage, applied, wait_until

SHEET = """Lead Id,Name,FirstPhone,Outcome,Callback Date
A1,Ann,0412345671,Sale,
A2,Bob,83218199,Sale,
A3,Cai,0412345673,Sale,31/02/2031 10:00
A4,Dee,0412345674,Sale,
"""
"""Row 3 has no area code, row 4 no such date."""


def test_a_corrected_row_goes_with_its_sheet(page: DraftPage, dialer: PracticeDialer) -> None:
    draft = page.upload(SHEET)
    assert "Send 2 rows to" in page.get(draft)
    base = base_of(page, draft)
    assert "2 rows to correct" in base.text()
    assert "draft 2 to correct" in home(page)
    assert base.save(4, c4="28/02/2031 10:00").status_code == 303
    assert "draft 1 to correct · 1 corrected or left out" in home(page)
    assert base.save(4, c4="27/02/2031 10:00").status_code == 409, "somebody has changed it since"
    text = page.get(draft)
    assert "Send 3 rows to" in text
    assert "it is read again" not in text
    run = send_draft(page, draft)
    assert sorted(applied(dialer)) == ["A1", "A3", "A4"]
    assert records(page, run)[4].cells[4] == "28/02/2031 10:00"
    assert words(page.browser.get("/leads/A3")).count("31/02/2031 10:00 → 28/02/2031 10:00 ann") == 1
    assert [one.id for one in page.shop.runs()] == [run.rpartition("/")[2]], "the draft has ended"
    again = CorrectPage(page, run)
    assert again.save(3, c2="0383218199").status_code == 303
    assert "1 corrected and ready" in again.text()
    assert "1 corrected, not sent yet" in home(page)
    again.save(3, version=1, c2="x")
    assert "1 to correct" in home(page)
    assert "not sent yet" not in f"{home(page)} {page.get(run)}", "the change is at fault itself"
    assert "Correct 1 row" in page.get(run)


def home(page: DraftPage) -> str:
    return words(page.browser.get("/"))


def test_corrections_outlive_another_reading(page: DraftPage, dialer: PracticeDialer) -> None:
    draft = page.upload(SHEET)
    base_of(page, draft).save(4, c4="28/02/2031 10:00")
    old = base_of(page, draft)
    page.choose(draft, options="1", blank_words="n/a")
    base = base_of(page, draft)
    assert "1 corrected or left out" in base.text()
    assert "draft 1 to correct · 1 corrected or left out" in home(page)
    assert page.browser.get(old.here).headers["location"] == base.here, "an open page leads there"
    for swap in (False, True):
        late = old.save(3, swap=swap, c0="A2", c2="0383218199")
        assert late.status_code == (200 if swap else 409)
        assert "read again since you saw it: nothing was changed. You typed: FirstPhone “0383218199”." in late.text
        assert f'action="{base.run}/edits' in late.text
    seen = page.browser.get(base.here).text
    columns = seen.partition('name="columns" value="')[2].partition('"')[0]
    for swap in (False, True):
        late = old.save(5, swap=swap, c1="Dora", columns=columns, reason="callbacks")
        card = late.text.partition('id="row-5"')[2].partition("</form>")[0]
        assert 'value="Dora"' in card, "a row of any list is there"
        assert "You typed: Name “Dora”." in words(late)
        assert "data-fault" in card, "the keyboard stays in it"
    late = old.put("rejected..NO_AREA_CODE", "", "", "03", how="before")
    assert (late.status_code, "The value was “03”." in late.text) == (409, True)
    page.choose(draft, options="1", blank_words="")
    send_draft(page, draft)
    assert sorted(applied(dialer)) == ["A1", "A3", "A4"]


def test_a_correction_behind_the_look_is_not_sent_unseen(page: DraftPage, dialer: PracticeDialer) -> None:
    draft = page.upload(SHEET)
    seen = page.hidden(draft, "seen")
    base_of(page, draft).save(4, c4="28/02/2031 10:00")
    answer = page.browser.post(f"{draft}/send", data={"seen": seen, "how": "all"})
    assert answer.status_code == 409
    assert "Send 3 rows to" in answer.text
    assert applied(dialer) == []


def test_a_row_left_out_is_skipped_with_the_name(page: DraftPage, dialer: PracticeDialer) -> None:
    draft = page.upload(SHEET)
    rows = f"{draft}/rows"
    row = {"list": "all", "number": "5", "version": "0"}
    assert page.browser.post(rows, data=row).status_code == 303
    assert page.browser.post(rows, data=row).status_code == 409
    assert "Left out by ann" in words(page.browser.get(f"{rows}?list=all&lead=A4"))
    assert "draft 2 to correct · 1 corrected or left out" in home(page), "row 5 was right"
    page.choose(draft)
    assert "Send 1 row to" in page.get(draft)
    assert "Not sent. Left out by ann" in words(page.browser.get(f"{rows}?list=skip-LEFT_OUT"))
    base = base_of(page, draft)
    run = send_draft(page, draft)
    assert applied(dialer) == ["A1"]

    answers = [page.browser.post(rows, data={**row, "number": "2"})]

    def says_so() -> bool:
        answers.append(page.browser.post(rows, data={**row, "number": "2"}))
        return f"ann has sent this sheet as run {run.rpartition('/')[2]}" in answers[-1].text

    # Behind the run's end the sheet is read once more first.
    wait_until(says_so, 60)
    assert {answer.status_code for answer in answers} == {409}
    assert f'<a href="{draft}">To the run</a>' in answers[-1].text
    for swap in (False, True):
        late = base.save(4, swap=swap, c4="28/02/2031 10:00")
        assert f"was sent as run {run.rpartition('/')[2]} before your change came" in late.text
        assert "You typed: Callback Date “28/02/2031 10:00”" in late.text
    late = base.put("rejected..NO_SUCH_DAY", "", "", "28/02/2031 10:00")
    assert (late.status_code, "The value was “28/02/2031 10:00”." in late.text) == (409, True)
    assert [one.id for one in page.shop.runs()] == [run.rpartition("/")[2]], "no draft has kept a change"
    left = records(page, run)[5]
    assert left.status == "skipped"
    assert "left out by ann on " in words(page.browser.get(f"{run}/rows?status=skipped"))


def test_a_row_left_out_is_taken_back(page: DraftPage, dialer: PracticeDialer) -> None:
    draft = page.upload(SHEET)
    row = {"list": "all", "number": "5"}
    page.browser.post(f"{draft}/rows", data={**row, "version": "0"})
    page.browser.post(f"{draft}/rows", data={**row, "version": "1", "back": "1"})
    page.choose(draft)
    send_draft(page, draft)
    assert applied(dialer) == ["A1", "A4"]


def test_the_rest_of_a_trial_is_corrected_and_left_out_before_it_goes(page: DraftPage, dialer: PracticeDialer) -> None:
    dialer.campaign.dispositions = frozenset({"Sale"})
    lines = [f"A{n},Name,04123456{n:02},{'Slae' if n in (2, 7) else 'Sale'},28/02/2031 10:00" for n in range(1, 10)]
    draft = page.upload("\n".join([SHEET.splitlines()[0], *lines, ""]))
    page.browser.post(f"{draft}/rows", data={"list": "all", "number": "10", "version": "0"})
    page.get(draft)
    trial = page.try_first(draft)
    seen = words(page.browser.get(trial))
    assert "Send the other 3 rows to" in seen
    assert "Correct 1 row of the trial" in seen
    assert "Left out by people, and not sent: row 10." in seen
    assert "again as" not in seen, "one button for the rest"
    assert "It was too late to take it back" in page.get(f"{draft}?late=1")
    assert page.browser.post(f"{draft}/rest").headers["location"] == draft
    page.await_reading(draft)
    read = words(page.browser.get(draft))
    assert "Send 4 rows to" in read
    assert f"Run {trial.rpartition('/')[2]} has tried the first rows of this sheet: all others go" in read
    assert "1 Show Correct Outcome failed in the trial: 106 The campaign has no such disposition" in read
    assert "Look at the rest, and send it" in words(page.browser.get(trial))
    base = base_of(page, draft)
    base.save(8, c3="Sale")
    base.save(8, c3="Slae", version=1)
    assert "Look at the rest, and send it" in words(page.browser.get(trial))
    assert not has_corrected_rest(page, trial), "a change taken back is no change"
    base.save(8, c3="Sale", version=2)
    base.save(3, c3="Sale")
    page.browser.post(f"{draft}/rows", data={"list": "all", "number": "9", "version": "0"})
    refused = page.browser.post(f"{trial}/resume")
    assert "send or discard the rest on the page of the sheet" in refused.text
    sheet = page.shop.desk.sheet("friday.csv")
    sheet.write_text("\n".join([SHEET.splitlines()[0], *lines, ""]), "utf-8", newline="")
    for more in ((), ("--fresh",)):
        late = page.shop.desk.leadsync("run", sheet, "--yes", *more)
        assert (late.code, "send or discard the rest on the page of the sheet" in late.err) == (2, True)
    assert "failed in the trial" not in words(page.browser.get(draft))
    run = send_draft(page, draft)
    assert [call.lead for call in dialer.ledger.received] == ["A1", "A2", "A3", "A4", "A5", "A2", "A6", "A7"]
    assert page.shop.statuses(run.rpartition("/")[2]) == {"succeeded": 7, "skipped": 2}


def test_a_row_at_fault_in_the_trial_is_corrected_in_the_rest_alone(page: DraftPage, dialer: PracticeDialer) -> None:
    dialer.campaign.dispositions = frozenset({"Sale"})
    lines = [
        f"A{n},Name,04123456{n:02},{'Slae' if n == 3 else 'Sale'},{'31' if n in (2, 9) else '28'}/02/2031 10:00"
        for n in range(1, 10)
    ]
    draft = page.upload("\n".join([SHEET.splitlines()[0], *lines, ""]))
    trial = CorrectPage(page, page.try_first(draft))
    assert "2 rows to correct" in trial.text()
    shown = words(page.browser.get(trial.run))
    assert "Send the other 2 rows to" in shown
    assert "1 more row behind the trial's end is at fault, and does not go as it is." in shown
    assert page.get(trial.run).count('class="primary"') == 1, "one of the ways is the usual one"
    page.browser.post(f"{draft}/rest")
    page.await_reading(draft)
    assert f"goes on with run {trial.run_id}" in words(page.browser.get(draft)).split(" 1 · ")[0]
    rest = CorrectPage(page, send_draft(page, draft))
    assert "3 rows to correct" in rest.text()
    shown = words(page.browser.get(trial.run))
    assert "1 row went out again" in shown
    assert f"1 row to correct in run {rest.run_id} ." in shown
    assert "Correct 1 row" not in shown
    assert f"Rows of it are worked on in run {rest.run_id} ." in shown
    home = words(page.browser.get("/"))
    assert (home.count("3 to correct"), home.count("1 to correct")) == (1, 0)
    assert "1 of them sent again (none went through), 1 of them to correct in a later run" in home
    late = trial.save(3, c4="28/02/2031 10:00")
    assert (late.status_code, f"run {rest.run_id} has it since" in late.text) == (409, True)
    rest.save(3, c4="28/02/2031 10:00")
    rest.save(4, c3="Sale")
    rest.send_all()
    assert sorted(applied(dialer)) == [f"A{n}" for n in range(1, 9)]
    shown = words(page.browser.get(trial.run))
    assert ("2 rows went out again in run" in shown, "2 went through" in shown, "to correct in run" in shown) == (
        True,
        True,
        False,
    )
    for run in (trial, rest):
        page.shop.desk.leadsync("retry", run.run_id, "--yes")
    assert sorted(applied(dialer)) == [f"A{n}" for n in range(1, 9)]


@pytest.mark.parametrize("begun", ["trial on the page", "trial by a command", "stopped"])
@pytest.mark.parametrize("choice", ["rest", "fresh"])
def test_a_row_left_out_since_its_sheet_was_begun_is_sent_by_no_command(
    page: DraftPage, dialer: PracticeDialer, begun: str, choice: str
) -> None:
    if (begun, choice) == ("stopped", "rest"):
        return  # it has no rest of its own to look at
    sheet = page.shop.desk.sheet("leads.csv", "Lead Id,Outcome", *(f"A{n},Sale" for n in range(1, 9)))
    if begun == "trial on the page":
        draft = page.upload(sheet.read_bytes())
        trial = page.try_first(draft).rpartition("/")[2]
    else:
        limit = ("--limit", "5") if begun == "trial by a command" else ()
        dialer.faults.add([] if limit else [FaultRule(FaultKind.HTTP, status=401)])
        trial = page.shop.desk.leadsync("run", sheet, *limit, "--json").json["run"]
        dialer.faults.clear()
        draft = page.upload(sheet.read_bytes())
    if choice == "rest":
        page.browser.post(f"{draft}/rest")
        page.await_reading(draft)
    else:
        page.choose(draft, options="1", fresh="1")
    page.browser.post(f"{draft}/rows", data={"list": "all", "number": "9", "version": "0"})
    for command in (("resume", trial), ("run", sheet), ("run", sheet, "--fresh")):
        late = page.shop.desk.leadsync(*command, "--yes")
        assert (late.code, "send or discard the rest on the page of the sheet" in late.err) == (2, True), command
    if begun != "stopped":
        shown = words(page.browser.get(f"/runs/{trial}"))
        assert ("Look at the rest, and send it" in shown, "Send the other" in shown) == (True, False)
    page.choose(draft, options="1")
    before = len(applied(dialer))
    run = send_draft(page, draft)
    assert applied(dialer)[before:] == [f"A{n}" for n in range(6 if before else 1, 8)]
    assert page.shop.statuses(run.rpartition("/")[2]) == {"succeeded": 7, "skipped": 1}
    assert page.shop.desk.leadsync("run", sheet, "--yes").code == 0
    assert "A8" not in applied(dialer)


def test_corrections_left_in_a_trial_are_told_before_a_command_sends_the_rest(
    page: DraftPage, dialer: PracticeDialer
) -> None:
    dialer.campaign.dispositions = frozenset({"Sale"})
    desk, lines = page.shop.desk, [f"A{n},{'Slae' if n == 2 else 'Sale'}" for n in range(1, 9)]
    trial = desk.leadsync("run", desk.sheet("leads.csv", "Lead Id,Outcome", *lines), "--limit", "5", "--json").json
    CorrectPage(page, f"/runs/{trial['run']}").save(3, c1="Sale")
    checked = desk.leadsync("run", desk.sheet("leads.csv", "Lead Id,Outcome", *lines, "A9,Sale"), "--json").json
    told = f"1 row was corrected on the page of run {trial['run']} and not sent; here it is read as in leads.csv: send"
    assert [one for one in checked["warnings"] if told in one]


def has_corrected_rest(page: DraftPage, trial: str) -> bool:
    with open_journal(page.shop.state) as journal:
        return bool(corrected_rest(journal, journal.run(trial.rpartition("/")[2])))


@pytest.mark.parametrize("choice", [{"blank_words": "n/a"}, {"fresh": "1"}])
def test_a_sheet_read_anew_after_its_trial_keeps_what_people_have_changed(
    page: DraftPage, dialer: PracticeDialer, choice: dict[str, str]
) -> None:
    lines = [f"A{n},Name,04123456{n:02},Sale,{'31' if n == 7 else '28'}/02/2031 10:00" for n in range(1, 10)]
    draft = page.upload("\n".join([SHEET.splitlines()[0], *lines, ""]))
    base = base_of(page, draft)
    base.save(2, c1="Ann")
    base.save(8, c4="27/02/2031 10:00")
    for number in (5, 10):
        page.browser.post(f"{draft}/rows", data={"list": "all", "number": str(number), "version": "0"})
    page.get(draft)
    page.try_first(draft)
    assert applied(dialer) == ["A1", "A2", "A3", "A5", "A6"]
    page.choose(draft, options="1", **choice)
    read = words(page.browser.get(draft))
    assert "2 rows: left out here by a person" in read
    assert "draft 4 corrected or left out" in home(page)
    run = send_draft(page, draft)
    again = ["A1", "A2", "A3", "A5", "A6"] if "fresh" in choice else []
    assert applied(dialer)[5:] == [*again, "A7", "A8"]
    assert records(page, run)[8].cells[4] == "27/02/2031 10:00"
    assert records(page, run)[2].cells[1] == "Ann"


@pytest.mark.parametrize("how", ["discard", "send"])
def test_the_kept_draft_ends_with_the_upload(page: DraftPage, dialer: PracticeDialer, how: str) -> None:
    draft = page.upload(SHEET)
    base_of(page, draft).save(4, c4="28/02/2031 10:00")
    if how == "send":
        page.choose(draft)
        send_draft(page, draft)
    else:
        page.browser.post(f"{draft}/discard")
    assert [run.complete for run in page.shop.runs()] == [True] * (how == "send")
