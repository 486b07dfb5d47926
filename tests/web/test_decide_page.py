"""Rows are decided on the page: each with what a person needs, kept with user and note, undone until sent."""

import asyncio
import re
from pathlib import Path
from typing import Any

import httpx
import pytest

from leadsync.journal import State, open_journal
from leadsync.models import Effect, Outcome, Status
from leadsync.tallies import Live
from leadsync.web import decide_page
from leadsync.web.roles import Role
from tests.web.conftest import Browser, Office
from tests.web.filled import RUN, Given, Sender, a_run, fill
from tests.web.filled import text_of as separate_words

PATH = f"/runs/{RUN}/decide"
ROWS = [
    Given("40120", Status.SUCCEEDED, 0, "OK"),
    Given("40121", Status.CONFLICT, 110, "agent editing", ("40121", "P. Chen"), {"njDisposition": "Sale"}),
    Given("40122", Status.UNKNOWN, fields={"njDisposition": "No Answer"}),
    Given("40123", Status.UNKNOWN, fields={"njDisposition": "Sale"}),
]
"""Rows 2 to 5."""


@pytest.fixture
def browser(office: Office, tmp_path: Path) -> Browser:
    fill(office.state, a_run(tmp_path), ROWS)
    return office.logged_in(Role.REVIEWER)


def text_of(page: str) -> str:
    """The words of a page; marks within a sentence part no words."""
    return separate_words(re.sub(r"</?(bdi|b|a|time)\b[^>]*>", "", page))


def marks(page: str) -> dict[str, str]:
    return dict(re.findall(r'name="(mark-\d+)" value="([^"]*)"', page))


def post(browser: Browser, shown: str = "", **fields: str) -> httpx.Response:
    """Send the shown form with these answers."""
    given = {name.replace("_", "-"): text for name, text in fields.items()}
    return browser.post(f"/runs/{RUN}/decisions", data={**marks(shown or browser.get(PATH).text), **given})


def take_back(browser: Browser, number: int) -> httpx.Response:
    [value] = re.findall(rf'name="back" value="({number}:[^"]*)"', browser.get(PATH).text)
    return browser.post(f"/runs/{RUN}/decisions", data={"back": value})


def states(office: Office) -> dict[int, str]:
    with open_journal(office.state) as journal:
        return {number: status.value for number, status in journal.states(RUN, [2, 3, 4, 5]).items()}


def test_each_row_has_its_lead_what_was_sent_and_each_attempt(browser: Browser) -> None:
    words = text_of(browser.get(PATH).text)
    assert "Decide 3 rows" in words
    assert "Lead 40121 conflict row 3" in words
    assert "njDisposition Sale" in words
    assert re.search(r"1 \d+ \w+ \d{4}, \d\d:\d\d:\d\d 110 agent editing", words)
    assert "Name P. Chen" in words
    assert "What does the dialer show for lead 40121?" in words
    assert "40120" not in words, "it went through"


def test_several_are_decided_at_once_each_in_its_way(browser: Browser, office: Office) -> None:
    answer = post(browser, row_3="applied", note_3="Ann saw it", row_4="not applied", row_5="send")
    assert answer.status_code == 303
    assert states(office) == {2: "succeeded", 3: "succeeded", 4: "failed", 5: "unsent"}
    words = text_of(browser.get(answer.headers["location"]).text)
    assert "3 decisions kept." in words
    assert "Nothing is left to decide." in words
    assert re.search(r"3 40121 applied; now succeeded Ann saw it reviewer \d", words)
    with open_journal(office.state) as journal:
        kept = [(one.user, one.detail) for one in journal.audit() if one.action == "decide"]
    assert kept == [
        ("reviewer", {"decision": "send", "rows": 1}),
        ("reviewer", {"decision": "not applied", "rows": 1}),
        ("reviewer", {"decision": "applied", "rows": 1}),
    ]


def test_one_answer_for_all_of_the_page(browser: Browser, office: Office) -> None:
    post(browser, row_3="applied", everywhere="send")
    assert states(office) == {2: "succeeded", 3: "succeeded", 4: "unsent", 5: "unsent"}


def test_a_decision_is_taken_back_and_made_otherwise(browser: Browser, office: Office) -> None:
    post(browser, row_3="applied")
    assert take_back(browser, 3).status_code == 303
    assert states(office)[3] == "conflict"
    post(browser, row_3="not applied")
    assert states(office)[3] == "failed"


def test_it_cannot_be_taken_back_once_something_was_sent_from_it(browser: Browser, office: Office) -> None:
    post(browser, row_3="send")
    page = browser.get(PATH).text
    sends(office, 3, Outcome(Effect.ANSWERED, 0, "", "OK", 200), Status.SUCCEEDED)
    assert "sent since" in text_of(browser.get(PATH).text)
    [value] = re.findall(r'name="back" value="(3:[^"]*)"', page)
    assert browser.post(f"/runs/{RUN}/decisions", data={"back": value}).status_code == 409
    assert states(office)[3] == "succeeded"


def sends(office: Office, number: int, outcome: Outcome, status: Status) -> None:
    """The second attempt of a row."""

    async def send() -> None:
        async with journal.log(RUN) as log:
            await log.begin(number, 2)
            await log.finish(number, 2, outcome, status)

    with open_journal(office.state) as journal:
        journal.hold(RUN)
        asyncio.run(send())


def test_of_two_people_the_first_one_counts(browser: Browser, office: Office) -> None:
    shown = browser.get(PATH).text
    other = office.logged_in(Role.SUPERVISOR)
    post(other, row_3="applied", note_3="I saw it")
    answer = post(browser, shown, row_3="send", row_4="not applied", note_4="asked Ben")
    assert answer.status_code == 409
    words = text_of(answer.text)
    assert "row 3, lead 40121: supervisor decided applied, “I saw it”" in words
    assert states(office) == {2: "succeeded", 3: "succeeded", 4: "unknown", 5: "unknown"}
    assert re.search(r'name="row-4" value="not applied" checked', answer.text), "what was chosen is kept"
    assert 'value="asked Ben"' in answer.text
    assert post(browser, answer.text, row_4="not applied").status_code == 303


def test_the_same_form_sent_twice_is_kept_once(browser: Browser, office: Office) -> None:
    shown = browser.get(PATH).text
    first, second = (post(browser, shown, row_3="applied", row_4="send") for _ in range(2))
    assert (first.status_code, second.status_code) == (303, 303)
    with open_journal(office.state) as journal:
        assert len([one for one in journal.audit() if one.action == "decide"]) == 2, "one for each decision"


def test_a_row_in_doubt_once_more_is_shown_anew(browser: Browser, office: Office) -> None:
    shown = browser.get(PATH).text
    with open_journal(office.state) as journal:
        journal.resolve(RUN, [4], State.PENDING, "send", user="ben")
    sends(office, 4, Outcome(Effect.IN_DOUBT), Status.UNKNOWN)
    answer = post(browser, shown, row_4="applied")
    assert answer.status_code == 409
    assert states(office)[4] == "unknown"


def test_a_wrong_form_keeps_what_was_typed(browser: Browser, office: Office) -> None:
    answer = post(browser, note_3="who knows")
    assert answer.status_code == 422
    assert "Row 3 has a note and no decision" in text_of(answer.text)
    assert 'value="who knows"' in answer.text
    assert post(browser).status_code == 422
    assert states(office)[3] == "conflict"


def test_nobody_decides_while_it_is_sent(browser: Browser, office: Office) -> None:
    shown = browser.get(PATH).text
    sender = Sender(office.state)
    sender.tells(Live(4))
    with open_journal(office.state) as journal:
        journal.update_run(RUN, finished=False)
    answer = post(browser, shown, row_3="applied")
    page = text_of(browser.get(PATH).text)
    sender.dies()
    assert answer.status_code == 409
    assert "The run is being sent." in page
    assert states(office)[3] == "conflict"


def test_pages_of_rows(browser: Browser, office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decide_page, "ON_A_PAGE", 2)
    first = browser.get(PATH).text
    assert list(marks(first)) == ["mark-3", "mark-4"]
    [more] = re.findall(r'href="([^"]*\?after=\d+)"', first)
    second = browser.get(more).text
    assert list(marks(second)) == ["mark-5"]
    answer = browser.post(f"/runs/{RUN}/decisions?after=4", data={**marks(second), "row-5": "applied"})
    assert answer.headers["location"] == f"{PATH}?after=4&kept=1"
    assert "There are no more rows behind these. The first ones" in text_of(
        browser.get(answer.headers["location"]).text
    )
    post(browser, first, row_3="applied", row_4="applied")
    page = browser.get(PATH).text
    assert re.findall(r'name="back" value="(\d+):', page) == ["4", "3"], "the last decisions first"
    [earlier] = re.findall(r'href="([^"]*\?before=\d+)"', page)
    assert re.findall(r'name="back" value="(\d+):', browser.get(earlier).text) == ["5"]


def test_the_run_and_the_lists_lead_there(browser: Browser, office: Office) -> None:
    for path, words in (("/", "3 to decide"), (f"/runs/{RUN}", "Decide 3 rows")):
        assert re.search(rf'href="{PATH}">{words}<', browser.get(path).text), path
    viewer = office.logged_in(Role.VIEWER)
    for path in ("/", f"/runs/{RUN}"):
        page = viewer.get(path).text
        assert PATH not in page
        assert "3 " in page
    assert viewer.get(PATH).status_code == 403


def test_the_lead_tells_who_decided(browser: Browser) -> None:
    post(browser, row_3="applied", note_3="Ann saw it")
    words = text_of(browser.get("/leads/40121").text)
    assert re.search(r"reviewer decided, .*: applied, “Ann saw it”", words), words


@pytest.mark.parametrize(
    "fields", [{"row-99": "applied", "mark-99": "conflict 1"}, {"row-2": "send", "mark-2": "succeeded 1"}]
)
def test_rows_that_are_not_to_be_decided_are_refused(browser: Browser, office: Office, fields: dict[str, Any]) -> None:
    assert browser.post(f"/runs/{RUN}/decisions", data=fields).status_code == 400
    assert states(office)[2] == "succeeded"
