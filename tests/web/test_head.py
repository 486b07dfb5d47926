"""The place in the head: the one of the page's draft or run, or else the settings'."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from leadsync.models import CampaignIds, Status
from leadsync.web.templates import hue
from tests.web.conftest import Office
from tests.web.filled import RUN, Given, a_run, fill
from tests.web.shop import DraftPage

OTHER = CampaignIds(41, 77, 38)


def head(text: str) -> tuple[str, str]:
    """The hue and the words in the head."""
    [found] = re.findall(r'class="target hue-(\d)">(.*?)</span>', text[: text.index("</header>")])
    return found[0], re.sub("<[^>]*>", "", found[1])


@pytest.mark.parametrize("part", ["", "/correct", "/decide", "/rows"])
def test_the_head_of_a_run_names_its_own_campaign(office: Office, tmp_path: Path, part: str) -> None:
    fill(office.state, replace(a_run(tmp_path), ids=OTHER), [Given("1", Status.CONFLICT, 110, "an agent")])
    browser = office.alone()
    assert head(browser.get("/").text)[1] == "pbx.example.com · campaign 42"
    found = head(browser.get(f"/runs/{RUN}{part}").text)
    assert found == (str(hue("https://pbx.example.com/hidden", OTHER)), "pbx.example.com · campaign 77")


def test_the_head_of_a_draft_names_the_campaign_chosen_for_it(page: DraftPage) -> None:
    config = page.shop.desk.config
    config.write_text(config.read_text() + "\n[campaigns.winback]\ntemplate_id = 41\ncampaign_id = 77\n")
    draft = page.upload()
    default = head(page.get("/new"))
    assert head(page.get(draft)) == default
    page.choose(draft, campaign="winback")
    chosen = head(page.get(draft))
    for path in (draft, "/new"):
        assert '<option value="">campaign 41</option>' in page.get(path), (
            "the settings' campaign has a name to choose by"
        )
    assert chosen[1].endswith(" · winback")
    assert head(page.get("/new")) == default
    unreadable = page.upload("nothing\n")
    page.choose(unreadable, campaign="winback")
    assert head(page.get(unreadable))[1].endswith(" · campaign 77"), "nothing can be sent yet"
