"""A sheet as a draft: what is stored before the user confirms it, and what is left after a No."""

import asyncio
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from leadsync.config import Settings, settings_from
from leadsync.errors import SheetError
from leadsync.journal import Journal, open_journal
from leadsync.models import Status
from leadsync.run import RunOptions
from leadsync.run.draft import _trial_remark, read_draft
from leadsync.run.plan import Plan
from tests.journal.samples import LATER, NOW, OK, a_run, attempt, ends, sending

SHEET = "Lead Id,FirstPhone,Outcome,City\n1,0383218199,Sale,Perth\n2,bad,Sale,Perth\n3,0383218197,Sale,Perth\n"


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    with open_journal(tmp_path / "state") as opened:
        yield opened


@pytest.fixture
def settings() -> Settings:
    campaign = {"template_id": 41, "campaign_id": 41, "allocation_id": 38}
    return settings_from({"server": {"url": "http://127.0.0.1"}, "campaign": campaign}, "the test")


def draft(
    journal: Journal,
    settings: Settings,
    folder: Path,
    text: str = SHEET,
    *,
    name: str = "leads.csv",
    known: Sequence[str] = (),
    limit: int | None = None,
) -> Plan:
    file = folder / name
    file.write_text(text, "utf-8")
    digest = hashlib.sha256(text.encode()).hexdigest()
    run = replace(a_run(folder, journal.new_run_id(NOW)), file=file, fingerprint=digest, headings=())
    return read_draft(journal, run, settings, RunOptions(limit=limit), known)


def test_the_whole_sheet_is_stored_and_not_confirmed(journal: Journal, settings: Settings, tmp_path: Path) -> None:
    plan = draft(journal, settings, tmp_path)
    assert not plan.run.complete
    assert plan.run.headings == ("Lead Id", "FirstPhone", "Outcome", "City")
    assert plan.run.roles == ("njExternalLeadId", "phone", "njDisposition", "")
    assert (plan.waiting, plan.held, plan.trial, plan.sent_before) == (2, 0, None, False)
    assert ends(journal, plan.run.id) == {2: Status.UNSENT, 3: Status.REJECTED, 4: Status.UNSENT}
    assert "Sent as campaign fields of these names: City." in map(str, plan.remarks)


def test_a_yes_makes_it_a_run_and_a_no_leaves_nothing(journal: Journal, settings: Settings, tmp_path: Path) -> None:
    kept = draft(journal, settings, tmp_path)
    kept.confirm()
    assert journal.run(kept.run.id).complete
    draft(journal, settings, tmp_path, name="other.csv").discard()
    assert [run.id for run in journal.runs()] == [kept.run.id]


def test_a_trial_ends_at_the_nth_row_to_be_sent(journal: Journal, settings: Settings, tmp_path: Path) -> None:
    trial = draft(journal, settings, tmp_path, limit=1)
    assert (trial.run.last_row, trial.waiting, trial.trial) == (2, 1, 1)
    whole = draft(journal, settings, tmp_path, name="b.csv", limit=2)
    assert (whole.run.last_row, whole.waiting, whole.trial) == (None, 2, None), "there is nothing behind it"


def test_an_error_far_down_in_the_sheet_leaves_no_draft(journal: Journal, settings: Settings, tmp_path: Path) -> None:
    rows = "".join(f"{number},0383218199,Sale,Perth\n" for number in range(20_000))
    with pytest.raises(SheetError, match="quotation mark that opens on line 20005 is not closed"):
        draft(journal, settings, tmp_path, f'{SHEET}{rows}9,"bad,Sale,Perth\n')
    assert journal.runs() == []


def test_the_same_content_under_another_name_is_warned_of(journal: Journal, settings: Settings, tmp_path: Path) -> None:
    first = draft(journal, settings, tmp_path)
    first.confirm()

    async def send() -> None:
        async with sending(journal, first.run.id) as log:
            await attempt(log, 2, OK, Status.SUCCEEDED)

    asyncio.run(send())
    again = draft(journal, settings, tmp_path, name="copy.csv")
    assert again.sent_before
    [said, *_] = again.remarks
    assert str(said).startswith(f"! copy.csv holds the same as leads.csv, which run {first.run.id} sent on")
    again.discard()
    same_file = draft(journal, settings, tmp_path, known=[first.run.id])
    assert not any("holds the same" in str(remark) for remark in same_file.remarks)
    other = draft(journal, settings, tmp_path, SHEET.replace("Perth", "Hobart"), name="new.csv")
    assert not other.sent_before


def test_a_report_of_a_report_keeps_the_first_sheets_name(journal: Journal, settings: Settings, tmp_path: Path) -> None:
    plan = draft(journal, settings, tmp_path, name=f"leads.{LATER}.report.csv")
    assert (plan.run.first_stem, plan.run.stem) == ("leads", "leads")
    assert draft(journal, settings, tmp_path, name="b.csv").run.first_stem == ""


@pytest.mark.parametrize(
    ("elsewhere", "more"),
    [(0, ""), (1, ", and 1 row that other runs of the sheet have sent")],
)
def test_a_sheet_behind_its_copy_tells_the_rows_that_the_copy_has_sent(
    tmp_path: Path, elsewhere: int, more: str
) -> None:
    run = a_run(tmp_path)
    assert _trial_remark(run, run, "", elsewhere, 1) == (
        f"Run {run.id} has sent the same sheet: leads.csv is sent as it reads now, but for the rows that went through "
        f"then and still say the same{more}."
    )
    nothing = f"Run {run.id} has sent the same sheet, and no row of leads.csv goes now."
    assert _trial_remark(run, run, "", elsewhere, 0) == nothing
