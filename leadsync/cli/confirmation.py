"""The question before sending, and the description of the plan above it."""

import sys
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from leadsync.cli.known_dialers import name_new_dialer
from leadsync.cli.shell import Shell
from leadsync.plurals import counted

if TYPE_CHECKING:
    from leadsync.config import Settings
    from leadsync.journal import Journal
    from leadsync.remarks import Remark
    from leadsync.run import Plan


def confirm_plan(
    shell: Shell,
    journal: "Journal",
    plan: "Plan",
    settings: "Settings",
    ends: datetime | None,
    campaign: str | None,
    *,
    yes: bool,
) -> bool:
    """Describe the plan and ask; discard it after a No or an error."""
    from leadsync.run import check_output

    try:
        for one in filter(None, (plan, plan.then)):
            check_output(one.run.output, one.run)
        _describe(shell, journal, plan, settings, ends)
        name_new_dialer(shell, settings)
        confirmed = _confirmed(shell, plan, campaign, yes=yes)
    except BaseException:
        plan.discard()
        raise
    if not confirmed:
        plan.discard()
        shell.say(f"Nothing was sent.{' No decision was written down.' if plan.has_decisions else ''}")
    return confirmed


def _confirmed(shell: Shell, plan: "Plan", campaign: str | None, *, yes: bool) -> bool:
    """Ask for the answer; Enter alone is none where rows would be sent a second time.

    `campaign` is the name in the settings, if there is one.
    """
    count = plan.waiting + (plan.then.waiting if plan.then else 0)
    if not count or yes:
        return True
    what = counted(count, "row")
    if plan.then is not None:
        what += f" ({plan.waiting:,} left of run {plan.run.id}, then {plan.then.waiting:,} of the file as it is now)"
    ids = plan.run.ids
    where = f"campaign {campaign} ({ids.campaign})" if campaign else f"campaign {ids.campaign}"
    question = f"Send {what} to {plan.run.dialer}, {where}, template {ids.template}?"
    return shell.confirm(question, default=None if plan.sent_before else False)


def _describe(shell: Shell, journal: "Journal", plan: "Plan", settings: "Settings", ends: datetime | None) -> None:
    """Print the plan, and with `ends` the rows expected to be sent until then."""
    from leadsync.run import expected_pace, fit

    now = datetime.now().astimezone()
    pace = expected_pace(journal, settings)
    for one in filter(None, (plan, plan.then)):
        for line in _plan_lines(shell, one, pace, now):
            shell.say(line)
    waiting = plan.waiting + (plan.then.waiting if plan.then else 0)
    if ends is not None and waiting and pace is not None:
        shell.say(str(fit(waiting, pace, now, ends)))


def plan_warnings(plan: "Plan") -> "list[Remark]":
    """The warnings of a plan, for the run to keep."""
    from leadsync.cli.survey_text import repetitions
    from leadsync.run import doubtful_values

    remarks = list(plan.remarks)
    if plan.survey is not None:
        remarks += repetitions(plan.survey, datetime.now().astimezone())
        remarks += doubtful_values(plan.survey)
    return [remark for remark in remarks if remark.travels]


def _plan_lines(shell: Shell, plan: "Plan", pace: float | None, now: datetime) -> Iterator[str]:
    """The lines above the question; where nobody watches, only remarks and loud ones."""
    from leadsync.cli.survey_text import findings, loud_lines, would_do

    yield from map(str, plan.remarks)
    if plan.survey is not None:
        if sys.stderr.isatty() or shell.verbose:
            yield from would_do(plan.survey, pace, now, plan.trial)
            yield from findings(plan.survey)
        else:
            yield from loud_lines(plan.survey, now, plan.trial)
    yield from held_rows(plan)


def held_rows(plan: "Plan") -> Iterator[str]:
    """The line about rows on hold for a decision, if there are any."""
    if plan.held:
        rows = counted(plan.held, "row waits", "rows wait")
        yield (
            f"{rows} until a person has decided on another row of the same lead; `leadsync show {plan.run.id} "
            "--status conflict --status unknown` lists those."
        )
