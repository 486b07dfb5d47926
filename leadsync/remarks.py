"""Remarks: sentences for the user before a run is sent. Pure."""

from dataclasses import dataclass

_MARK = "! "
NO_DOUBT = "(!) "
"""The beginning of a reader's line about right data that nobody should overlook."""


@dataclass(frozen=True, slots=True)
class Remark:
    """A sentence for the user; a `loud` one may not be overlooked and is shown everywhere.

    A `kept` one is stored with the run, as a loud one is. `doubt`: the data sent may be wrong, so a person should look.
    """

    text: str
    loud: bool = False
    kept: bool = False
    doubt: bool = False

    @property
    def travels(self) -> bool:
        """Whether the remark stands in summaries, `--json` and alerts too."""
        return self.loud or self.kept

    def __str__(self) -> str:
        return f"{_MARK}{self.text}" if self.loud else self.text

    @classmethod
    def read(cls, line: str) -> "Remark":
        """The remark of a line from the sheet's reader, a process of its own, or from the date survey.

        A loud one is a doubt about the encoding, the columns or the dates, unless it begins with `NO_DOUBT`.
        """
        if line.startswith(NO_DOUBT):
            return cls(line.removeprefix(NO_DOUBT), loud=True, kept=True)
        loud = line.startswith(_MARK)
        return cls(line.removeprefix(_MARK), loud=loud, kept=True, doubt=loud)
