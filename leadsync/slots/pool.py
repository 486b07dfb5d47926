"""The slot files of one dialer: free ones, those held by this process, and those at rest.

A killed process loses its locks, but the dialer goes on with its calls. The texts of its files still call them busy.
Such a slot rests until its call should have ended: for twice the longest call seen, counted from the call's beginning.

Until a process has seen a call end, and as soon as one is late, the texts allow for the longest rest. A kill or a cut
in the first moments of a slowness that begins later is not covered: within LATE_SECONDS, or LATE_TIMES the longest
call, and one `look_after`. Those slots rest as if the calls were as quick as before, but after a kill for
LEAST_KILLED_REST_SECONDS.

While no other process waits, a slot stays locked between two calls, and its text announces calls. Each system call
gives the interpreter's lock away: seven of them for each call took 4 % of the pace at 64 slots.
"""

import os
import time
from collections.abc import Callable
from itertools import chain

from leadsync.slots.files import Mark, SlotFile
from leadsync.slots.folder import SlotsFolder, file_prefix

# Bounds of a rest. The upper one is the usual wait for an answer: the dialer gives up queueing after a minute.
LEAST_REST_SECONDS = 5.0
LEAST_KILLED_REST_SECONDS = 15.0
"""The least rest after a kill, which is rare; a dialer may cut a call in a hundred, and needs those slots sooner."""
MOST_REST_SECONDS = 75.0
UNSEEN_CALL_SECONDS = 5.0
"""The length of a call that was cut before any was seen to end: a dialer that cuts calls mostly does so at once."""
# A call is late beyond both: before the rest after a short call would end.
LATE_SECONDS = 0.2
LATE_TIMES = 1.5
# The part of the longest call kept at each later one: half of it after 700 calls, so one slow call is forgotten.
FORGETTING = 0.999
RESTORED_REST_SECONDS = 0.3
"""The time for others to lock their slots anew after the files were removed."""
# A slot still counts as used just after its release: without that, the waiters for a single slot would not take turns.
JUST_NOW_SECONDS = 0.005
UNUSABLE_SECONDS = 1.0
"""The time to leave unusable files alone."""
KEPT_SECONDS = 0.1
"""The time that a slot stays locked after a call, for the next one."""
ANNOUNCED_SECONDS = 0.5
"""The time that a kept slot's text announces calls; a later call writes it anew."""
# After so many looks at an unchanged folder its files are left unread. Not at once: some file systems note changes by
# the second.
STABLE_LOOKS = 20


class HeldSlot:
    """One of the dialer's slots, held for one call. It has no `file` while the slots cannot be shared."""

    def __init__(self, number: int, file: SlotFile | None, end: Callable[["HeldSlot", bool, bool], None]) -> None:
        self.number = number
        self.file = file
        self.begun = time.monotonic()
        self._end = end

    @property
    def seconds(self) -> float:
        """The time since its beginning."""
        return time.monotonic() - self.begun

    def lasts(self) -> bool:
        """Always: the lock is the process's own for as long as it lives."""
        return True

    def release(self, *, finished: bool = True, row_waits: bool = False) -> None:
        """Give the slot back; it rests for a while if its call was given up, not `finished`.

        `row_waits`: the call's row waits for its end by itself.
        """
        self._end(self, finished, row_waits)


class SlotPool:
    """The `slots` of the dialer at `url`; `knows` is their number as known to this process, 0 if it is not.

    If files cannot be used, `complain` is told, and this process counts for itself.
    """

    def __init__(
        self, url: str, slots: int, knows: int, folder: SlotsFolder, complain: Callable[[OSError], None]
    ) -> None:
        self.slots = slots
        self.knows = knows
        self.keeps = False
        """Whether slots stay locked between calls. Set it only while no other process waits."""
        self.held: dict[int, HeldSlot] = {}
        self._folder = folder
        self._complain = complain
        self._prefix = file_prefix(url)
        self._files: dict[str, SlotFile] = {}
        self._last = 0
        self._released = 0.0
        self._longest = 0.0
        self._has_seen = False
        """Whether a call of this process has ended."""
        self._slow = False
        self._late_until = 0.0
        """The end of the longest rest of a late call that was given up: until then the dialer counts as slow."""
        self._rests: dict[int, float] = {}
        self._unusable_until = 0.0
        self._kept: dict[int, tuple[SlotFile, float]] = {}
        self._folder_state: tuple[int, ...] = ()
        self._looks = 0

    def file(self, name: str, *, create: bool = True) -> SlotFile:
        """A file of this dialer, opened once. Raises OSError."""
        if name not in self._files:
            self._files[name] = SlotFile(self._folder, f"{self._prefix}-{name}.lock", create=create)
        return self._files[name]

    def take(self) -> HeldSlot | None:
        """A free slot, preferably the last one used; None if there is none."""
        now = time.monotonic()
        if len(self.held) >= self.slots:
            return None
        if self._kept:
            return self._take_kept(now)
        if now < self._unusable_until:
            return self._hold(next(number for number in range(self.slots) if number not in self.held), None)
        contended, broken = False, -1
        for number in chain((self._last,), range(self.slots)):
            if number in self.held or number >= self.slots:
                continue
            try:
                if self._rests.get(number, 0.0) <= now and (slot := self._lock(number, now)):
                    return slot
                contended = True
            except OSError as error:
                self._complain(error)
                broken = number
        if contended or broken < 0:
            return None
        if not any(slot.file for slot in self.held.values()):
            self._unusable_until = now + UNUSABLE_SECONDS
        return self._hold(broken, None)

    def _take_kept(self, now: float) -> HeldSlot:
        """The slot used last. Its text announces the call, in case this process is killed."""
        number, (file, _) = self._kept.popitem()
        slot = self._hold(number, file)
        if file.mark is None or now > file.mark.begun:
            try:
                file.write(self._mark(slot)._replace(begun=now + ANNOUNCED_SECONDS))
            except OSError as error:
                self._complain(error)
        return slot

    def _lock(self, number: int, now: float) -> HeldSlot | None:
        """This slot; None if another process holds it, or if it has to rest."""
        file = self.file(str(number))
        if not file.try_lock():
            return None
        try:
            if self._must_rest(number, file, now):
                file.unlock()
                return None
            slot = self._hold(number, file)
            self._note(slot)
            return slot
        except OSError:
            self.held.pop(number, None)
            file.unlock()
            raise

    def _must_rest(self, number: int, file: SlotFile, now: float) -> bool:
        """Whether the last call of a slot locked just now was given up and may still run at the dialer."""
        mark = file.read()
        if mark is None or mark.begun > now + 1.0:
            # Damaged, or from before the computer's start, when the clock began anew: a call may be under way.
            mark = Mark(True, os.getpid(), now, self._may_last())
            file.write(mark)
        if not mark.busy:
            self._longest = self._longest or mark.longest
            return False
        self._rests[number] = mark.begun + self._rest(mark.longest)
        return self._rests[number] > now

    def _rest(self, longest: float) -> float:
        """The rest of a slot whose call was given up, if the holder saw a longest call of so many seconds."""
        rest = MOST_REST_SECONDS if self._slow else 2 * max(longest, self._longest)
        return min(max(rest, LEAST_REST_SECONDS), MOST_REST_SECONDS)

    def _hold(self, number: int, file: SlotFile | None) -> HeldSlot:
        slot = self.held[number] = HeldSlot(number, file, self._release)
        return slot

    def _release(self, slot: HeldSlot, finished: bool, row_waits: bool) -> None:
        if self.held.get(slot.number) is not slot:
            return
        self._released = time.monotonic()
        del self.held[slot.number]
        self._last = slot.number
        # If so, the slot's text allows for the longest rest.
        was_unsure = self._slow or not self._has_seen
        if finished:
            self._longest = max(slot.seconds, self._longest * FORGETTING)
            is_first, self._has_seen = not self._has_seen, True
            self._notice_pace(self._slow and self._any_late(), is_first=is_first)
        elif self._is_late(slot):
            # Its end will not be seen.
            self._late_until = self._released + MOST_REST_SECONDS
            self._slow = True
        if slot.file is None:
            return
        if self.keeps and finished and slot.number < self.slots and not was_unsure:
            self._kept[slot.number] = slot.file, self._released
        else:
            given_up = Mark(True, 0 if row_waits else os.getpid(), slot.begun, self._may_last(), self.knows)
            self._unlock(slot.file, Mark(busy=False, longest=self._longest) if finished else given_up)

    def _unlock(self, file: SlotFile, mark: Mark) -> None:
        try:
            try:
                file.write(mark)
            finally:
                file.unlock()
        except OSError as error:
            self._complain(error)

    def free_kept(self, seconds: float = 0.0) -> None:
        """Unlock kept slots unused for so long."""
        until = time.monotonic() - seconds
        for number, (file, released) in list(self._kept.items()):
            if released <= until:
                del self._kept[number]
                self._unlock(file, Mark(busy=False, longest=self._longest))

    def _mark(self, slot: HeldSlot) -> Mark:
        unsure = not self._has_seen or self._is_late(slot)
        longest = MOST_REST_SECONDS / 2 if unsure else max(self._may_last(), LEAST_KILLED_REST_SECONDS / 2)
        return Mark(True, os.getpid(), slot.begun, longest, self.knows)

    def _notice_pace(self, slow: bool, *, is_first: bool = False) -> None:
        """Note whether the dialer is slow; as soon as it is known not to be, no slot rests as if it were."""
        was, self._slow = self._slow, slow
        if (was or is_first) and not slow:
            try:
                for slot in self.held.values():
                    self._note(slot)
            except OSError as error:
                self._complain(error)

    def _note(self, slot: HeldSlot) -> None:
        if slot.file is not None:
            slot.file.write(self._mark(slot))

    def _may_last(self) -> float:
        """The longest time for a call, by those before it."""
        if self._slow:
            return MOST_REST_SECONDS / 2
        return self._longest or UNSEEN_CALL_SECONDS

    def _is_late(self, slot: HeldSlot) -> bool:
        return slot.seconds > max(LATE_SECONDS, LATE_TIMES * self._longest)

    def _any_late(self) -> bool:
        return time.monotonic() < self._late_until or any(map(self._is_late, self.held.values()))

    def resize(self, slots: int) -> None:
        """Note the dialer's number of slots, for others to read. Raises OSError."""
        self.slots = self.knows = slots
        self.free_kept()
        for slot in self.held.values():
            self._note(slot)

    def others(self) -> list[Mark]:
        """The marks of the slots held by other processes."""
        marks = []
        for number in range(self.slots):
            if number in self.held:
                continue
            try:
                file = self.file(str(number), create=False)
                if file.held_by_others():
                    marks.append(file.read() or Mark(busy=True))
            except FileNotFoundError:
                break  # files are made in the order of their numbers
            except OSError as error:
                self._complain(error)
        return marks

    def used(self) -> int:
        """The number of slots held by this process, or released just now."""
        return len(self.held) + (time.monotonic() - self._released < JUST_NOW_SECONDS)

    @property
    def rest_seconds(self) -> float:
        """The time after which a call given up now should have ended at the dialer."""
        return self._rest(self._may_last())

    def rests(self, *, killed: bool) -> list[float]:
        """The ends of the rests of slots that nobody holds; with `killed` only those that a killed process held.

        Raises OSError.
        """
        now, ends = time.monotonic(), []
        for number in range(self.slots):
            if number in self.held or number in self._kept:
                continue
            try:
                file = self.file(str(number), create=False)
            except FileNotFoundError:
                break  # files are made in the order of their numbers
            if file.try_lock():
                try:
                    # Of a call given up by a process that goes on, the row waits by itself, and no process is named.
                    if self._must_rest(number, file, now) and (file.mark is None or file.mark.pid or not killed):
                        ends.append(self._rests[number])
                finally:
                    file.unlock()
        return ends

    def resting(self) -> list[float]:
        """The ends of the present rests, in seconds of `time.monotonic`."""
        return [until for until in self._rests.values() if until > time.monotonic()]

    def look_after(self) -> None:
        """Make removed files anew, note late calls, and unlock unused slots.

        Raises OSError.
        """
        self.free_kept(0.0 if self._folder_changed() else KEPT_SECONDS)
        # A list, because `any` of a generator would stop at the first missing file.
        restored = self._looks <= STABLE_LOOKS and [file for file in self._files.values() if file.restore()]
        self._notice_pace(self._any_late())
        if restored or self._slow:
            for slot in self.held.values():
                self._note(slot)
        if restored:
            until = time.monotonic() + RESTORED_REST_SECONDS
            for number in set(range(self.slots)) - self.held.keys():
                self._rests[number] = max(until, self._rests.get(number, 0.0))

    def _folder_changed(self) -> bool:
        """Whether files were made or removed since the last look."""
        state: tuple[int, ...] = ()
        removed = False
        for folder in self._folder.all:
            try:
                status = folder.path.stat()
                state += status.st_dev, status.st_ino, status.st_mtime_ns
            except FileNotFoundError:
                removed = True
        changed = state != self._folder_state
        self._looks = 0 if changed or removed else self._looks + 1
        self._folder_state = state
        return changed

    def close(self) -> None:
        """Close all files. Slots still held rest like those of a killed process."""
        self.free_kept()
        self.held.clear()
        for file in self._files.values():
            file.close()
