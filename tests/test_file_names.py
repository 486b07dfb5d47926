"""The names of a run's files stay short, however often a report comes back."""

from pathlib import Path, PurePath

import pytest

from leadsync.file_names import first_stem, is_retry, is_uploaded, own_run_id
from tests.conftest import Desk

RUN, LATER = "20261122-080000-0001", "20261123-080000-00ff"
HEAD = "Lead Id,FirstPhone,Outcome"
SETTINGS = '[input]\ndispositions = ["Sale"]\n'


@pytest.mark.parametrize(
    ("name", "stem", "run"),
    [
        ("leads.csv", "leads", ""),
        (f"leads.{RUN}.report.csv", "leads", RUN),
        (f"leads.{RUN}.marked.xlsm", "leads", RUN),
        (f"leads.{RUN}.retry.{LATER}.report.xlsx", "leads", LATER),
        (f"leads.{RUN}.review.edited-093012.csv", "leads", RUN),
        (f"leads.{RUN}.summary.html", f"leads.{RUN}.summary", RUN),
        (f"leads.{RUN}.csv", f"leads.{RUN}", ""),
        (f".{RUN}.report.csv", f".{RUN}.report", RUN),
        ("report.csv", "report", ""),
        ("a.report.csv", "a.report", ""),
    ],
)
def test_the_first_sheets_stem_and_the_run(name: str, stem: str, run: str) -> None:
    assert (first_stem(name), own_run_id(name)) == (stem, run)


def test_a_retry_file_is_known_by_its_name_as_a_copy_too() -> None:
    retries = [f"leads.{RUN}.retry{more}" for more in (".csv", ".ods", " (1).csv", ".edited-093012.xlsx")]
    others = [f"leads.{RUN}.retry.{LATER}.report.csv", f"leads.{RUN}.report.csv", "leads.retry.csv", "-"]
    assert [name for name in (*retries, *others) if is_retry(name)] == retries


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@pytest.mark.parametrize("file", ["report", "retry"])
def test_names_do_not_grow(desk: Desk, kind: str, file: str) -> None:
    desk.dialer(settings=SETTINGS)
    given: Path | str = desk.sheet("leads.csv", HEAD, "1,0383218199,Sail")
    for _ in range(3):
        done = desk.leadsync("run", given, "--format", kind, "--json").json
        assert Path(done["files"]["report"]).name == f"leads.{done['run']}.report.{kind}"
        given = done["files"][file]


def test_a_renamed_report_is_still_the_first_sheets(desk: Desk) -> None:
    desk.dialer(settings=SETTINGS)
    done = desk.leadsync("run", desk.sheet("leads.csv", HEAD, "1,0383218199,Sail"), "--json").json
    renamed = Path(done["files"]["retry"]).rename(desk.folder / "corrected by Ann.csv")
    again = desk.leadsync("run", renamed, "--json").json
    assert Path(again["files"]["report"]).name == f"leads.{again['run']}.report.csv"
    assert desk.leadsync("show", again["run"], "--json").json["files"] == again["files"]


def test_a_retry_keeps_the_name(desk: Desk) -> None:
    from leadsync.simulator import FaultKind, FaultRule

    desk.dialer(faults=[FaultRule(FaultKind.CODE, lead="1", code=106, calls=2)])
    done = desk.leadsync("run", desk.sheet("leads.csv", HEAD, "1,0383218199,Sale"), "--json").json
    back = desk.leadsync("run", done["files"]["retry"], "--json").json
    again = desk.leadsync("retry", back["run"], "--json").json
    assert Path(again["files"]["report"]).name == f"leads.{again['run']}.report.csv"


def test_a_name_that_is_too_long_is_told_before_anything_is_sent(desk: Desk) -> None:
    dialer = desk.dialer()
    refused = desk.leadsync("run", desk.sheet(f"{'x' * 225}.csv", HEAD, "1,0383218199,Sale"))
    assert (refused.code, dialer.ledger.received) == (2, [])
    assert "would have names too long" in refused.err


def test_an_upload_is_known_by_its_path() -> None:
    assert is_uploaded(PurePath("/state/uploads/0123456789abcdef/leads.csv"))
    assert not is_uploaded(PurePath("/home/ann/uploads/leads.csv"))
    assert not is_uploaded(PurePath("/home/ann/uploads/friday/leads.csv"))
    assert not is_uploaded(PurePath("leads.csv"))
