"""Sending a sheet from Python: `sync`, and `sync_async` beside an event loop."""

import asyncio
import contextvars
import os
import signal
import threading
from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from contextlib import closing
from functools import partial
from inspect import isawaitable
from operator import index
from pathlib import Path
from typing import Literal, SupportsIndex, TypedDict, Unpack

from leadsync.api.sheet_input import Data, SheetInput
from leadsync.api.sync_result import RunStopped, SyncResult
from leadsync.api.sync_steps import OnProgress, Steps, SyncCall
from leadsync.errors import NotConfirmed, UsageError
from leadsync.run import Question, RunOptions, StopRequests
from leadsync.session import Session, SettingsGiven

Confirm = bool | Callable[[Question], bool] | None
"""True: send without a question. A function: asked with the question. None or False: never send."""
ConfirmAsync = bool | Callable[[Question], bool | Awaitable[bool]] | None
"""The same; the function may be a coroutine's."""
_CHOICES = {"format": ("csv", "xlsx", None), "inserts": ("missing", "only", None)}
PathGiven = str | os.PathLike[str]


class SyncOptions(TypedDict, total=False):
    """The options of `sync`, given by name.

    :param name: the name of a frame in the journal and of its files. Give each pipeline its own.
    :param sheet: the workbook's sheet.
    :param encoding: a text's encoding.
    :param delimiter: the separator of a text's cells.
    :param output: the folder for the run's files. Without it: beside the file, or the working folder.
    :param format: how the files are written, ``csv`` or ``xlsx``.
    :param inserts: ``missing`` inserts leads unknown to the dialer, ``only`` inserts every row and changes no lead.
    :param skip_unchanged: skip rows equal to the last ones sent for their leads.
    :param fresh: send a sheet again, even if a run of it stopped or has done it all.
    :param keep_going: go on even if almost all of the first rows fail alike.
    :param dialer: the dialer, a name of ``[dialers.NAME]``.
    :param state: the folder of the journal. Without it: ``$LEADSYNC_STATE``, or the user's state folder.
    """

    name: str | None
    sheet: str | None
    encoding: str | None
    delimiter: str | None
    output: PathGiven | None
    format: Literal["csv", "xlsx"] | None
    inserts: Literal["missing", "only"] | None
    skip_unchanged: bool
    fresh: bool
    keep_going: bool
    dialer: str | None
    state: PathGiven | None


def sync(
    data: Data,
    settings: SettingsGiven = None,
    campaign: str | None = None,
    confirm: Confirm = None,
    limit: SupportsIndex | None = None,
    on_progress: OnProgress | None = None,
    **options: Unpack[SyncOptions],
) -> SyncResult:
    """Send the rows of a DataFrame or a file to the dialer, as ``leadsync run`` does.

    The same sheet is sent once: given again, a stopped run goes on, and a finished one is not sent again.

    :param data: a DataFrame, or the path of a spreadsheet file. A frame's columns are the headings; its index is not
        sent.
    :param settings: the settings file, or its content as a mapping. Without it: ``$LEADSYNC_CONFIG``,
        ``./leadsync.toml``, or the file in the user's configuration folder.
    :param campaign: the campaign, a name of ``[campaigns.NAME]``.
    :param confirm: True to send, or a function that gets the `Question` of the terminal and returns the answer, such as
        `ask`; it is asked anew if others have sent to the same leads meanwhile. Without it nothing is sent.
    :param limit: a trial with the first rows. The same call without it sends the others.
    :param on_progress: a function that gets a `RunProgress` several times a second, from another thread. Without it, a
        bar is shown in notebooks and at a terminal.
    :param options: see `SyncOptions`.
    :raises NotConfirmed: without a yes; nothing was sent.
    :raises RunStopped: the run stopped before its end, with the result so far.
    :raises LeadsyncError: as the command line; ``exit_code`` is the command's.

    Ctrl-C, SIGTERM and SIGHUP stop the run after the requests under way, the second at once; then they take their usual
    effect. Where an event loop runs, sending has a thread of its own and the loop waits: `sync_async` lets it go on.
    """
    stops = StopRequests()
    call = _call(data, settings, campaign, limit, on_progress, stops, options)
    # Closing deletes the draft, whatever `confirm` raises.
    with closing(call.steps()) as steps:
        try:
            step = _next(steps, None)
            while isinstance(step, Question):
                step = _next(steps, confirm(step) if callable(confirm) else confirm is True)
        except asyncio.CancelledError:
            # An interrupt before the first row, in the thread of the sending.
            if not stops.made:
                raise
            raise KeyboardInterrupt from None
    if stops.made:
        # The requests under way have their answers: now the signal does what this program has it do.
        signal.raise_signal(stops.signal_number)
    return _complete(step)


async def sync_async(
    data: Data,
    settings: SettingsGiven = None,
    campaign: str | None = None,
    confirm: ConfirmAsync = None,
    limit: SupportsIndex | None = None,
    on_progress: OnProgress | None = None,
    **options: Unpack[SyncOptions],
) -> SyncResult:
    """As `sync`, for the coroutines of a running event loop, as in a notebook; the loop goes on meanwhile.

    `confirm` is called in the loop's own thread, and may be a coroutine function. A cancellation stops the run after
    the requests under way, the second at once; then it is raised.
    """
    stops = StopRequests()
    call = _call(data, settings, campaign, limit, on_progress, stops, options)
    steps = call.steps()
    try:
        step = await _in_thread(lambda: _next(steps, None), stops)
        while isinstance(step, Question):
            answer = confirm(step) if callable(confirm) else confirm is True
            said = bool(await answer) if isawaitable(answer) else bool(answer)
            step = await _in_thread(partial(_next, steps, said), stops)
    finally:
        steps.close()
    return _complete(step)


def ask(question: Question) -> bool:
    """Show the question and read the answer, for `confirm` in notebooks and scripts.

    :raises NotConfirmed: if nobody can answer.
    """
    try:
        return input(f"{question} [y/N]: ").strip().lower() in ("y", "yes")
    except (EOFError, OSError, RuntimeError) as error:
        # A notebook without a front end raises a RuntimeError of its own.
        raise NotConfirmed(
            f"Nothing was sent, because there is no input to answer: {question.text} Give confirm=True, or a function "
            "that returns True."
        ) from error


def _call(
    data: Data,
    settings: SettingsGiven,
    campaign: str | None,
    limit: SupportsIndex | None,
    on_progress: OnProgress | None,
    stops: StopRequests,
    options: SyncOptions,
) -> SyncCall:
    # TypedDict checks nothing at run time.
    unknown = set(options) - set(SyncOptions.__annotations__)
    if unknown:
        raise TypeError(f"sync() got an unexpected keyword argument {min(unknown)!r}")
    rows = None if limit is None else _whole(limit)
    for option, known in _CHOICES.items():
        if (given := options.get(option)) not in known:
            raise UsageError(f"{option} is {given!r}; it can be {' or '.join(map(repr, filter(None, known)))}.")
    if on_progress is not None and not callable(on_progress):
        raise UsageError(f"on_progress is {on_progress!r}; give a function, or None for a bar.")
    output = options.get("output")
    return SyncCall(
        SheetInput(data, options.get("name"), options.get("sheet"), options.get("encoding"), options.get("delimiter")),
        Session(options.get("state"), settings, options.get("dialer")),
        RunOptions(
            sheet=options.get("sheet"),
            encoding=options.get("encoding"),
            delimiter=options.get("delimiter"),
            output=None if output is None else Path(output),
            kind=options.get("format"),
            limit=rows,
            fresh=options.get("fresh", False),
            inserts=options.get("inserts"),
            skip_unchanged=options.get("skip_unchanged", False),
        ),
        campaign,
        options.get("keep_going", False),
        on_progress,
        stops,
    )


def _whole(limit: SupportsIndex) -> int:
    """The limit as an int; numpy's are no ints, and True is no number of rows."""
    try:
        whole = None if isinstance(limit, bool) else index(limit)
    except TypeError:
        whole = None
    if whole is None:
        raise UsageError(f"limit is {limit!r}; give a whole number of rows, or None for all of them.")
    if whole < 1:
        raise UsageError(f"limit is {whole}; a trial sends 1 row or more.")
    return whole


def _next(steps: Steps, answer: bool | None) -> Question | SyncResult:
    try:
        return steps.send(answer)
    except StopIteration as end:
        result: SyncResult = end.value
        return result


def _complete(step: SyncResult) -> SyncResult:
    """The result, if its run came to its end; raises RunStopped otherwise."""
    if step.stopped and not step.nothing_to_do:
        raise RunStopped(step)
    return step


async def _in_thread(work: Callable[[], Question | SyncResult], stops: StopRequests) -> Question | SyncResult:
    """Do a step in a thread of its own; a cancellation is a request to stop, and is raised behind the step."""
    done: Future[Question | SyncResult] = Future()
    # The thread logs and resolves context variables as its caller does.
    context = contextvars.copy_context()

    def run() -> None:
        try:
            done.set_result(context.run(work))
        except BaseException as error:  # noqa: BLE001, RUF100 - raised again in the loop
            done.set_exception(error)

    threading.Thread(target=run, name="leadsync", daemon=True).start()
    # `asyncio.to_thread` would leave its thread behind a cancellation; here the end of the step is awaited.
    waiting = asyncio.wrap_future(done)
    cancelled: asyncio.CancelledError | None = None
    while not waiting.done():
        try:
            # `wait` does not cancel what it waits for; awaiting the future itself would.
            await asyncio.wait([waiting])
        except asyncio.CancelledError as error:
            cancelled = error
            stops.stop("a cancellation")
    if cancelled is not None:
        raise cancelled
    return waiting.result()
