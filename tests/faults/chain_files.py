"""The files of a chain: sheets that a person writes anew, and files of leadsync that a person corrects."""

import csv
import random
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from leadsync.spreadsheet import CHECK_PREFIX
from tests.conftest import Desk

TEXT = "Mum's note"
"""The column that tells a lead's payloads apart; an apostrophe has once hidden a column from what reads reports."""
LEADS = ("L0", "Mum's 1", "002")
IDEMPOTENT = LEADS[2]
"""Its rows set no disposition."""
UNKNOWN_AGE = 0, 0
"""Of a row of no sheet."""
_GOOD_PHONE, _BAD_PHONE = "0383218191", "12"
_MOST_ROWS = 7


class Line(NamedTuple):
    """A row of a file, by its lead and its text. Its age orders rows: the moment at which its sheet was read first with
    this content, and its place there."""

    lead: str
    text: str
    age: tuple[int, int]


Content = Sequence[Line]


def row_of(text: str) -> str:
    """The row of a text, whose corrections have its name and a number behind a point."""
    return text.partition(".")[0]


class Files:
    """Files in the folder of a desk.

    `sheets` has the rows of the plain sheets by their names, `given_back` the names of reports, retry files and copies
    by `check`. `contents` has the rows that each run or check has read.
    """

    def __init__(self, desk: Desk, chance: random.Random, say: Callable[[str], None]) -> None:
        self.sheets: dict[str, list[tuple[str, str]]] = {}
        self.given_back: list[str] = []
        self.contents: dict[str, Content] = {}
        self.corrected: dict[tuple[str, str], int] = {}
        """The corrections made in files given back, with their order."""
        self.read_at: dict[tuple[str, str], list[int]] = defaultdict(list)
        """The moments at which a sheet with a lead's text was read."""
        self._desk, self._chance, self._say = desk, chance, say
        self._last_read: dict[str, tuple[list[tuple[str, str]], int]] = {}
        self._texts = 0
        self._rejected: set[str] = set()

    def path(self, name: str) -> Path:
        return self._desk.folder / f"{name}.csv"

    def write(self, name: str, rows: Iterable[tuple[str, str]]) -> None:
        """Write a plain sheet, or write it anew."""
        self.sheets[name] = list(rows)
        lines = [
            f"{lead},{'' if lead == IDEMPOTENT else 'Sale'},{self._phone(text)},{text}"
            for lead, text in self.sheets[name]
        ]
        self._desk.sheet(f"{name}.csv", f"Lead Id,Disposition,First Phone,{TEXT}", *lines)
        self._say(f"write {name}: " + " ".join(f"{lead}:{text}" for lead, text in self.sheets[name]))

    def _phone(self, text: str) -> str:
        return _BAD_PHONE if text in self._rejected else _GOOD_PHONE

    def _correction(self, text: str) -> str:
        self._texts += 1
        return f"{row_of(text)}.{self._texts}"

    def changed(self, rows: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
        """The rows of a sheet as a person leaves them: one or two are corrected, new, gone or moved up."""
        rows, chance = list(rows), self._chance
        for _ in range(chance.choice((1, 1, 2))):
            dice, at = chance.random(), chance.randrange(len(rows))
            lead, text = rows[at]
            if dice < 0.5:
                rows[at] = lead, self._correction(text)
                if chance.random() < 0.1:
                    self._rejected.add(rows[at][1])
            elif dice < 0.7 and len(rows) < _MOST_ROWS:
                self._texts += 1
                rows.insert(at + chance.randrange(2), (lead, f"new{self._texts}"))
            elif dice < 0.85 and len(rows) > 2:
                del rows[at]
            elif at:
                rows[at - 1], rows[at] = rows[at], rows[at - 1]
        return rows

    def keep(self, path: Path, kind: str) -> str:
        """Take a file of leadsync under a name of its own, to be given back; returns the name."""
        name = f"{kind}{len(self.given_back)}"
        if path != self.path(name):
            self.path(name).write_bytes(path.read_bytes())
        self.given_back.append(name)
        self._say(f"{path.name} -> {name}")
        return name

    def rows(self, name: str) -> list[dict[str, str]]:
        """The rows of a file by their headings."""
        return self._desk.rows(self.path(name))

    def edit(self, name: str, decide: Callable[[Mapping[str, str]], str]) -> None:
        """Correct one or two rows of a file given back; sometimes rows are decided too, sorted, copied, or lose the
        zeros of their ids. `decide` gives the decision on a row."""
        rows, chance = self.rows(name), self._chance
        for row in chance.sample(rows, min(len(rows), chance.choice((1, 1, 2)))):
            old = row[TEXT]
            row[TEXT], row["First Phone"] = self._correction(old), _GOOD_PHONE
            self.corrected[row["Lead Id"], row[TEXT]] = self._texts
            self._say(f"edit {name}: {row['Lead Id']} {old} -> {row[TEXT]}")
        dice = chance.random()
        if dice < 0.15:
            for row in rows:
                if row.get("sync_status") in ("conflict", "unknown"):
                    row["sync_decision"] = decide(row)
        elif dice < 0.2:
            rows.reverse()
        elif dice < 0.25:
            rows.append(dict(rows[0]))
        elif dice < 0.3 and not rows[0]["sync_run"].startswith(CHECK_PREFIX):
            # No run has read a copy by `check`: nothing knows the zeros of its ids.
            rows = [{**row, "Lead Id": row["Lead Id"].lstrip("0")} for row in rows]
        with self.path(name).open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, list(dict.fromkeys(heading for row in rows for heading in row)))
            writer.writeheader()
            writer.writerows(rows)

    def read(self, name: str, moment: int) -> Content:
        """The content that a command reads at a moment."""
        if name not in self.sheets:
            return [self._given_back_line(row) for row in self.rows(name)]
        rows = self.sheets[name]
        if name not in self._last_read or self._last_read[name][0] != rows:
            self._last_read[name] = list(rows), moment
        since = self._last_read[name][1]
        for row in rows:
            self.read_at[row].append(since)
        return [Line(lead, text, (since, at)) for at, (lead, text) in enumerate(rows)]

    def _given_back_line(self, row: Mapping[str, str]) -> Line:
        content, at = self.contents.get(row.get("sync_run") or "", ()), int(row.get("sync_row") or 0) - 2
        return Line(row["Lead Id"], row[TEXT], content[at].age if 0 <= at < len(content) else UNKNOWN_AGE)
