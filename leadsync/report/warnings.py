"""A run's warnings in sentences. Pure."""

from leadsync.models import RunRecord
from leadsync.plurals import agreeing, counted
from leadsync.remarks import Remark


def warnings_of(run: RunRecord) -> tuple[str, ...]:
    """The warnings before a run was sent, and one about its rows without a callback date."""
    return (*run.warnings, *map(str, new_leads(run.new_leads, ended=True)))


def new_leads(count: int, *, ended: bool) -> tuple[Remark, ...]:
    """The warning about `count` rows without a callback date: those to be sent, or with `ended` those that went
    through. Empty if there are none."""
    if not count:
        return ()
    what = (
        counted(count, "row that went", "rows that went") + " through had"
        if ended
        else counted(count, "row has", "rows have")
    )
    treats = "treats" if ended else "will treat"
    new = agreeing(count, "its lead as a new one", "their leads as new ones")
    them = agreeing(count, "it", "them")
    words = f"{what} NO callback date: the dialer {treats} {new}, and a callback that was agreed with {them} is lost"
    return (Remark(words, loud=True),)
