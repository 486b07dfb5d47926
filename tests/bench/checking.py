"""Sheets to be checked, and what `leadsync check` makes of them: rows a second, memory without the reading process."""

import contextlib
import csv
import random
import threading
import time
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import xlsxwriter

from tests.bench.senders import Desk, Done

HEADINGS = ("External Id", "First Name", "Last Name", "FirstPhone", "SecondPhone", "Disposition", "Call Back Date",
            "Priority", "City", "State", "Notes")  # fmt: skip
_DISPOSITIONS = ("Sale", "Do Not Call", "No Answer", "Callback", "Not Interested", "<No Change>", "")


def lines(rows: int) -> Iterator[tuple[str, ...]]:
    """Made-up rows of eleven columns: ids, phones and notes all differ, the others repeat as they do in real sheets."""
    random_ = random.Random(7)
    for number in range(rows):
        quarter = random_.randrange(14 * 96)
        yield (
            str(100_000 + number),
            f"{random_.choice(('Anna', 'Ben', 'Chloë', 'Dan'))}{random_.randrange(999)}",
            f"Smith{random_.randrange(9999)}",
            f"03 8{random_.randrange(1_000_000, 9_999_999)}",
            f"0412{random_.randrange(100_000, 999_999)}" if random_.random() < 0.7 else "",
            random_.choice(_DISPOSITIONS),
            f"{1 + quarter // 96:02}/12/2031 {9 + quarter % 9:02}:{quarter % 4 * 15:02}" if number % 5 < 3 else "",
            random_.choice(("", "10", "50", "0", "99")),
            random_.choice(("Melbourne", "Geelong", "Ballarat")),
            "VIC",
            f"note {number} about the last call, with text",
        )


def write(path: Path, rows: int) -> None:
    """Such a sheet, as text or as a workbook by the name's ending."""
    if path.suffix == ".csv":
        with path.open("w", newline="", encoding="utf-8") as stream:
            writer = csv.writer(stream)
            writer.writerow(HEADINGS)
            writer.writerows(lines(rows))
        return
    workbook = xlsxwriter.Workbook(path, {"constant_memory": True})
    sheet = workbook.add_worksheet()
    for at, line in enumerate(chain([HEADINGS], lines(rows))):
        for column, cell in enumerate(line):
            sheet.write_string(at, column, cell)
    workbook.close()


def check(at: Desk, name: str) -> tuple[Done, float]:
    """What `leadsync check` came to, and the most MB that its own process had, without the one that reads workbooks."""
    command = at.start("check", name, "--json")
    peak = 0.0
    ended = threading.Event()

    def watch() -> None:
        nonlocal peak
        status = Path(f"/proc/{command.pid}/status")
        while not ended.is_set():
            with contextlib.suppress(OSError, StopIteration):
                line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
                peak = max(peak, int(line.split()[1]) / 1024)
            time.sleep(0.05)

    watching = threading.Thread(target=watch)
    watching.start()
    done = command.wait()
    ended.set()
    watching.join()
    return done, peak
