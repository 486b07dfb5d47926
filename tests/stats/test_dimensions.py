"""How a name becomes a way to group rows."""

from dataclasses import replace
from pathlib import Path

import pytest

from leadsync.errors import UsageError
from leadsync.failure_stats import By
from leadsync.stats.dimensions import dimension
from tests.journal.samples import a_run

FIRST = replace(
    a_run(Path("/x"), "first"), headings=("Lead Id", " Agent ", "day"), roles=("njExternalLeadId", "", "njDisposition")
)
SECOND = replace(a_run(Path("/x"), "second"), headings=("AGENT", "agent", "Id"))
RUNS = [SECOND, FIRST]


@pytest.mark.parametrize("by", [by for by in By if by not in (By.COLUMN, By.DISPOSITION)])
def test_a_group_that_every_run_has_reads_no_column(by: By) -> None:
    found = dimension(by.value, RUNS)
    assert (found.by, found.columns, found.heading) == (by, {"first": None, "second": None}, "")


def test_a_disposition_is_what_was_sent_or_what_stands_in_its_column() -> None:
    found = dimension("disposition", RUNS)
    assert (found.field, found.columns) == ("njDisposition", {"first": 2, "second": None})


def test_a_campaign_is_a_rows_own_or_that_of_its_run() -> None:
    assert dimension("campaign", RUNS).field == "fCampaignId"


@pytest.mark.parametrize(
    ("name", "columns"),
    [
        ("Agent", {"first": 1, "second": 0}),
        (" agent ", {"first": 1, "second": 1}),
        ("AGENT", {"first": 1, "second": 0}),
        ("lead ID", {"first": 0}),
        ("column:day", {"first": 2}),
        ("Day", {"first": 2}),
    ],
)
def test_a_heading_is_found_in_each_run_whatever_its_case(name: str, columns: dict[str, int]) -> None:
    found = dimension(name, RUNS)
    assert (found.by, found.columns) == (By.COLUMN, columns)


def test_a_group_is_known_in_any_case_if_no_column_has_the_name() -> None:
    assert dimension("Code", RUNS).by is By.CODE
    assert dimension("day", RUNS).by is By.DAY


def test_an_unknown_column_is_refused_with_those_that_exist() -> None:
    with pytest.raises(UsageError) as refused:
        dimension("Agnt", RUNS)
    assert str(refused.value) == (
        "No sheet has a column Agnt; there are AGENT, agent, Id, Lead Id, Agent, day; and beside columns code, "
        "status, day, week, month, file, campaign, disposition, lead."
    )


def test_of_hundreds_of_columns_the_first_are_named() -> None:
    wide = replace(FIRST, headings=tuple(f"Column {n}" for n in range(100)))
    with pytest.raises(UsageError, match=r"Column 39 and 60 more; and beside"):
        dimension("Agent", [wide])


def test_without_runs_any_name_will_do() -> None:
    assert dimension("Agent", []) == (By.COLUMN, {}, "Agent")
