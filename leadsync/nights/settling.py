"""Which files have stopped growing. Pure: what lies there and the time are handed in."""

from collections.abc import Iterable
from pathlib import Path

from leadsync.nights.folder import Found


class Settling:
    """Remembers since when each file has been as it is.

    A file's own time does not tell: a copy that keeps the time of its source looks old while it still grows.
    """

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._since: dict[Path, tuple[Found, float]] = {}

    def see(self, found: Iterable[Found], now: float) -> list[Found]:
        """Take note of what lies there now; gives the files that have been so for long enough, the oldest first."""
        known, self._since = self._since, {}
        settled = []
        for file in found:
            before, since = known.get(file.path, (None, now))
            since = since if before == file else now
            self._since[file.path] = file, since
            if now - since >= self.seconds:
                settled.append(file)
        return sorted(settled, key=lambda file: (file.modified_ns, file.path.name))

    @property
    def unsettled(self) -> bool:
        """Whether a file lies there that was seen for the first time, or changed, at the last look."""
        return bool(self._since)
