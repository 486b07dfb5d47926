"""A state folder with uploads, and a practice dialer to send them to."""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx

from leadsync.config import SheetChoices
from leadsync.journal import open_journal
from leadsync.models import RunRecord
from leadsync.simulator import PracticeDialer
from leadsync.web.child import main
from leadsync.web.children import start_child
from leadsync.web.draft_jobs import preview_name
from leadsync.web.jobs import AT_WORK, Job, jobs_of
from leadsync.web.preview import Preview
from leadsync.web.uploads import Upload, Uploads
from tests.conftest import Desk
from tests.web.conftest import Browser, Office

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
SHEET = "Lead Id,Mobile,Outcome,Callback Date\nA1,0412 345 678,Sale,2031-02-03 10:00\nA2,0412345679,Sale,\n"


@dataclass(frozen=True)
class Shop:
    """The upload side of a page without the page."""

    desk: Desk

    @property
    def state(self) -> Path:
        return self.desk.state

    def upload(self, text: str | bytes = SHEET, name: str = "friday.csv", user: str = "Ann") -> Upload:
        content = text.encode() if isinstance(text, str) else text
        with Uploads(self.state).receive(name, len(content), user, NOW) as incoming:
            incoming.write(content)
        assert incoming.upload is not None
        return incoming.upload

    def read(self, upload: Upload, **choices: Any) -> Preview:
        """The preview for these choices."""
        reading = SheetChoices(**choices)
        upload.choose(reading)
        self.do("read", upload, self.claim(upload, "read", reading=reading.model_dump()))
        found = upload.values.load(preview_name(reading))
        assert found is not None
        return found

    def claim(self, upload: Upload, kind: str, **asked: Any) -> Job:
        job = jobs_of(self.state, upload, kind).claim({"user": "Ann", **asked})
        assert job is not None
        return job

    def claim_send(self, upload: Upload, seen: Preview, limit: int | None = None) -> Job:
        asked = {"reading": upload.reading().model_dump(), "seen": seen["digest"], "limit": limit}
        asked["base"] = seen.get("base", "")
        return self.claim(upload, "send", order=None, until=None, **asked)

    def send(self, upload: Upload, seen: Preview, limit: int | None = None) -> Job:
        """Send it, in this process."""
        job = self.claim_send(upload, seen, limit)
        self.do("send", upload, job)
        return job

    def do(self, verb: str, upload: Upload, job: Job) -> None:
        main([verb, "--state", str(self.state), "--config", str(self.desk.config), upload.id, str(job.number)])

    def start(self, verb: str, upload: Upload, job: Job) -> int:
        """Do it in a process of its own; return its id."""
        return start_child(self.state, self.desk.config, verb, upload.id, job)

    def runs(self) -> list[RunRecord]:
        with open_journal(self.state) as journal:
            return journal.runs()

    def statuses(self, run_id: str) -> dict[str, int]:
        with open_journal(self.state) as journal:
            counts = journal.tally(run_id).statuses
        return {status.value: count for status, count in counts.items() if count}


def wait_until(condition: Callable[[], object], seconds: float = 30.0) -> None:
    """Look again and again; fail after so long."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it takes too long"
        time.sleep(0.02)


def wait_for(job: Job) -> Job:
    """Wait for a job's end."""
    wait_until(lambda: job.state not in AT_WORK)
    return job


@dataclass
class DraftPage:
    """A browser in front of drafts."""

    office: Office
    browser: Browser
    shop: Shop

    def upload(self, text: str | bytes = SHEET, name: str = "friday.csv", **fields: str) -> str:
        """The address of a new draft."""
        content = text.encode() if isinstance(text, str) else text
        answer = self.browser.post("/uploads", files={"file": (name, content)}, data=fields)
        assert answer.status_code == 303, answer.text
        draft: str = answer.headers["location"]
        self.await_reading(draft)
        return draft

    def await_reading(self, draft: str) -> None:
        """Wait for a reading that takes longer than its answer."""
        wait_until(lambda: "is being read" not in self.get(draft))

    def get(self, path: str) -> str:
        answer = self.browser.get(path)
        assert answer.status_code == 200, answer.text
        return answer.text

    def choose(self, draft: str, **fields: str) -> httpx.Response:
        answer = self.browser.post(f"{draft}/reading", data={"reading": self.hidden(draft, "reading"), **fields})
        if answer.status_code == 303:
            self.await_reading(draft)
        return answer

    def hidden(self, draft: str, name: str) -> str:
        found = re.search(rf'name="{name}" value="([^"]*)"', self.get(draft))
        assert found is not None
        return found[1]

    def send(self, draft: str, how: str = "all", **fields: str) -> httpx.Response:
        return self.browser.post(f"{draft}/send", data={"seen": self.hidden(draft, "seen"), "how": how, **fields})

    def try_first(self, draft: str) -> str:
        """Send the first rows of a draft; return the address of their run, at its end."""
        trial: str = self.send(draft, "trial").headers["location"]
        self.wait(trial)
        # The run is finished a moment before its process has ended; until then the draft leads to it.
        wait_until(lambda: self.browser.get(draft).status_code == 200)
        return trial

    def wait(self, run: str) -> None:
        """Wait for the end of a run."""
        wait_until(lambda: any(f"/runs/{one.id}" == run and one.finished for one in self.shop.runs()))


def applied(dialer: PracticeDialer) -> list[str]:
    return [one.lead for one in dialer.ledger.applications]
