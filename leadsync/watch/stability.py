"""The files that have stopped growing. Pure: takes the present files and the time."""

from collections.abc import Iterable
from pathlib import Path

from leadsync.watch.candidates import Candidate


class StabilityFilter:
    """Remembers the time of each file's last change.

    The file's own time is no help: a copy with the time of its source looks old while it still grows.
    """

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._since: dict[Path, tuple[Candidate, float]] = {}

    def see(self, found: Iterable[Candidate], now: float) -> list[Candidate]:
        """Take the present files; return those unchanged for long enough, oldest first."""
        known, self._since = self._since, {}
        stable = []
        for file in found:
            before, since = known.get(file.path, (None, now))
            since = since if before == file else now
            self._since[file.path] = file, since
            if now - since >= self.seconds:
                stable.append(file)
        # By the file's own time: the order of saving is the order of sending.
        return sorted(stable, key=lambda file: (file.modified_ns, file.path.name))

    @property
    def unstable(self) -> bool:
        """Whether the last look saw any file, perhaps new or changed."""
        return bool(self._since)
