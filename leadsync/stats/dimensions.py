"""The ways to group rows, as a user names them, and the runs that have them."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from leadsync.errors import UsageError
from leadsync.failure_stats import By
from leadsync.models import CAMPAIGN_ID, DISPOSITION, RunRecord

GROUPS = tuple(by.value for by in By if by is not By.COLUMN)
COLUMN_PREFIX = "column:"
"""Before a heading that is the name of a group, too."""
_FIELDS = {By.DISPOSITION: DISPOSITION, By.CAMPAIGN: CAMPAIGN_ID}
_MOST_NAMED = 40


class Dimension(NamedTuple):
    """A way to group rows. `columns` has the runs that count, each with its column's position."""

    by: By
    columns: Mapping[str, int | None]
    heading: str = ""

    @property
    def field(self) -> str:
        """The field whose sent value goes before the cell."""
        return _FIELDS.get(self.by, "")


def dimension(name: str, runs: Sequence[RunRecord]) -> Dimension:
    """The dimension of this name: a group or a heading. Raises UsageError.

    Headings are compared without case and outer blanks, unless a sheet has several such ones. Without runs any heading
    will do.
    """
    if name in GROUPS:
        return _built_in(By(name), runs)
    heading = name.removeprefix(COLUMN_PREFIX).strip()
    columns = {run.id: position for run in runs if (position := _position(heading, run.headings)) is not None}
    if columns or not runs:
        return Dimension(By.COLUMN, columns, heading)
    if name.strip().lower() in GROUPS:
        return _built_in(By(name.strip().lower()), runs)
    raise UsageError(f"No sheet has a column {heading}; {_choices(runs)}.")


def _built_in(by: By, runs: Sequence[RunRecord]) -> Dimension:
    if by is not By.DISPOSITION:
        return Dimension(by, dict.fromkeys(run.id for run in runs))
    roles = ((run.id, run.roles) for run in runs)
    return Dimension(by, {run: roles.index(DISPOSITION) if DISPOSITION in roles else None for run, roles in roles})


def _position(heading: str, headings: Sequence[str]) -> int | None:
    exact = [at for at, one in enumerate(headings) if one.strip() == heading]
    alike = [at for at, one in enumerate(headings) if one.strip().casefold() == heading.casefold()]
    return next(iter(exact or alike), None)


def _choices(runs: Sequence[RunRecord]) -> str:
    """The headings of all runs, the newest run's first."""
    headings = list(dict.fromkeys(heading.strip() for run in runs for heading in run.headings if heading.strip()))
    more = f" and {len(headings) - _MOST_NAMED} more" if len(headings) > _MOST_NAMED else ""
    return f"there are {', '.join(headings[:_MOST_NAMED])}{more}; and beside columns {', '.join(GROUPS)}"
