"""Which run a line of the log belongs to; whoever writes the line need not know."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_run: ContextVar[str] = ContextVar("run", default="")


@contextmanager
def logged_as(run_id: str) -> Iterator[None]:
    """Lines that are logged inside, in tasks begun inside too, belong to this run."""
    token = _run.set(run_id)
    try:
        yield
    finally:
        _run.reset(token)


def current_run() -> str:
    """The run that is being worked on; empty where there is none."""
    return _run.get()
