"""The pages and the commands say the same of a run, one in the page's own queue included."""

from contextlib import ExitStack

import pytest

from leadsync.web.jobs import Job, JobState, held, run_jobs
from tests.web.faulty import words
from tests.web.shop import DraftPage


def job_of(page: DraftPage, kind: str) -> tuple[str, Job]:
    """A run and its job: of a draft its sending, of a trial its rest."""
    upload = page.shop.upload()
    seen = page.shop.read(upload)
    if kind == "draft":
        return page.shop.runs()[0].id, page.shop.claim_send(upload, seen)
    run = page.shop.send(upload, seen, 1).noted["run"]
    job = run_jobs(page.shop.state, run).claim({"verb": "resume", "user": "Ann"})
    assert job is not None
    return run, job


@pytest.mark.parametrize(
    ("kind", "before", "what"), [("draft", "draft, not sent", "it to be sent"), ("rest", "trial, 1 left", "more of it")]
)
def test_what_waits_for_its_turn_is_queued_everywhere(page: DraftPage, kind: str, before: str, what: str) -> None:
    run, job = job_of(page, kind)
    asked = (
        f"Ann has asked for {what}. It waits for its turn on the page; without a page, `leadsync web` goes on with it."
    )
    with ExitStack() as child:
        child.enter_context(held(page.shop.state, job.lock_name, 1))
        job.note(JobState.QUEUED)
        assert f"{run}  queued, waits for its turn  friday.csv" in page.shop.desk.leadsync("runs").out
        [listed] = page.shop.desk.leadsync("runs", "--json").json["runs"]
        assert (listed["draft"], listed["queued"]) == (False, True)
        shown = page.shop.desk.leadsync("show", run).out
        assert shown.startswith(f"Run {run} of friday.csv: queued, waits for its turn.\n")
        assert shown.endswith(f"\n{asked} It can be taken back on the page.\n")
        assert page.shop.desk.leadsync("show", run, "--json").json["queued"] is True
        home = words(page.browser.get("/"))
        assert ", Ann 127.0.0.1" in home
        assert home.partition("To do")[2].count("queued") == 1
        assert not any(word in home.partition("To do")[2] for word in ("draft", "trial", "to send"))
        if kind == "rest":
            assert f"queued {asked}" in words(page.browser.get(f"/runs/{run}"))
    assert f"{run}  queued, waits for its turn  friday.csv" in page.shop.desk.leadsync("runs").out, "its child has died"
    if kind == "draft":
        said = page.shop.desk.leadsync("resume").out
        assert said.startswith("There is no run to go on with. 1 sheet waits for its turn on the page; ")
        for verb in ("resume", "retry"):
            refused = page.shop.desk.leadsync(verb, run)
            assert (refused.code, f"Run {run} is not sent from here: {asked}" in refused.err) == (2, True), refused.err
        assert f"{asked} It can be taken back on the page." in page.shop.desk.leadsync("report", run).out
    job.cancel("Ann")
    assert f"{run}  {before}  friday.csv" in page.shop.desk.leadsync("runs").out
