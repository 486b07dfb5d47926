"""Everything that pages need from outside."""

import asyncio
import threading
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request

from leadsync.journal import Journal
from leadsync.web.site import site_of
from tests.web.conftest import Office
from tests.web.filled import RUN, a_run, fill


def test_the_journal_is_read_in_another_thread_with_one_of_its_own(office: Office, tmp_path: Path) -> None:
    fill(office.state, a_run(tmp_path), [])
    site = office.site()
    journals: list[Journal] = []

    def work(journal: Journal) -> tuple[str, bool]:
        journals.append(journal)
        return journal.run(RUN).id, threading.current_thread() is threading.main_thread()

    async def twice() -> list[tuple[str, bool]]:
        return [await site.read(work), await site.read(work)]

    assert asyncio.run(twice()) == [(RUN, False), (RUN, False)]
    assert journals[0] is not journals[1]


def test_a_request_knows_its_site(office: Office) -> None:
    app, site = Starlette(), office.site()
    app.state.site = site
    assert site_of(Request({"type": "http", "app": app})) is site
