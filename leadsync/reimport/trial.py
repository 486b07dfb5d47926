"""A sheet read anew after a trial of its first rows, because it or the settings for reading it have changed."""

from collections.abc import Mapping, Sequence

from leadsync.errors import UsageError
from leadsync.journal import Origin, State
from leadsync.models import Lead, RunRecord
from leadsync.reasons import Skip, SkipKind
from leadsync.reimport.context import TrialMatch
from leadsync.reimport.earlier_failures import first_failure
from leadsync.reimport.sheet_states import SheetStates
from leadsync.reimport.unchanged import same_fields
from leadsync.result_codes import RESULT_CODES, Verdict


class Trial:
    """The rows sent or rejected by a held trial, to be asked about the sheet's rows in their order.

    A lead's rows then and now are the same if their fields are. Raises UsageError if a person has to decide on a row of
    the trial first.
    """

    def __init__(self, run: RunRecord, sent: Mapping[int, Origin], states: SheetStates) -> None:
        self._run = run
        self._states = states
        self.dropped = 0
        """How many rows were corrected in a copy whose run has not sent them, and stand here as they were."""
        self._passed: dict[str, int] = {}
        """In whose place of a lead's rows others stand now that are not sent: how many."""
        self._sent: dict[str, list[tuple[int, Origin]]] = {}
        for number, origin in sorted(sent.items()):
            if origin.state in (State.CONFLICT, State.UNKNOWN) and not _harmless(origin):
                raise UsageError(
                    f"A person has to decide on row {number} of run {run.id}, {_kind(run)} of {run.file.name}, before "
                    f"the rest is sent: leadsync resolve {run.id} --row {number}, with --applied, "
                    "--not-applied or --send",
                    names_file=True,
                )
            self._sent.setdefault(origin.lead, []).append((number, origin))
        self._leads = frozenset(self._sent)
        self._failed = {
            number: origin
            for number, origin in sent.items()
            if origin.state is State.FAILED or (origin.state is State.REJECTED and not origin.lead)
        }

    def match(self, lead: Lead, number: int) -> TrialMatch | None:
        """The trial's row for the lead's next row in the file, in line `number`; None if it had none."""
        self._states.see(lead.external_id)
        self.dropped += self._states.drops_correction(lead)
        match = self._in_trial(lead) or self._by_number(lead, number)
        if match is not None and match.skip is not None:
            return match
        if skip := self._corrected(match) or self._states.superseded(lead, number):
            return TrialMatch(self._run.id, skip)
        failures = tuple(self._states.failures(lead.external_id))
        return (match or TrialMatch(self._run.id))._replace(failures=failures) if failures else match

    def match_rejected(self, lead: str, number: int, cells: Sequence[str]) -> TrialMatch | None:
        """The same for a row that is rejected now: its failure in the trial, or the reason to skip it instead."""
        self._states.see(lead)
        sent = self._sent.get(lead, [])
        failed = [(there, one) for there, one in sent if one.state in (State.REJECTED, State.FAILED)]
        at_number = [one for one in failed if one[0] == number]
        # Without an id, only the number tells.
        found = next(iter(at_number or (failed if lead else ())), None)
        match = None
        if found is not None:
            sent.remove(found)
            match = self._again(*found)
            # Of two equal lines one may be corrected: the other is still at fault.
            if not self._corrected(match):
                return match
        skip = self._states.superseded_rejected(lead, number, cells)
        return TrialMatch(self._run.id, skip) if skip else match

    def _by_number(self, lead: Lead, number: int) -> TrialMatch | None:
        """The trial's row in this line, if it had no readable id, or failed with another id and the same values."""
        if lead.external_id in self._leads:
            return None
        origin = self._failed.get(number)
        if origin is None or (origin.lead and not same_fields(origin.fields, lead.fields)):
            return None
        return self._again(number, origin)

    def _corrected(self, match: TrialMatch | None) -> Skip | None:
        if match is None or match.again is None or match.root is None:
            return None
        return self._states.corrected((match.run_id, match.again), match.root)

    def _again(self, number: int, origin: Origin) -> TrialMatch:
        return TrialMatch(self._run.id, again=number, root=first_failure(origin, number))

    def _in_trial(self, lead: Lead) -> TrialMatch | None:
        run_id = self._run.id
        sent = self._sent.get(lead.external_id)
        if not sent:
            return None
        same = next((at for at, (_, origin) in enumerate(sent) if _same(origin, lead)), None)
        at = same if same is not None else min(self._passed.get(lead.external_id, 0), len(sent) - 1)
        number, origin = sent[at]
        # A failed row is no reason to skip, unless the dialer refuses it for good.
        if same is not None and (origin.state is State.SUCCEEDED or _is_final(origin)):
            # The order of a lead's rows is kept: a row behind a matched one cannot match one before it.
            del sent[: at + 1]
            self._passed.pop(lead.external_id, None)
            return TrialMatch(run_id, Skip(SkipKind.SENT_IN_TRIAL, run_id, number), kept=number)
        behind = sent[at + 1 :]
        if later := next((after for after, one in behind if one.state is State.SUCCEEDED), None):
            self._passed[lead.external_id] = at + 1
            return TrialMatch(run_id, Skip(SkipKind.LATER_ROW_OF_TRIAL, run_id, later))
        self._sent[lead.external_id] = behind
        self._passed.pop(lead.external_id, None)
        if origin.state not in (State.FAILED, State.REJECTED):
            return None
        failed = _answer(origin) if same is not None else None
        return self._again(number, origin)._replace(failed=failed)


def _answer(origin: Origin) -> tuple[str, str]:
    entry = RESULT_CODES.get(origin.code) if origin.code is not None else None
    return (f"{entry.code} {entry.meaning.rstrip('.')}", entry.field) if entry else ("no answer that counts", "")


def _kind(run: RunRecord) -> str:
    return "the last run" if run.last_row is None else "the trial"


def _same(origin: Origin, lead: Lead) -> bool:
    return origin.state is not State.REJECTED and same_fields(origin.fields, lead.fields)


def _harmless(origin: Origin) -> bool:
    return origin.state is State.UNKNOWN and Lead(origin.lead, origin.fields).harmless


def _is_final(origin: Origin) -> bool:
    entry = RESULT_CODES.get(origin.code) if origin.code is not None else None
    return origin.state is State.FAILED and entry is not None and entry.verdict is Verdict.FINAL
