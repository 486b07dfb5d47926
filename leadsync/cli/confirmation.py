"""The question before sending at a terminal."""

import sys
from datetime import datetime
from typing import TYPE_CHECKING

from leadsync.cli.shell import Shell

if TYPE_CHECKING:
    from leadsync.config import Settings
    from leadsync.journal import Journal
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
    """Describe the plan and ask; discard it after a No or an error. `campaign` is its name in the settings."""
    from leadsync.run import check_output, plan_lines

    try:
        for one in plan.in_turn:
            check_output(one.run.output, one.run)
        for line in plan_lines(journal, plan, settings, ends, in_full=sys.stderr.isatty() or shell.verbose > 0):
            shell.say(line)
        shell.name_new_dialer(settings)
        confirmed = yes or not plan.total_waiting or _answered(shell, plan, campaign)
    except BaseException:
        plan.discard()
        raise
    if not confirmed:
        plan.discard()
        shell.say(f"Nothing was sent.{' No decision was written down.' if plan.has_decisions else ''}")
    return confirmed


def _answered(shell: Shell, plan: "Plan", campaign: str | None) -> bool:
    """Ask for the answer; Enter alone is none where rows would be sent a second time."""
    from leadsync.run import question_of

    return shell.confirm(question_of(plan, campaign, ()).text, default=None if plan.sent_before else False)
