"""Remarks: sentences for the user before a run is sent. Pure."""

from dataclasses import dataclass

_MARK = "! "


@dataclass(frozen=True, slots=True)
class Remark:
    """A sentence for the user; a `loud` one may not be overlooked: it is shown everywhere and stored with the run."""

    text: str
    loud: bool = False

    def __str__(self) -> str:
        return f"{_MARK}{self.text}" if self.loud else self.text

    @classmethod
    def read(cls, line: str) -> "Remark":
        """The remark of a line from the sheet's reader, a process of its own, or from the date survey."""
        return cls(line.removeprefix(_MARK), line.startswith(_MARK))
