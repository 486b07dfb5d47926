"""Which cells of a row are at fault."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from leadsync.models import CampaignIds, RowRecord, RunRecord, Status
from leadsync.report.offences import offence

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


def record(status: Status, *, code: int | None = None, message: str = "", **cells: str) -> RowRecord:
    values = tuple(cells.get(heading.replace(" ", ""), "") for heading in HEADINGS)
    return RowRecord(2, values, (), "L1", {}, status, code, "", message)


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
    assert [HEADINGS[at] for at in offence(refused, RUN).positions] == columns
    again = f"not corrected since the dialer answered {code} SOME_NAME; correct it."
    came_again = record(Status.REJECTED, message=again, Phone="0383218199", Phone2="<no change>")
    assert [HEADINGS[at] for at in offence(came_again, RUN).positions] == columns


def test_a_rejection_points_at_every_column_that_it_names() -> None:
    message = (
        "Phone 2 '8321 8199' has no area code; write it with its area code, for example (02) 1234 5678. "
        "Callback '31/02/2027. Phone' is no date; write it as day/month/year."
    )
    found = offence(record(Status.REJECTED, message=message, Phone2="8321 8199", Callback="31/02/2027. Phone"), RUN)
    assert [HEADINGS[at] for at in found.positions] == ["Phone 2", "Callback"]
    assert found.faults == (
        ("Phone 2 has no area code", "write it with its area code, for example (02) 1234 5678"),
        ("Callback is no date", "write it as day/month/year"),
    )
    assert found.reasons == (
        "Phone 2 '8321 8199' has no area code; write it with its area code, for example (02) 1234 5678.",
        "Callback '31/02/2027. Phone' is no date; write it as day/month/year.",
    )


@pytest.mark.parametrize(
    ("message", "columns"),
    [
        ("Lead Id is blank; write the lead's external id.", ["Lead Id"]),
        ("there is no phone number in Phone or Phone 2; write one.", ["Phone", "Phone 2"]),
        ("the lead stands in several rows (2, 4); keep one of them", ["Lead Id"]),
        (
            "The row has the error #N/A in column B; correct its formula. It has a NUL byte in column G; delete it.",
            ["Phone", "Notes"],
        ),
        ("has a NUL byte in column G; delete it.", ["Notes"]),
        ("has 9 cells where the headings have 7; add the missing ones.", []),
    ],
)
def test_other_rejections(message: str, columns: list[str]) -> None:
    found = offence(record(Status.REJECTED, message=message), RUN)
    assert [HEADINGS[at] for at in found.positions] == columns
    assert len(found.reasons) == len(columns)
    assert " ".join(dict.fromkeys(found.reasons)) == (message if columns else "")


@pytest.mark.parametrize("status", [Status.SUCCEEDED, Status.SKIPPED, Status.UNSENT, Status.UNKNOWN, Status.CONFLICT])
def test_what_did_not_fail_has_nothing_at_fault(status: Status) -> None:
    assert offence(record(status, code=0, message="Phone is blank; x", Phone="1"), RUN).positions == ()


def test_a_run_of_before_columns_were_written_down_points_at_nothing() -> None:
    from dataclasses import replace

    assert offence(record(Status.FAILED, code=106), replace(RUN, roles=())).positions == ()
