"""What came of a draft that is gone: nobody's typed value is lost with it."""

from leadsync.simulator import PracticeDialer
from leadsync.web.draft_successors import successor_of
from leadsync.web.uploads import Uploads
from tests.web.faulty import base_of
from tests.web.shop import DraftPage, Shop


def test_a_draft_goes_on_as_the_next_reading(shop: Shop, dialer: PracticeDialer) -> None:
    upload = shop.upload()
    first = shop.read(upload)
    second = shop.read(upload, input={"blank_words": ["n/a"]})
    assert first["base"] != second["base"]
    assert successor_of(shop.state, first["base"]) == (second["base"], upload, False)
    job = shop.send(upload, {**second, "digest": "of other rules"})
    assert job.noted["state"] == "stale"
    third = job.noted["base"]
    assert successor_of(shop.state, second["base"]) == (third, upload, False)
    assert successor_of(shop.state, "nobody's") is None


def test_a_value_typed_while_its_sheet_is_read_again_is_shown(page: DraftPage, dialer: PracticeDialer) -> None:
    draft = page.upload()
    base = base_of(page, draft)
    [upload] = Uploads(page.shop.state).all()
    page.choose(draft, headings_row="2")
    assert successor_of(page.shop.state, base.run_id) == ("", upload, False)
    late = base.save(2, c1="0412345670")
    assert late.status_code == 409
    assert "nothing was changed. You typed: “0412345670”. Correct it from the sheet&#39;s page." in late.text
    assert page.browser.get(base.here).headers["location"] == draft
    assert page.browser.post(f"{base.run}/edits/send").headers["location"] == draft, "Back to the sheet"
