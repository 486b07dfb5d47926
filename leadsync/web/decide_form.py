"""The form of decisions, from its fields to an answer for each row. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from leadsync.journal import Decision
from leadsync.models import RowRecord

ANSWERS: Mapping[str, str] = {
    "applied": "the change is there",
    "not applied": "there is no such change",
    "send": "send it, whatever happened before",
}
"""The decisions, each with a person's finding in the dialer."""
TAKE_BACK = "taken back"
LONGEST_NOTE = 500


@dataclass(frozen=True, slots=True)
class Answer:
    """A decision about one row, and the mark of the row as it was shown."""

    decision: str
    note: str
    mark: str

    def is_that(self, decision: Decision | None, user: str) -> bool:
        """Whether the person has made just this decision before."""
        return decision is not None and (decision.decided, decision.note, decision.user) == (
            self.decision,
            self.note,
            user,
        )


@dataclass(slots=True)
class Answers:
    """The answers by row; `wrong` says why they cannot be taken. `everywhere` goes for rows without one."""

    given: dict[int, Answer] = field(default_factory=dict)
    everywhere: str = ""
    wrong: str = ""


def answers_of(form: Mapping[str, str]) -> Answers:
    """The answers of a form."""
    if "back" in form:
        text, _, mark = form["back"].partition(":")
        row = number_of(text)
        return Answers({row: Answer(TAKE_BACK, "", mark)}) if row else Answers(wrong="That is no row of this page.")
    found = Answers(everywhere=form.get("everywhere", ""))
    for name, mark in form.items():
        number = number_of(name.removeprefix("mark-")) if name.startswith("mark-") else None
        if number is None:
            continue
        decision = form.get(f"row-{number}") or found.everywhere
        note = " ".join(form.get(f"note-{number}", "").split())
        if decision:
            found.given[number] = Answer(decision, note, mark)
        elif note:
            found.wrong = f"Row {number} has a note and no decision; choose one, or clear the note."
            found.given[number] = Answer("", note, mark)
    for number, answer in found.given.items():
        if answer.decision and answer.decision not in ANSWERS:
            found.wrong = "That is no decision of this page; choose anew."
        elif len(answer.note) > LONGEST_NOTE:
            found.wrong = f"The note of row {number} has more than {LONGEST_NOTE} characters; shorten it."
    if not found.given:
        found.wrong = "Nothing was decided: choose what the dialer shows for a lead, then press the button."
    return found


def mark_of(record: RowRecord, decision: Decision | None) -> str:
    """A row's mark, which changes with every decision and every attempt."""
    decided = f"{decision.decided} {decision.at}" if decision else ""
    return f"{record.status} {record.attempts} {decided}".strip()


def number_of(text: str) -> int | None:
    """A row's number; None for any other text."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None
