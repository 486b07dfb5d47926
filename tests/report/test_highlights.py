"""Which cells of a row are at fault."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from leadsync.models import CampaignIds, RowRecord, RunRecord, Status
from leadsync.reasons import Fault, FaultKind, Reason, Rejected, Skip, SkipKind
from leadsync.report.highlights import Highlights, highlights

HEADINGS = ("Lead Id", "Phone", "Phone 2", "Outcome", "Callback", "Hours", "Notes")
ROLES = ("njExternalLeadId", "phone", "phone", "njDisposition", "njCallBackDate", "njContactHours", "")
RUN = RunRecord(
    id="20261123-210455-7f3a",
    file=Path("leads.csv"),
    sheet="",
    fingerprint="",
    kind="csv",
    delimiter=",",
    bom=False,
    headings=HEADINGS,
    output=Path(),
    dialer="http://127.0.0.1",
    ids=CampaignIds(41, 41, 38),
    created=datetime(2026, 11, 23, tzinfo=UTC),
    roles=ROLES,
)


def record(status: Status, *, code: int | None = None, reason: Reason | None = None, **cells: str) -> RowRecord:
    values = tuple(cells.get(heading.replace(" ", ""), "") for heading in HEADINGS)
    message = "" if code is None else "in words"
    return RowRecord(2, values, (), "L1", {}, status, code, "", message, reason=reason)


def columns_of(found: Highlights) -> list[str]:
    return [HEADINGS[cell.position] for cell in found.cells]


# The field that each code complains of, by the vendor's page.
@pytest.mark.parametrize(
    ("code", "columns"),
    [
        (101, ["Lead Id"]),
        (102, ["Phone", "Phone 2"]),
        (104, ["Phone"]),
        (105, ["Phone"]),
        (106, ["Outcome"]),
        (107, ["Outcome"]),
        (111, ["Hours"]),
        (113, ["Lead Id"]),
        (114, ["Callback"]),
        (103, []),
        (109, []),
        (999, []),
    ],
)
def test_a_code_points_at_the_cells_of_its_field(code: int, columns: list[str]) -> None:
    refused = record(Status.FAILED, code=code, Phone="0383218199", Phone2="<no change>")
    assert columns_of(highlights(refused, RUN)) == columns
    again = Skip(SkipKind.STILL_FAILING, "20261122-080000-0001", code=code)
    came_again = record(Status.SKIPPED, reason=again, Phone="0383218199", Phone2="<no change>")
    assert columns_of(highlights(came_again, RUN)) == columns


def test_a_rejection_points_at_every_cell_at_fault() -> None:
    faults = (
        Fault("Phone 2", "8321 8199", FaultKind.NO_AREA_CODE, details={"example": "(02) 1234 5678"}),
        Fault("Callback", "31/02/2027. Phone", FaultKind.NOT_A_DATE, details={"order": "dmy"}),
    )
    found = highlights(record(Status.REJECTED, reason=Rejected(faults)), RUN)
    assert found.cells == (
        (2, "Phone 2 '8321 8199' has no area code; write it with its area code, for example (02) 1234 5678."),
        (
            4,
            (
                "Callback '31/02/2027. Phone' is no date that can be read; write it as day/month/year, for example "
                "24/11/2026 14:30."
            ),
        ),
    )
    assert found.faults == (
        ("Phone 2 has no area code", "write it with its area code, for example (02) 1234 5678"),
        ("Callback is no date that can be read", "write it as day/month/year, for example 24/11/2026 14:30"),
    )


def test_the_first_of_a_cells_faults_is_told_beside_it() -> None:
    faults = (Fault("Outcome", "Sail", FaultKind.UNKNOWN_DISPOSITION, details={"close": ("Sale",)}),) * 2
    assert len(highlights(record(Status.REJECTED, reason=Rejected(faults)), RUN).cells) == 1


@pytest.mark.parametrize("cell", ["\u200b8321 8199", "8321 8199\ufeff", "\u00a08321 8199"])
def test_an_invisible_character_at_a_cells_edge_hides_no_fault(cell: str) -> None:
    """The fault names the value as it was trimmed, not the cell."""
    fault = Fault("Phone", "8321 8199", FaultKind.NO_AREA_CODE, details={"example": "(02) 1234 5678"})
    found = highlights(record(Status.REJECTED, reason=Rejected((fault,)), Phone=cell), RUN)
    assert columns_of(found) == ["Phone"]


@pytest.mark.parametrize(
    ("fault", "columns"),
    [
        (Fault("Lead Id", "", FaultKind.BLANK_ID), ["Lead Id"]),
        (Fault("", "", FaultKind.NO_PHONE, details={"columns": ("Phone", "Phone 2")}), ["Phone", "Phone 2"]),
        (Fault("", "", FaultKind.INSERT_WITHOUT_PHONE, details={"columns": ("A", "B")}), ["Phone", "Phone 2"]),
        (Fault("Lead Id", "7", FaultKind.SEVERAL_ROWS, details={"rows": ("2", "4")}), ["Lead Id"]),
        (Fault("", "", FaultKind.ERROR_VALUE, details={"at": 1, "letter": "B", "error": "#N/A"}), ["Phone"]),
        (Fault("", "", FaultKind.NUL_BYTE, details={"at": 9, "letter": "J"}), []),
        (Fault("", "", FaultKind.TOO_MANY_CELLS, details={"cells": "9 cells", "headings": 7}), []),
    ],
)
def test_where_other_faults_are(fault: Fault, columns: list[str]) -> None:
    found = highlights(record(Status.REJECTED, reason=Rejected((fault,))), RUN)
    assert columns_of(found) == columns
    assert len(found.faults) == 1


def test_a_row_that_an_earlier_leadsync_rejected_keeps_its_words() -> None:
    old = replace(record(Status.REJECTED), message="Phone '1' has no area code; write it in full.")
    assert highlights(old, RUN) == ((), (("Phone '1' has no area code; write it in full", ""),))


@pytest.mark.parametrize("status", [Status.SUCCEEDED, Status.SKIPPED, Status.UNSENT, Status.UNKNOWN, Status.CONFLICT])
def test_what_did_not_fail_has_nothing_at_fault(status: Status) -> None:
    assert highlights(record(status, code=0, Phone="1"), RUN).cells == ()


def test_a_run_of_before_columns_were_written_down_points_at_nothing() -> None:
    assert highlights(record(Status.FAILED, code=106), replace(RUN, roles=())).cells == ()
