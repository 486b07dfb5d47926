"""What holds after every fault, whatever else happened."""

import sqlite3
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from leadsync.simulator.ledger import Ledger

TO_LOOK_AT = {"failed", "rejected", "conflict", "unknown"}


@dataclass(frozen=True)
class SheetRow:
    """A row as it was written into the sheet; an empty disposition is harmless."""

    number: int
    lead: str
    disposition: str = ""

    @property
    def name(self) -> str:
        """What stands in its field Name, by which the ledger's entries are told apart."""
        return f"Row {self.number}"

    @property
    def harmless(self) -> bool:
        return self.disposition in ("", "<No Change>")


def sheet_rows(count: int, *, disposition: str | None = None) -> list[SheetRow]:
    """Rows for as many leads; every other one sets a disposition, unless all are given the same."""
    usual = ("Sale", "")
    return [
        SheetRow(number, f"L{number}", usual[number % 2] if disposition is None else disposition)
        for number in range(2, count + 2)
    ]


def check_invariants(
    code: int,
    summary: Mapping[str, Any],
    report: Sequence[Mapping[str, str]],
    ledger: Ledger,
    sheet: Sequence[SheetRow],
    asked: Collection[int] = (),
    *,
    nothing_to_do: bool = False,
) -> None:
    """No success without the server's 0, no row forgotten, nothing with effects done twice unless a person asked."""
    assert [int(row["sync_row"]) for row in report] == [row.number for row in sheet], "each row once, in order"
    assert summary["rows"] == sum(summary["statuses"].values()) == len(sheet)
    assert summary["statuses"] == Counter(row["sync_status"] for row in report)
    applied = Counter(entry.fields.get("Name") for entry in ledger.applications)
    assert set(applied) <= {row.name for row in sheet}
    for row, told in zip(sheet, report, strict=True):
        status, answer = told["sync_status"], told["sync_code"]
        if applied[row.name]:
            refused = answer not in ("", "0")
            assert status in ("succeeded", "unknown") or refused or row.number in asked, (row, told)
        if not row.harmless and row.number not in asked:
            assert applied[row.name] <= 1, (row, told)
        if status == "succeeded" and row.number not in asked:
            assert answer == "0", told
            assert applied[row.name], (row, told)
    assert code == expected_exit(summary) or nothing_to_do, summary


def check_at_rest(journal: Path, report: Sequence[Mapping[str, str]], sheet: Sequence[SheetRow]) -> None:
    """A run that came to its end left nothing in flight, and every harmless row is done that was not refused."""
    with closing(sqlite3.connect(f"file:{journal}?mode=ro", uri=True)) as connection:
        states = Counter(state for (state,) in connection.execute("SELECT state FROM rows"))
    assert states["in_flight"] == 0, states
    for row, told in zip(sheet, report, strict=True):
        if row.harmless and told["sync_code"] in ("", "0"):
            assert told["sync_status"] in ("succeeded", "skipped"), told


def expected_exit(summary: Mapping[str, Any]) -> int | None:
    """The exit code of the contract for a run that nobody interrupted."""
    if summary["stopped"]:
        return 4
    return 3 if TO_LOOK_AT & set(summary["statuses"]) else 0
