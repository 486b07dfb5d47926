"""From the journal to the dialer: one run's rows through the engine, with signals handled."""

import asyncio
import signal
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from types import FrameType

from leadsync.budget import EVERY_SECONDS, SharedBudget
from leadsync.config import Settings
from leadsync.dialer import DialerClient
from leadsync.engine import Engine, InsertPolicy, RetryPolicy
from leadsync.errors import JournalError
from leadsync.journal import Journal
from leadsync.log import logged_as
from leadsync.models import RunRecord
from leadsync.progress import BarProgress, SilentProgress
from leadsync.run.pacing import slots_for

ENOUGH_ROWS = 100
ENOUGH_SECONDS = 2.0
"""From so many rows in so much time on, the pace of a run tells what the next one can expect."""
LONGEST_SLEEP_SECONDS = 5.0
LONGEST_FINDING_SECONDS = 60.0
"""How long another process is waited for that finds out the dialer's slots."""

_SIGNALS = tuple(
    number for name in ("SIGINT", "SIGTERM", "SIGHUP") if (number := getattr(signal, name, None)) is not None
)


@dataclass(frozen=True, slots=True)
class Sent:
    """How the sending ended: why it stopped before its end (empty where it did not), the signal that interrupted it
    (0 where none did), the most calls that were under way at once, and whether it stopped because the first rows were
    refused alike."""

    stopped: str
    signal_number: int
    peak_in_flight: int
    began_badly: bool = False


def send(
    journal: Journal,
    run: RunRecord,
    settings: Settings,
    environment: Mapping[str, str],
    progress: BarProgress | SilentProgress,
    *,
    keep_going: bool,
    until: datetime | None = None,
) -> Sent:
    """Send what a confirmed run has to send, `until` then at most, and write down how that ended; it is finished when
    its files are written too.

    Takes the run's lock, unless the journal holds it already, and so settles what an earlier process left in flight.
    Raises BusyError, SettingsError, and JournalError where the journal fails on the way: `resume` goes on then.
    """
    journal.hold(run.id)
    began = time.monotonic()
    stopped = "leadsync ended before the run did"
    try:
        with logged_as(run.id):
            sent = asyncio.run(_send(journal, run, settings, environment, progress, keep_going=keep_going, until=until))
        stopped = sent.stopped
        return sent
    except JournalError as error:
        stopped = str(error).rstrip(".")
        raise
    finally:
        _close(journal, run, stopped, time.monotonic() - began)


def _close(journal: Journal, run: RunRecord, stopped: str, seconds: float) -> None:
    """Settle what is still in flight, and write down how the run stands.

    Where the journal itself is the trouble, this fails too; the rows then stay in flight for `resume` to settle.
    """
    journal.settle(run.id)
    journal.update_run(run.id, seconds=run.seconds + seconds, stopped=stopped)


async def _send(
    journal: Journal,
    run: RunRecord,
    settings: Settings,
    environment: Mapping[str, str],
    progress: BarProgress | SilentProgress,
    *,
    keep_going: bool,
    until: datetime | None,
) -> Sent:
    retry = settings.retry
    policy = RetryPolicy(retry.attempts, retry.wait_seconds, retry.unknown == "send")
    known = slots_for(journal, settings)
    slots = settings.slots if known is None else known
    client = DialerClient(
        settings.url(),
        settings.api_key(environment),
        settings.ids(),
        answer_seconds=settings.server.timeout_seconds,
        connections=slots,
        ca_file=settings.server.ca_file,
        allow_duplicates=settings.campaign.allow_duplicates,
    )
    rows = journal.log(run.id, resend_unknown=policy.resend_unknown, by_priority=run.order == "priority")
    budget = SharedBudget(settings.url(), slots, progress.say, known=known is not None)

    def know(count: int) -> int:
        nonlocal slots
        budget.slots = slots = max(1, count)
        budget.known = True
        return slots

    def found_out(count: int) -> int:
        kept = budget.elsewhere == 0
        if kept:
            journal.keep_slots(settings.url(), count)
        for_whom = "which is kept for it" if kept else "beside others that are sending just now"
        progress.say(f"the dialer was found to run {count} calls at once, {for_whom}")
        return know(count - settings.server.reserve)

    async with client as dialer, rows as log:
        with budget:
            if known is None and (known := await _known_to_others(budget, progress)):
                progress.say(f"another leadsync that is sending goes by {known} calls at once; so does this one")
                know(known)
            engine = Engine(
                dialer,
                log,
                progress,
                slots=slots,
                policy=policy,
                give_up_seconds=retry.give_up_after_minutes * 60,
                keep_going=keep_going,
                budget=budget,
                on_found=None if known else found_out,
                inserting=InsertPolicy(settings.input.phone_fields) if run.inserts == "missing" else None,
            )
            with _signals_to(engine, progress) as received, _stopped_at(until, engine):
                began = time.monotonic()
                reason = await engine.run()
                seconds = time.monotonic() - began
            if len(received) > 1:
                budget.abandon()
    if engine.settled >= ENOUGH_ROWS and seconds >= ENOUGH_SECONDS:
        journal.keep_pace(settings.url(), engine.settled / seconds, slots)
    return Sent(reason, received[0] if received else 0, engine.peak_in_flight, engine.began_badly)


async def _known_to_others(budget: SharedBudget, progress: BarProgress | SilentProgress) -> int:
    """How many slots a process that is sending knows the dialer to have; where one is finding that out, its finding is
    waited for, because two that look at once see half each. 0 where nobody knows."""
    waited = 0.0
    while True:
        slots, finding = budget.ask_others()
        if slots or not finding or waited >= LONGEST_FINDING_SECONDS:
            return slots
        if not waited:
            progress.say("another leadsync is finding out how many calls the dialer runs at once; waiting for it")
        await asyncio.sleep(EVERY_SECONDS)
        waited += EVERY_SECONDS


@contextmanager
def _stopped_at(until: datetime | None, engine: Engine) -> Iterator[None]:
    """Let the engine drain when that time has come."""
    if until is None:
        yield
        return
    waiting = asyncio.create_task(_stop_at(until, engine))
    try:
        yield
    finally:
        waiting.cancel()


async def _stop_at(until: datetime, engine: Engine) -> None:
    # In short sleeps: a computer that was suspended, or whose clock was set, still stops in time.
    while (left := (until - datetime.now().astimezone()).total_seconds()) > 0:
        await asyncio.sleep(min(left, LONGEST_SLEEP_SECONDS))
    engine.stop(f"it is {until:%H:%M}, the time until which it was to send; `leadsync resume` goes on")


@contextmanager
def _signals_to(engine: Engine, progress: BarProgress | SilentProgress) -> Iterator[list[int]]:
    """The first SIGINT, SIGTERM or SIGHUP drains the engine, the second stops it at once; gives those received.

    `signal.signal` and not the loop's own handlers, which Windows does not have.
    """
    loop = asyncio.get_running_loop()
    received: list[int] = []

    def take(number: int) -> None:
        received.append(number)
        if len(received) == 1:
            engine.stop(f"interrupted by {signal.Signals(number).name}")
            progress.say("stopping; requests under way get their answer; once more stops at once")
        else:
            engine.abort()

    def handle(number: int, _frame: FrameType | None) -> None:
        loop.call_soon_threadsafe(take, number)

    before = {number: signal.signal(number, handle) for number in _SIGNALS}
    try:
        yield received
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
