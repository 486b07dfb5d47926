"""A run's columns: a line for each field, and back."""

from dataclasses import fields, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadsync.journal.run_columns import RUN_COLUMNS, run_record, run_values, stored
from leadsync.models import CampaignIds, RunRecord
from tests.journal.samples import a_run

FULL = replace(
    a_run(Path("/sheets")),
    sheet="Leads",
    kind="xlsx",
    bom=True,
    complete=True,
    finished=True,
    stopped="SIGINT",
    seconds=1.25,
    last_row=7,
    retry_of="r0",
    encoding="cp1252",
    order="priority",
    inserts="missing",
    date_order="dmy",
    epoch_1904=True,
    roles=("njExternalLeadId", ""),
    rules="abc",
    reading="{}",
    follows="r1",
    warnings=("a", "b"),
    doubtful=True,
    new_leads=3,
    checked="check-0123456789ab",
    first_stem="first",
)
"""Every field has a value other than its default."""


def test_the_sample_has_no_defaults() -> None:
    plain = RunRecord("", Path(), "", "", "csv", "", False, (), Path(), "", CampaignIds(0, 0, 0), FULL.created)
    same = [field.name for field in fields(RunRecord) if getattr(FULL, field.name) == getattr(plain, field.name)]
    assert same == ["created"]


def test_a_run_comes_back_as_it_was_stored() -> None:
    assert run_record(run_values(FULL)) == FULL
    assert len(run_values(FULL)) == len(RUN_COLUMNS.split(", "))


@given(
    st.text(), st.lists(st.text()).map(tuple), st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1)), st.booleans()
)
def test_any_headings_and_times_come_back(
    stopped: str, headings: tuple[str, ...], created: datetime, bom: bool
) -> None:
    run = replace(FULL, stopped=stopped, headings=headings, created=created.replace(tzinfo=UTC), bom=bom)
    assert run_record(run_values(run)) == run


@pytest.mark.parametrize(
    ("values", "columns"),
    [
        ({"ids": CampaignIds(1, 2, 3)}, {"template": 1, "campaign": 2, "allocation": 3}),
        ({"order": "priority", "first_stem": "x"}, {"ordering": "priority", "stem": "x"}),
        ({"warnings": ("é", '"')}, {"warnings": '["é","\\""]'}),
        ({"output": Path("out"), "complete": 1}, {"output": "out", "complete": True}),
        ({}, {}),
    ],
)
def test_changes_name_fields_and_become_columns(values: dict[str, object], columns: dict[str, object]) -> None:
    assert stored(values) == columns
