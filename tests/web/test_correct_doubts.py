"""What a draft warns about is corrected and left out like rejected rows: the dialer is the judge."""

from leadsync.simulator import PracticeDialer
from leadsync.web.draft_jobs import preview_name
from leadsync.web.jobs import JobState, held
from leadsync.web.preview import list_name
from leadsync.web.roles import Role
from leadsync.web.uploads import Uploads
from tests.conftest import Desk
from tests.web.faulty import CorrectPage, base_of, records, send_draft, words
from tests.web.shop import DraftPage

DOUBTS = """Lead Id,Name,FirstPhone,Outcome,Callback Date
A1,Ann,0412345671,Callback,31/01/2031 10:00
A2,Bob,0412345672,Callback,
A3,Cai,0412345673,Slae,31/01/2031 10:00
A4,Dee,0412345674,Sale,31/01/2031 10:00
A5,Eve,0412345675,Sale,31/01/2031 10:00
A6,Fay,0412345676,Sale,
A4,Dee,0412345677,Busy,31/01/2031 11:00
"""
"""Rows 3 and 7 have no date, row 4 a slip, rows 5 and 8 are of one lead."""
UNDATED, SLIP = list_name("undated", "Callback"), list_name("sets", "Slae")


def test_what_a_draft_warns_about_is_corrected_like_rejected_rows(
    page: DraftPage, dialer: PracticeDialer, desk: Desk
) -> None:
    dialer.campaign.dispositions = frozenset({"Sale", "Callback", "Busy"})
    draft = page.upload(DOUBTS)
    text = words(page.browser.get(draft))
    assert "2 rows have NO callback date" in text
    assert "1 of 3 rows with outcome Sale Correct Show 1 of 2 rows with outcome Callback" in text
    assert "1 row sets “ Slae ”: perhaps “ Sale ” is meant. Correct it" in text
    base = base_of(page, draft)
    text = base.text()
    assert "No row has to be corrected." in text
    for card in ("No callback date: Callback 1 row", "No callback date: Sale 1 row", "Sets Slae 1 row"):
        assert card in text
    assert "Its lead stands in more than one row 2 rows" in text
    undated = page.get(f"{base.here}?reason={UNDATED}")
    assert 'id="row-3"' in undated
    assert 'id="row-7"' not in undated
    assert base.save(3, c4="30/02/2031 10:00", reason=UNDATED).status_code == 303
    assert "1 row to correct" in base.text(), "what was typed is checked"
    assert base.save(3, c4="28/02/2031 10:00").status_code == 409, "an older page"
    assert base.save(3, version=1, c4="28/02/2031 10:00").status_code == 303
    assert base.put(SLIP, "Outcome", "Slae", "Sale").status_code == 303
    assert base.save(7, leave="out").status_code == 303
    text = base.text()
    assert "3 corrected or left out" in text
    assert "No callback date" not in text
    assert "Sets Slae" not in text
    assert "Not sent with this sheet: left out by ann" in base.text("?reason=ready")
    assert "Send 6 rows to" in page.get(draft)
    run = send_draft(page, draft)
    assert [edit.number for edit in CorrectPage(page, run).edits()] == [3, 4]
    by_page = [(one.lead, dict(one.fields)) for one in dialer.ledger.applications]
    assert sorted(lead for lead, _ in by_page) == ["A1", "A2", "A3", "A4", "A4", "A5"]
    right = DOUBTS.replace("A2,Bob,0412345672,Callback,", "A2,Bob,0412345672,Callback,28/02/2031 10:00")
    lines = [line for line in right.replace("Slae", "Sale").splitlines() if not line.startswith("A6")]
    dialer.ledger.applications.clear()
    assert desk.leadsync("run", desk.sheet("right.csv", *lines)).code == 0
    by_file = [(one.lead, dict(one.fields)) for one in dialer.ledger.applications]
    assert sorted(by_page, key=str) == sorted(by_file, key=str)


def test_a_change_that_keeps_the_doubt_keeps_the_row_on_its_list(page: DraftPage, dialer: PracticeDialer) -> None:
    draft = page.upload(DOUBTS)
    base = base_of(page, draft)
    assert base.save(3, c1="Robert").status_code == 303
    text = base.text(f"?reason={UNDATED}")
    assert "NO callback date: the dialer will treat" in text
    assert "Sets Slae" not in text, "one reason is shown with its rows"
    assert "Its lead stands in more than one row 2 rows" in base.text()
    assert base.save(8, c0="A7").status_code == 303
    assert "more than one row" not in base.text(), "its other row stands alone now"
    assert base.save(3, version=1, leave="out").status_code == 303
    assert base.save(3, version=2, leave="in").status_code == 303
    assert "No callback date: Callback 1 row" in base.text()
    page.get(draft)
    assert "No callback date: Callback 1 row" in base.text(), "after another reading too"
    assert base.save(3, version=3, c4="28/02/2031 10:00").status_code == 303
    run = send_draft(page, draft)
    assert records(page, run)[3].cells[1] == "Robert"
    assert CorrectPage(page, run).save(3, leave="out").status_code == 409, "it was sent"
    assert page.browser.get(base.here).headers["location"] == run, "an old page of the draft leads there"


def test_a_queued_sheet_takes_no_corrections(page: DraftPage, dialer: PracticeDialer) -> None:
    draft = page.upload(DOUBTS)
    base = base_of(page, draft)
    [upload] = Uploads(page.shop.state).all()
    seen = upload.values.load(preview_name(upload.reading()))
    assert seen is not None
    job = page.shop.claim_send(upload, seen)
    job.note(JobState.QUEUED)
    with held(page.shop.state, job.lock_name, 5):
        for swap in (False, True):
            late = base.save(3, swap=swap, c4="28/02/2031 10:00")
            assert "Ann has asked to send this sheet as it was then. It waits for its turn" in late.text
            assert "28/02/2031 10:00" in late.text, "what was typed is there"
        late = base.put(SLIP, "Outcome", "Slae", "Sale")
        assert (late.status_code, "The value was “Sale”." in late.text) == (409, True)
        assert "Nothing was changed." in base.text()
        late = page.browser.post(f"{draft}/rows", data={"list": "all", "number": "3", "version": "0"})
        assert (late.status_code, "Ann has asked to send this sheet: nothing was" in late.text) == (409, True)
        assert base.edits() == []


def test_who_may_not_send_corrects_and_leaves_nothing_out(page: DraftPage, dialer: PracticeDialer) -> None:
    base = base_of(page, page.upload(DOUBTS))
    reviewer = page.office.logged_in(Role.REVIEWER)
    assert "Leave row 3 out" not in base.text(f"?reason={UNDATED}", browser=reviewer)
    assert base.save(3, browser=reviewer, leave="out").status_code == 403
    assert base.save(3, browser=reviewer, c4="28/02/2031 10:00").status_code == 303
