"""The question before sending, the lines above it, and the warnings of a plan."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from leadsync.commands import show_undecided
from leadsync.config import Settings
from leadsync.journal import Journal
from leadsync.plurals import agreeing, counted
from leadsync.remarks import Remark
from leadsync.report import new_leads
from leadsync.run.forecast import expected_pace, fit
from leadsync.run.plan import Plan
from leadsync.run.survey_text import findings, loud_lines, repetitions, would_do
from leadsync.run.value_remarks import doubtful_values
from leadsync.terminal import visible_lines


@dataclass(frozen=True, slots=True)
class Question:
    """The question before a run is sent; as text it is what `leadsync run` shows at a terminal.

    `text` is the question itself, `lines` stand above it. `rows` would be sent now. `sent_before`: some of them would
    go a second time, or undo newer ones. `warnings` are all of the loud lines, and the remarks kept with the run.
    """

    text: str
    lines: tuple[str, ...]
    rows: int
    sent_before: bool
    warnings: tuple[str, ...]

    def __str__(self) -> str:
        return visible_lines((*self.lines, self.text))


def question_of(plan: Plan, campaign: str | None, lines: Sequence[str]) -> Question:
    """The question about a plan; `campaign` is the name in the settings, if there is one."""
    what = counted(plan.total_waiting, "row")
    if plan.then is not None:
        what += f" ({', then '.join(map(_share, plan.in_turn))})"
    ids = plan.run.ids
    where = f"campaign {campaign} ({ids.campaign})" if campaign else f"campaign {ids.campaign}"
    text = f"Send {what} to {plan.run.dialer}, {where}, template {ids.template}?"
    warnings = [str(warning) for one in plan.in_turn for warning in _warnings(one)]
    return Question(text, tuple(lines), plan.total_waiting, plan.sent_before, tuple(dict.fromkeys(warnings)))


def _share(plan: Plan) -> str:
    """How many of the rows in question are a plan's."""
    of = "of the file as it is now" if plan.survey is not None else f"left of run {plan.run.id}"
    return f"{plan.waiting:,} {of}"


def _warnings(plan: Plan) -> Iterator[Remark]:
    """The warnings of a plan, with the one that the run keeps as a number."""
    if plan.survey is not None:
        yield from new_leads(plan.survey.new_leads(plan.trial), ended=False)
    yield from plan_warnings(plan)


def plan_lines(
    journal: Journal, plan: Plan, settings: Settings, ends: datetime | None = None, *, in_full: bool
) -> Iterator[str]:
    """The lines above the question, and with `ends` the rows expected to be sent until then.

    Not `in_full`: only remarks and loud lines, for a log that nobody watches.
    """
    now = datetime.now().astimezone()
    pace = expected_pace(journal, settings)
    for one in plan.in_turn:
        yield from map(str, one.remarks)
        if one.survey is not None and in_full:
            yield from would_do(one.survey, pace, now, one.trial)
            yield from findings(one.survey)
        elif one.survey is not None:
            yield from loud_lines(one.survey, now, one.trial)
        yield from held_rows(one)
    if ends is not None and plan.total_waiting and pace is not None:
        yield str(fit(plan.total_waiting, pace, now, ends))


def plan_warnings(plan: Plan) -> list[Remark]:
    """The warnings of a plan, for the run to keep."""
    remarks = list(plan.remarks)
    if plan.survey is not None:
        remarks += repetitions(plan.survey, datetime.now().astimezone())
        remarks += doubtful_values(plan.survey)
    return [remark for remark in remarks if remark.travels]


def held_rows(plan: Plan) -> Iterator[str]:
    """The lines about rows on hold for others of their leads, if there are any."""
    rows = counted(plan.held, "row waits", "rows wait")
    if plan.to_resume:
        runs, go = agreeing(len(plan.to_resume), "run"), agreeing(len(plan.to_resume), "goes", "go")
        verbs = {run: "retry" if run in plan.to_retry else "resume" for run in plan.to_resume}
        which, how = " and ".join(verbs), " and ".join(f"`leadsync {verb} {run}`" for run, verb in verbs.items())
        yield f"{rows} for an earlier row of the same lead in {runs} {which}, which {go} first: {how}."
    if plan.to_decide:
        shown = [f"`{show_undecided(run)}`" for run in plan.to_decide[:3]]
        yield (
            f"{rows} until a person has decided on another row of the same lead; {' and '.join(shown)} "
            f"{agreeing(len(shown), 'lists', 'list')} those."
        )
