"""Which files have stopped growing. Pure: what lies there and the time are handed in."""

from collections.abc import Iterable
from pathlib import Path

from leadsync.watch.candidates import Candidate


class StabilityFilter:
    """Remembers since when each file has been as it is.

    A file's own time does not tell: a copy that keeps the time of its source looks old while it still grows.
    """

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._since: dict[Path, tuple[Candidate, float]] = {}

    def see(self, found: Iterable[Candidate], now: float) -> list[Candidate]:
        """Take note of what lies there now; gives the files that have been so for long enough, the oldest first."""
        known, self._since = self._since, {}
        stable = []
        for file in found:
            before, since = known.get(file.path, (None, now))
            since = since if before == file else now
            self._since[file.path] = file, since
            if now - since >= self.seconds:
                stable.append(file)
        return sorted(stable, key=lambda file: (file.modified_ns, file.path.name))

    @property
    def unstable(self) -> bool:
        """Whether a file lies there that was seen for the first time, or changed, at the last look."""
        return bool(self._since)
