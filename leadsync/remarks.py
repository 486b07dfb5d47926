"""Remarks: sentences for the user before a run is sent. Pure."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Remark:
    """A sentence for the user; a `loud` one may not be overlooked and is shown everywhere.

    A `kept` one is stored with the run, as a loud one is. `doubt`: the data sent may be wrong, so a person should look.
    `repeats`: it counts rows that go a second time.
    """

    text: str
    loud: bool = False
    kept: bool = False
    doubt: bool = False
    repeats: bool = False

    @property
    def travels(self) -> bool:
        """Whether the remark stands in summaries, `--json` and alerts too."""
        return self.loud or self.kept

    def __str__(self) -> str:
        return f"! {self.text}" if self.loud else self.text

    @classmethod
    def fact(cls, text: str) -> "Remark":
        """A calm remark, kept with the run."""
        return cls(text, kept=True)

    @classmethod
    def doubtful(cls, text: str) -> "Remark":
        """A loud remark about a doubt, kept with the run."""
        return cls(text, loud=True, kept=True, doubt=True)
