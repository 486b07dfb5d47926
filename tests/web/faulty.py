"""A run with three causes of failure, in front of the page for corrections."""

import re
from dataclasses import dataclass

import httpx

from leadsync.journal import Edit, open_journal
from leadsync.models import RowRecord
from leadsync.simulator import PracticeDialer
from tests.web.conftest import Browser
from tests.web.shop import DraftPage, wait_until

SHEET = """Lead Id,Name,FirstPhone,Outcome,Callback Date
A1,Ann,0412345671,Sold,
A2,Bob,0412345672,Sold,
A3,Cai,0412345673,Slae,
A4,Dee,83218199,Sale,
A5,Eva,83218200,Sale,
A6,Fay,0412345676,Sale,31/02/2031 10:00
A7,Gus,0412345677,Sale,
"""
"""Rows 2 to 4 have no such disposition, rows 5 and 6 no area code, row 7 no such date; row 8 is right."""


@dataclass
class CorrectPage:
    """A browser in front of a run's rows to correct."""

    page: DraftPage
    run: str
    """The address of the run."""

    @property
    def run_id(self) -> str:
        return self.run.rpartition("/")[2]

    @property
    def here(self) -> str:
        return f"{self.run}/correct"

    def text(self, query: str = "", browser: Browser | None = None) -> str:
        """The words of the page, without its tags."""
        answer = (browser or self.page.browser).get(f"{self.here}{query}")
        assert answer.status_code == 200, answer.text
        return words(answer)

    def save(
        self, number: int, *, version: int = 0, browser: Browser | None = None, swap: bool = False, **cells: str
    ) -> httpx.Response:
        """Save cells of a row, named as `c4`."""
        form = {"number": str(number), "version": str(version)}
        form |= {f"cell-{name[1:]}" if name[1:].isdigit() else name: text for name, text in cells.items()}
        headers = {"hx-request": "true"} if swap else {}
        return (browser or self.page.browser).post(f"{self.run}/edits", data=form, headers=headers)

    def put(self, of: str, place: str, value: str, new: str, **more: str) -> httpx.Response:
        """Put a value into all rows with another."""
        form = {"of": of, "place": place, "value": value, "new": new, **more}
        return self.page.browser.post(f"{self.run}/edits/bulk", data=form)

    def send(self) -> str:
        """The address of the draft of the corrected rows."""
        answer = self.page.browser.post(f"{self.run}/edits/send")
        assert answer.status_code == 303, answer.text
        draft: str = answer.headers["location"]
        self.page.await_reading(draft)
        return draft

    def send_all(self) -> str:
        """Send the corrected rows; return the address of their run, at its end."""
        return send_draft(self.page, self.send())

    def edits(self) -> list[Edit]:
        with open_journal(self.page.shop.state) as journal:
            return journal.edits(self.run_id)


def words(answer: httpx.Response) -> str:
    """The text of an answer."""
    return " ".join(re.sub(r"<[^>]*>", " ", answer.text).split())


def failed_run(page: DraftPage, dialer: PracticeDialer, sheet: str = SHEET) -> CorrectPage:
    """A run of the sheet against a dialer that knows Sale and Busy."""
    dialer.campaign.dispositions = frozenset({"Sale", "Busy"})
    return CorrectPage(page, send_draft(page, page.upload(sheet)))


def base_of(page: DraftPage, draft: str) -> CorrectPage:
    """The page to correct the draft's rows."""
    text = page.get(draft)
    base = re.search(r'href="(/runs/[^"/]*)/correct', text)
    assert base is not None
    return CorrectPage(page, base[1])


def records(page: DraftPage, run: str) -> dict[int, RowRecord]:
    with open_journal(page.shop.state) as journal:
        return {record.number: record for record in journal.records(run.rpartition("/")[2])}


def send_draft(page: DraftPage, draft: str) -> str:
    """Send a draft; return the address of its run, at its end. A loaded machine answers before the run has begun."""
    found = [page.send(draft).headers["location"]]

    def has_run() -> bool:
        if not found[-1].startswith("/runs/"):
            found.append(page.browser.get(draft).headers.get("location", ""))
        return found[-1].startswith("/runs/")

    wait_until(has_run, 60)
    page.wait(found[-1])
    return str(found[-1])
