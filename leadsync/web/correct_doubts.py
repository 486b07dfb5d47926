"""The rows of a draft that its preview warns about, or lists for another reason, to be corrected like rejected ones."""

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from leadsync.journal import ValueCount
from leadsync.leads import trim
from leadsync.models import DISPOSITION, RunRecord
from leadsync.reimport import Decision, Send
from leadsync.run import MOST_LISTED, CorrectedRow, CorrectionRules
from leadsync.web.correct_checks import decided_rows
from leadsync.web.correct_view import MOST_VALUES, Doubt, ReasonCard
from leadsync.web.draft_jobs import preview_name
from leadsync.web.draft_lists import (
    DOUBLED,
    doubted,
    figure,
    is_correctable,
    is_listed,
    list_place,
    list_why,
    list_words,
    takes_values,
)
from leadsync.web.draft_rows import kept_lists
from leadsync.web.preview import Preview
from leadsync.web.uploads import Upload

if TYPE_CHECKING:
    from leadsync.journal import Journal

_LOOKED_AT = 200
"""The rows of a list whose values are counted."""


class DraftDoubts:
    """The lists of a draft's preview, without the rows that changes by people have taken out of them."""

    def __init__(self, journal: "Journal", rules: CorrectionRules, upload: Upload) -> None:
        reading = upload.reading()
        self._journal, self._rules = journal, rules
        self._preview: Preview = upload.values.load(preview_name(reading)) or {}
        kept = kept_lists(upload, reading, self._preview) if self._preview.get("base") == rules.run.id else {}
        self._lists = {name: numbers for name, numbers in kept.items() if is_correctable(name)}

    @cached_property
    def _changed(self) -> Mapping[int, tuple[CorrectedRow, Decision]]:
        """The rows on lists with changes, each with the decision about it."""
        run_id = self._rules.run.id
        listed = set().union(*self._lists.values())
        changed = listed.intersection(edit.number for edit in self._journal.edits(run_id))
        rows = decided_rows(self._journal, self._rules, self._journal.open_rows(run_id, changed))
        return {row.record.number: (row, decision) for row, decision in rows}

    def numbers(self, name: str) -> Sequence[int]:
        """The rows on a list still, in the sheet's order."""
        listed = self._lists.get(name, ())
        numbers = [number for number in listed if self._is_still(name, number)]
        # Of a longer list the other row of a lead may not be listed.
        return self._with_others(numbers) if name == DOUBLED and len(listed) < MOST_LISTED else numbers

    def _with_others(self, numbers: Sequence[int]) -> Sequence[int]:
        """The rows whose lead has another of the rows."""
        leads = {
            number: decision.lead.external_id
            for number, (_, decision) in self._changed.items()
            if isinstance(decision, Send)
        }
        untouched = [number for number in numbers if number not in self._changed]
        leads |= {record.number: record.lead for record in self._journal.open_rows(self._rules.run.id, untouched)}
        rows = Counter(leads.get(number, "") for number in numbers)
        return [number for number in numbers if rows[leads.get(number, "")] > 1]

    def _is_still(self, name: str, number: int) -> bool:
        if number not in self._changed:
            return True
        row, decision = self._changed[number]
        return isinstance(decision, Send) and is_listed(name, self._preview, decision.lead, row.record.lead)

    def rows(self, name: str, after: int, limit: int) -> list[tuple[CorrectedRow, Decision | None]]:
        """The next rows of a list behind row `after`."""
        numbers = [number for number in self.numbers(name) if number > after][:limit]
        untouched = self._journal.open_rows(self._rules.run.id, [one for one in numbers if one not in self._changed])
        rows: list[tuple[CorrectedRow, Decision | None]] = [(CorrectedRow(record), None) for record in untouched]
        rows += [self._changed[number] for number in numbers if number in self._changed]
        return sorted(rows, key=lambda one: one[0].record.number)

    def doubt(self, name: str) -> Doubt | None:
        """The cells to look at in the rows of a list, and why."""
        if name not in self._lists:
            return None
        return Doubt(list_why(name, self._preview), _positions(self._rules.run, *list_place(name, self._preview)))

    def cards(self, wanted: str, dispositions: Sequence[str]) -> list[ReasonCard]:
        """The lists to look at before the sending, and the wanted one."""
        names = doubted(self._preview)
        if wanted not in names:
            names = [*names, wanted]
        return [card for name in names if name in self._lists and (card := self._card(name, dispositions))]

    def _card(self, name: str, dispositions: Sequence[str]) -> ReasonCard | None:
        numbers = self.numbers(name)
        if not numbers:
            return None
        preview, listed = self._preview, len(self._lists[name])
        role = list_place(name, preview)[1]
        meant = dict(preview.get("spellings", [])).get(name, "")
        beyond = listed >= MOST_LISTED
        return ReasonCard(
            name,
            list_words(name, preview),
            f"The first {MOST_LISTED:,} are here; the others follow once these are corrected." if beyond else "",
            max(len(numbers), figure(name, preview) - listed + len(numbers)),
            self._values(name, numbers),
            choices=(dispositions or [one for one, _ in preview["dispositions"]]) if role == DISPOSITION else (),
            looked_at=_LOOKED_AT if len(numbers) > _LOOKED_AT else 0,
            proposed=meant,
        )

    def _values(self, name: str, numbers: Sequence[int]) -> Sequence[ValueCount]:
        """The frequent values to put another one in place of."""
        doubt = self.doubt(name)
        if doubt is None or not takes_values(name):
            return ()
        cells = dict(self._journal.cells(self._rules.run.id, numbers[:_LOOKED_AT]))
        cells |= {number: row.cells for number, (row, _) in self._changed.items() if number in cells}
        headings = self._rules.run.headings
        counts = Counter((trim(headings[at]), row[at]) for row in cells.values() for at in doubt.positions if row[at])
        found = [ValueCount(place, value, rows) for (place, value), rows in counts.most_common(MOST_VALUES)]
        return found if name.startswith("sets") or any(one.rows > 1 for one in found) else ()


def _positions(run: RunRecord, heading: str, role: str) -> tuple[int, ...]:
    if role:
        return tuple(at for at, one in enumerate(run.roles) if one == role)
    return tuple(at for at, one in enumerate(run.headings) if trim(one) == heading)
