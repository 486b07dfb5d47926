"""Random histories of a file: sent, corrected, sorted, copied, saved again, given back, retried, decided.

Against the practice dialer's ledger: nothing is applied twice, and no row is forgotten. The person of these histories
decides truthfully: `applied` if, and only if, the dialer has applied the row.
"""

import csv
import tempfile
from collections import Counter
from dataclasses import replace
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leadsync.simulator import FaultKind, FaultRule, PracticeDialer, PracticeServer
from tests.conftest import KEY, Desk

LEADS = ("L1", "Mum's 2", "003")
HEAD = ("Lead Id", "FirstPhone", "Outcome", "Mum's note")
FAULTS = {
    "refused": FaultRule(FaultKind.CODE, code=106),
    "conflict": FaultRule(FaultKind.CODE, code=110),
    "lost": FaultRule(FaultKind.CLOSE, applied=False),
    "applied and lost": FaultRule(FaultKind.CLOSE, applied=True),
}
OPEN = {"failed", "rejected", "conflict", "unknown", "unsent"}

ANSWERS = st.dictionaries(
    st.tuples(st.sampled_from(LEADS), st.integers(min_value=1, max_value=3)),
    st.sampled_from(sorted(FAULTS)),
    max_size=6,
)
"""What goes wrong: by lead and call. All other calls succeed."""

STEPS = st.lists(
    st.sampled_from(["correct", "spoil", "decide", "give back", "old copy", "sort", "copy a line", "retry", "resume"]),
    min_size=1,
    max_size=6,
)


class Story:
    """One file's history. Each correction writes a note of its own, so that each payload is known by its note."""

    def __init__(self, desk: Desk, dialer: PracticeDialer) -> None:
        self.desk = desk
        self.dialer = dialer
        self.notes = 0
        self.runs: list[str] = []
        rows = [f"{lead},038321810{at},Sale,{self._note()}" for at, lead in enumerate(LEADS)]
        self.file = desk.sheet("leads.csv", ",".join(HEAD), *rows)
        self.older: list[Path] = []
        """The reports so far. A copy of the plain sheet is another matter: it is sent, with a warning."""
        self._run(self.file)

    def _note(self) -> str:
        self.notes += 1
        return f"0{self.notes:03}"

    def _run(self, file: Path) -> None:
        done = self.desk.leadsync("run", file, "--json")
        assert done.code in (0, 2, 3), done
        if done.code == 2:
            return
        self.runs.append(done.json["run"])
        if report := done.json["files"]["report"]:
            self.older.append(Path(report))
            self.file = Path(report)

    def _edit(self, file: Path, change: str) -> Path:
        """The file with its rows changed, saved under a name of its own."""
        rows = self.desk.rows(file)
        for row in rows:
            if change == "correct" and row.get("sync_status") in ("failed", "rejected"):
                row["Mum's note"], row["FirstPhone"] = self._note(), f"03832181{self.notes:02}"
            if change == "spoil":
                row["Mum's note"] = row["Mum's note"].lstrip("0")
            if change == "decide" and row.get("sync_status") in ("conflict", "unknown"):
                applied = (row["Lead Id"], row["Mum's note"]) in self.applications
                row["sync_decision"] = "applied" if applied else "send" if self.notes % 2 else "not applied"
        rows = rows[::-1] if change == "sort" else rows + rows[:1] if change == "copy a line" else rows
        headings = [*dict.fromkeys(name for row in rows for name in row)]
        self.notes += 1
        target = file.with_name(f"given back {self.notes}.csv")
        with target.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, headings)
            writer.writeheader()
            writer.writerows(rows)
        return target

    def play(self, step: str) -> None:
        if step == "retry":
            done = self.desk.leadsync("retry", self.runs[len(self.runs) // 2], "--json")
            if done.code != 2 and done.json["run"]:
                self.runs.append(done.json["run"])
        elif step == "resume":
            self.desk.leadsync("resume", self.runs[0], "--json")
        elif step == "old copy":
            self._run(self._edit(self.older[len(self.older) // 2], "give back"))
        else:
            self._run(self._edit(self.file, step))

    @property
    def applications(self) -> Counter[tuple[str, str]]:
        return Counter((one.lead, one.fields["Mum's note"]) for one in self.dialer.ledger.applications)

    def check(self) -> None:
        assert not [what for what, times in self.applications.items() if times > 1], "applied twice"
        leads = {one.lead for one in self.dialer.ledger.received}
        assert leads <= set(LEADS), "a lead that no row names"
        for lead in set(LEADS) - {lead for lead, _ in self.applications}:
            rows = self.desk.leadsync("show", "--lead", lead, "--json").json["listed"]
            assert OPEN & {row["status"] for row in rows}, f"{lead} is forgotten: {rows}"


@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(ANSWERS, STEPS)
def test_nothing_is_applied_twice_and_no_row_is_lost(answers: dict[tuple[str, int], str], steps: list[str]) -> None:
    faults = [replace(FAULTS[kind], lead=lead, attempt=attempt) for (lead, attempt), kind in answers.items()]
    dialer = PracticeDialer(api_key=KEY, any_lead=True, floor_seconds=0, faults=faults)
    with tempfile.TemporaryDirectory() as folder, PracticeServer(dialer) as server:
        desk = Desk(Path(folder), lambda _: server)
        desk.settings(server.url, "[retry]\nwait_seconds = 0\nattempts = 1\n")
        story = Story(desk, dialer)
        for step in steps:
            story.play(step)
            story.check()
