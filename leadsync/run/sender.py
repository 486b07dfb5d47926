"""One run through the engine: from the journal to the dialer, with signals handled."""

import asyncio
import signal
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from leadsync.config import Settings
from leadsync.dialer_address import canonical
from leadsync.engine import LONGEST_ASKED_SECONDS, Engine, InsertPolicy, RetryPolicy
from leadsync.engine.ports import Progress
from leadsync.errors import JournalError, LeadsyncError
from leadsync.journal import Journal, RunLog
from leadsync.log import logged_as
from leadsync.models import RunRecord
from leadsync.plurals import counted
from leadsync.process_limits import allow_open_files
from leadsync.remarks import Remark
from leadsync.run.forecast import slots_for
from leadsync.run.live_progress import LiveProgress, kept_live
from leadsync.run.stop_requests import StopRequests, run_apart, signals_held, signals_to
from leadsync.slots import MemberSlots, SharedSlots, find_folder

if TYPE_CHECKING:
    from leadsync.dialer import DialerClient

ENOUGH_ROWS = 100
ENOUGH_SECONDS = 2.0
"""The least rows and seconds for a run to predict the pace of the next one."""
FILES_OF_RUN, FILES_OF_CALL = 32, 3
"""The open files of a run beside its calls, 17 as measured, and of a call: its connection, its slot in two folders."""
SPARE_FILES = 256
"""More open files, wherever they are to be had."""
LONGEST_SLEEP_SECONDS = 5.0
"""The longest sleep before a look at the clock, for `--until`."""


@dataclass(frozen=True, slots=True)
class Sent:
    """The result of sending.

    `stopped` is the reason of an early stop, or empty; `cause` the same without times and counts; `signal_number` the
    signal behind it, or 0; SIGTERM for a request through the journal, by the user `stopped_by`. `peak_in_flight` is the
    highest number of calls at once. `failed_early`: the first rows were refused alike. `heard`: it answered.
    """

    stopped: str
    cause: str
    signal_number: int
    peak_in_flight: int
    failed_early: bool
    heard: bool
    stopped_by: str = ""


def send(
    journal: Journal,
    run: RunRecord,
    settings: Settings,
    environment: Mapping[str, str],
    progress: Progress,
    *,
    rows: int,
    keep_going: bool,
    until: datetime | None = None,
    stops: StopRequests | None = None,
    by_itself: bool = False,
) -> Sent:
    """Send the rows of a confirmed run, `rows` by the plan, until `until` at most, and store the result.

    `stops` are requests of other threads to stop it. `by_itself`: nobody has asked for this sending, so a request that
    its dead sender has not heard stops it. In a thread with a running event loop it runs in one of its own.

    The run is finished only with its files. Takes the run's lock, unless the journal holds it already; rows left in
    flight by an earlier process are settled then. Raises BusyError, SettingsError and JournalError; `resume` goes on.
    """
    journal.hold(run.id)
    began = time.monotonic()
    stops = StopRequests() if stops is None else stops
    live = LiveProgress(progress, rows)
    if by_itself and (before := journal.live().get(run.id)):
        live.stopped_by = before.stop_wanted
    sending = partial(_send, journal, run, settings, environment, live, keep_going=keep_going, until=until, stops=stops)
    try:
        with logged_as(run.id):
            sent = run_apart(sending, stops)
    except LeadsyncError as error:
        # A journal that is away fails once more; the first failure says why.
        with suppress(JournalError):
            _close(journal, run, str(error).rstrip("."), time.monotonic() - began)
        raise
    except BaseException:
        with suppress(JournalError):
            _close(journal, run, "leadsync ended before the run did", time.monotonic() - began)
        raise
    _close(journal, run, sent.stopped, time.monotonic() - began)
    return sent


def _close(journal: Journal, run: RunRecord, stopped: str, seconds: float) -> None:
    """Settle rows still in flight, and store the state of the run.

    If the journal itself fails, this fails too; `resume` then settles the rows.
    """
    journal.end_live(run.id)
    journal.settle(run.id)
    journal.update_run(run.id, seconds=run.seconds + seconds, stopped=stopped)


async def _send(
    journal: Journal,
    run: RunRecord,
    settings: Settings,
    environment: Mapping[str, str],
    progress: LiveProgress,
    *,
    keep_going: bool,
    until: datetime | None,
    stops: StopRequests,
) -> Sent:
    resend_unknown = settings.retry.unknown == "send"
    count = _SlotCount(journal, settings, environment, progress)
    if too_few := _too_few_files(count):
        return Sent(too_few, "too few files may be open", 0, 0, failed_early=False, heard=False)
    with ExitStack() as ending:
        async with _client(settings, environment, count.mine) as dialer:
            ending.enter_context(count.shared)
            # Before the engine: another process may have measured the slots, and one measurement is enough.
            await count.ask_others()
            by_priority = run.order == "priority"
            goes_on = next(iter(journal.attempts(run.id)), None) is not None
            async with journal.log(run.id, resend_unknown=resend_unknown, by_priority=by_priority) as log:
                engine = _engine(dialer, log, progress, count, run, settings, keep_going=keep_going, goes_on=goes_on)
                # Not before: a signal outside ends the command at once, because nothing is under way. Behind the
                # engine it waits for the log and the connections: its exception would leave outcomes unwritten, or
                # be lost in the event loop.
                held = ending.enter_context(signals_held(partial(progress.say, "stopping; outcomes are written first")))
                with (
                    # Outside of the signals: behind it a request to stop would cancel this coroutine.
                    stops.heard_by(partial(_stop, engine, progress, journal.hurry)),
                    signals_to(stops),
                    _stopped_at(until, engine),
                    kept_live(log, progress, partial(_stop_for, engine, progress)),
                ):
                    if progress.stopped_by:
                        _stop_for(engine, progress, progress.stopped_by)
                    # One may have come between the two handlers.
                    held.pass_on(stops)
                    began = time.monotonic()
                    reason = await engine.run()
                    seconds = time.monotonic() - began
    _keep_complaint(journal, run, count.shared.complaint)
    # A short run is mostly its beginning, and would predict too slow a pace.
    if engine.settled >= ENOUGH_ROWS and seconds >= ENOUGH_SECONDS:
        journal.keep_pace(canonical(settings.url()), engine.settled / seconds, count.mine)
    number = stops.signal_number or (signal.SIGTERM if progress.stopped_by else 0)
    by = "" if stops.signal_number else progress.stopped_by
    return Sent(reason, engine.cause, number, engine.peak_in_flight, engine.failed_early, engine.heard, by)


def _too_few_files(count: "_SlotCount") -> str:
    """The reason not to begin, if the system allows fewer open files than the calls need; or empty.

    Without a file in the middle of a run, outcomes could not be written.
    """
    calls = count.mine if count.known else 1
    needed = FILES_OF_RUN + calls * FILES_OF_CALL
    allowed = allow_open_files(SPARE_FILES + count.mine * FILES_OF_CALL)
    if allowed >= needed:
        return ""
    calls_take = f"{counted(calls, 'call')} at once {'takes' if calls == 1 else 'take'} up to {needed}"
    return f"no more than {allowed} files may be open, and {calls_take}; raise the limit, as by `ulimit -n 1024`"


def _engine(
    dialer: "DialerClient",
    log: RunLog,
    progress: LiveProgress,
    count: "_SlotCount",
    run: RunRecord,
    settings: Settings,
    *,
    keep_going: bool,
    goes_on: bool,
) -> Engine:
    return Engine(
        dialer,
        log,
        progress,
        slots=count.mine,
        policy=_policy(settings),
        give_up_seconds=settings.retry.give_up_after_minutes * 60,
        keep_going=keep_going,
        goes_on=goes_on,
        shared=count.shared,
        on_found=None if count.known else count.found,
        inserting=InsertPolicy(settings.input.phone_fields) if run.inserts == "missing" else None,
        answer_seconds=settings.server.timeout_seconds,
    )


def _keep_complaint(journal: Journal, run: RunRecord, complaint: str) -> None:
    """Keep a trouble with the slots among the run's warnings."""
    if complaint:
        warning = Remark(f"{complaint[0].upper()}{complaint[1:]}.", loud=True)
        journal.update_run(run.id, warnings=(*run.warnings, str(warning)))


def _policy(settings: Settings) -> RetryPolicy:
    retry = settings.retry
    return RetryPolicy(
        retry.attempts,
        retry.wait_seconds,
        retry.unknown == "send",
        retry.no_answer == "send",
        # A Retry-After longer than the whole patience is no reason to wait longer than that.
        min(LONGEST_ASKED_SECONDS, retry.give_up_after_minutes * 60),
    )


def _client(settings: Settings, environment: Mapping[str, str], connections: int) -> "DialerClient":
    # Only for sending: `check` and previews need no HTTP, whose libraries take a third of their start.
    from leadsync.dialer import DialerClient

    return DialerClient(
        settings.url(),
        settings.api_key(environment),
        settings.ids(),
        answer_seconds=settings.server.timeout_seconds,
        connections=connections,
        ca_file=settings.server.ca_file,
        allow_duplicates=settings.campaign.allow_duplicates,
        calls=settings.server.calls,
    )


class _SlotCount:
    """The dialer's slots, as far as `known`, and the share of this run (`mine`)."""

    def __init__(
        self,
        journal: Journal,
        settings: Settings,
        environment: Mapping[str, str],
        progress: LiveProgress,
    ) -> None:
        self._journal, self._settings, self._progress = journal, settings, progress
        mine = slots_for(journal, settings)
        self.known = mine is not None
        self.mine = settings.slots if mine is None else mine
        found = journal.known_slots(canonical(settings.url())) if settings.finds_slots_out else None
        self.shared = self._shared(found or settings.slots + settings.server.reserve, environment)

    def _shared(self, slots: int, environment: Mapping[str, str]) -> SharedSlots | MemberSlots:
        """The slots as shared on this machine, or on several by the journal."""
        server, url, say = self._settings.server, self._settings.url(), self._progress.say
        patience = self._settings.retry.give_up_after_minutes * 60
        member = self._journal.slot_member(canonical(url))
        if member is not None:
            return MemberSlots(
                member,
                slots,
                say,
                give_up_seconds=patience,
                run_lease_seconds=self._settings.cluster.lease_seconds,
                reserve=server.reserve,
                known=self.known,
            )
        folder = find_folder(server.slots_dir, environment, self._journal.state)
        return SharedSlots(url, slots, folder, say, give_up_seconds=patience, known=self.known)

    async def ask_others(self) -> None:
        """Take the slot count of another sending process, unless it is known."""
        count = 0 if self.known else await self.shared.known_elsewhere()
        self._progress.words = ""
        if count:
            # Shown once: it is no wait.
            self._progress.shown.say(
                f"another leadsync that is sending goes by {counted(count, 'call')} at once; so does this one"
            )
            self._use(count)

    def found(self, count: int) -> int:
        """Apply the measured slot count; return this run's share."""
        # Beside others a measurement shows a share of the dialer's slots, not their number.
        alone = not self.shared.used_by_others()
        if alone:
            self._journal.keep_slots(canonical(self._settings.url()), count)
        for_whom = "which is kept for it" if alone else "beside others that are sending just now"
        self._progress.shown.say(f"the dialer was found to run {counted(count, 'call')} at once, {for_whom}")
        return self._use(count)

    def _use(self, count: int) -> int:
        self.known = True
        self.shared.resize(count)
        # One at least: a reserve as large as the dialer would stop everything.
        self.mine = max(1, count - self._settings.server.reserve)
        return self.mine


@contextmanager
def _stopped_at(until: datetime | None, engine: Engine) -> Iterator[None]:
    """Drain the engine at that time."""
    if until is None:
        yield
        return
    waiting = asyncio.create_task(_stop_at(until, engine))
    try:
        yield
    finally:
        waiting.cancel()


async def _stop_at(until: datetime, engine: Engine) -> None:
    # In short sleeps: a computer stops in time after a suspension or a change of its clock, too.
    while (left := (until - datetime.now().astimezone()).total_seconds()) > 0:
        await asyncio.sleep(min(left, LONGEST_SLEEP_SECONDS))
    engine.stop(f"it is {until:%H:%M}, the time until which it was to send; `leadsync resume` goes on")


def _stop_for(engine: Engine, progress: Progress, user: str) -> None:
    """Drain the engine for a request through the journal."""
    engine.stop(f"interrupted at the request of {user}")
    progress.say("stopping; requests under way get their answer")


def _stop(engine: Engine, progress: Progress, hurry: Callable[[], object], by: str, count: int) -> None:
    """Drain the engine at the first request to stop; end its calls, and waits for the journal, at the second."""
    if count == 1:
        engine.stop(f"interrupted by {by}")
        progress.say("stopping; requests under way get their answer; once more stops at once")
    else:
        hurry()
        engine.abort()
