"""A mapping is saved from a draft, and the next sheet with the same headings is read by it."""

import re

from leadsync.journal import open_journal
from leadsync.simulator import PracticeDialer
from leadsync.web.roles import Role
from tests.web.conftest import Browser, Office
from tests.web.shop import DraftPage, applied
from tests.web.test_draft_page import words

FRIDAY = "Cust No.,Result,Notes\n40120,Sale,x\n40121,Sale,y\n"
SATURDAY = "Result,Notes,Cust No.\nSale,z,40122\n"


def save(page: DraftPage, draft: str, name: str) -> str:
    """Save the columns of a draft, and return its page then."""
    fields = dict(re.findall(r'name="(draft|reading)" value="([^"]*)"', page.get(draft)))
    answer = page.browser.post("/mappings", data={**fields, "name": name})
    assert answer.status_code == 303, answer.text
    page.await_reading(draft)
    return page.get(answer.headers["location"])


def test_the_next_sheet_with_these_headings_is_read_by_it(page: DraftPage, dialer: PracticeDialer) -> None:
    draft = page.upload(FRIDAY)
    page.choose(draft, **{"column-0": "njExternalLeadId", "column-1": "njDisposition", "column-2": ""})
    shown = words(save(page, draft, "  Friday   list "))
    assert "The mapping “ Friday list ” is saved." in shown
    assert "The columns are as ann saved them" in shown
    assert "Send 2 rows" in shown
    other = page.upload(SATURDAY, "saturday.csv")
    shown = page.get(other)
    assert '<option value="Friday list" selected>' in shown
    assert "as saved" in words(shown)
    page.wait(page.send(other).headers["location"])
    assert applied(dialer) == ["40122"]
    assert dialer.ledger.applications[0].fields["njDisposition"] == "Sale"
    assert "Notes" not in dialer.ledger.applications[0].fields
    listed = words(page.get("/mappings"))
    assert "Friday list saved by ann" in listed
    assert "Cust No. Lead's id Result Outcome Notes not sent" in listed
    with open_journal(page.shop.state) as journal:
        assert [(one.action, one.detail) for one in journal.audit() if "mapping" in one.action] == [
            ("save mapping", {"mapping": "Friday list"})
        ]


def test_of_several_a_person_chooses_and_may_choose_none(page: DraftPage, dialer: PracticeDialer) -> None:
    headings = ("Cust No.", "Result", "Notes")
    with open_journal(page.shop.state) as journal:
        journal.save_mapping(headings, "one", {"Cust No.": "njExternalLeadId", "Result": ""}, "ann")
        journal.save_mapping(headings, "two", {"Cust No.": "njExternalLeadId", "Result": "njDisposition"}, "ben")
    draft = page.upload(FRIDAY)
    assert "2 mappings were saved for sheets with these headings" in words(page.get(draft))
    assert "No column holds the lead's id" in words(page.get(draft))
    page.choose(draft, saved="two")
    assert "2 set Sale" in words(page.get(draft))
    assert "otherwise here" not in words(page.get(draft))
    page.choose(draft, saved="two", **{"column-1": ""})
    assert "some were chosen otherwise here" in words(page.get(draft))
    page.choose(draft, saved="")
    assert "No column holds the lead's id" in words(page.get(draft))


def test_columns_chosen_otherwise_meanwhile_are_not_saved(page: DraftPage, dialer: PracticeDialer) -> None:
    draft = page.upload()
    fields = dict(re.findall(r'name="(draft|reading)" value="([^"]*)"', page.get(draft)))
    page.choose(draft, options="1", skip_unchanged="1")
    answer = page.browser.post("/mappings", data={**fields, "name": "old"})
    assert (answer.status_code, "chosen otherwise since" in answer.text) == (409, True)
    for name in ("", " ", "x" * 81):
        assert page.browser.post("/mappings", data={**fields, "name": name}).status_code == 400
    assert page.browser.post("/mappings", data={"draft": "none", "name": "x"}).status_code == 404
    with open_journal(page.shop.state) as journal:
        assert journal.all_mappings() == []


def test_it_is_deleted(office: Office, alone: Browser) -> None:
    assert "No mapping is saved yet." in alone.get("/mappings").text
    with open_journal(office.state) as journal:
        journal.save_mapping(["A", "B"], "crm", {"A": "njExternalLeadId"}, "ann")
        journal.save_mapping(["C"], "crm", {"C": "njExternalLeadId"}, "ann")
    page = alone.get("/mappings").text
    headings = re.findall(r'name="headings" value="([^"]*)"', page)[0].replace("&#34;", '"')
    answer = alone.post("/mappings", data={"delete": "crm", "headings": headings})
    assert "The mapping “<bdi>crm</bdi>” is deleted." in alone.get(answer.headers["location"]).text
    with open_journal(office.state) as journal:
        assert [one.headings for one in journal.all_mappings()] == [("C",)]
    for wrong in ("", "[1]", "{", '"A"'):
        assert alone.post("/mappings", data={"delete": "crm", "headings": wrong}).status_code == 400


def test_only_supervisors_see_and_delete_them(office: Office) -> None:
    assert office.logged_in(Role.REVIEWER).get("/mappings").status_code == 403
