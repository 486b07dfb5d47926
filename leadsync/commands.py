"""The commands in leadsync's advice, to be pasted into a shell. Pure."""

import os
import re
import shlex
from collections.abc import Iterable
from itertools import groupby
from pathlib import Path

from leadsync.terminal import one_line

_ON_WINDOWS = os.name == "nt"
# Without quotes in both shells: no space, and none of the characters with a meaning.
_PLAIN_ON_WINDOWS = re.compile(r"[A-Za-z0-9_./\\:-]+")
_OBEYED_BY_POSIX = frozenset('"$`\\!')
"""The characters with a meaning inside double quotes for a POSIX shell, an interactive one too."""
_OBEYED_BY_WINDOWS = frozenset('"“”„$`%')
"""The same for cmd.exe or PowerShell."""


def command(*words: str | Path, windows: bool = _ON_WINDOWS) -> str:
    """A leadsync command line: `command("run", path, "--sheet", name)`."""
    return f"leadsync {arguments(*words, windows=windows)}"


def arguments(*words: str | Path, windows: bool = _ON_WINDOWS) -> str:
    """Words as the shell passes them on unchanged: a POSIX shell, or either shell of Windows.

    A path with `-` at its beginning is given as `./-…`, so that it is no option.
    """
    quote = _for_windows if windows else for_posix
    return " ".join(quote(_no_option(word)) for word in words)


def show_undecided(run_id: str) -> str:
    """The command that lists the rows of a run on which a person has to decide."""
    return command("show", run_id, "--status", "conflict", "--status", "unknown")


def for_posix(word: str) -> str:
    """One word for a POSIX shell: in double quotes if nothing in it is obeyed there, else in single ones.

    Hidden characters become octal escapes, `$'\\033'`, for bash, zsh and the POSIX of 2024. An older shell reads
    another word and runs nothing of it: there is no quotation mark inside.
    """
    if one_line(word) == word:
        quoted = shlex.quote(word)
        return f'"{word}"' if quoted != word and _OBEYED_BY_POSIX.isdisjoint(word) else quoted
    return "$'" + "".join(_octal(one) if one in "'\\" or _is_hidden(one) else one for one in word) + "'"


def _for_windows(word: str) -> str:
    """One word for both cmd.exe and PowerShell: a command may be pasted into either.

    Both take double quotes, but obey some characters inside: cmd.exe `%`; PowerShell `$`, the backtick, curly quotes.
    These and hidden ones become an expression of PowerShell, `(""+"a"+[char]36+"b")`: the word itself there. cmd.exe
    reads another word and runs nothing of it.
    """
    if _PLAIN_ON_WINDOWS.fullmatch(word):
        return word
    if not any(map(_is_obeyed, word)):
        return f'"{word}"'
    # An empty text first: `[char]36+…` alone would be no text.
    parts = ['""']
    for obeyed, run in groupby(word, _is_obeyed):
        text = "".join(run)
        parts += [f"[char]{unit}" for unit in _utf16(text)] if obeyed else [f'"{text}"']
    return f"({'+'.join(parts)})"


def _no_option(word: str | Path) -> str:
    return f"./{word}" if isinstance(word, Path) and str(word).startswith("-") else str(word)


def _is_hidden(character: str) -> bool:
    return one_line(character) != character


def _is_obeyed(character: str) -> bool:
    return character in _OBEYED_BY_WINDOWS or _is_hidden(character)


def _octal(character: str) -> str:
    # In Python such a surrogate is a byte of a file's name outside UTF-8; other surrogates come from sheets alone.
    how = "surrogateescape" if "\udc80" <= character <= "\udcff" else "surrogatepass"
    return "".join(f"\\{byte:03o}" for byte in character.encode("utf-8", how))


def _utf16(text: str) -> Iterable[int]:
    """The UTF-16 units of a text: Windows' characters."""
    return memoryview(text.encode("utf-16-le", "surrogatepass")).cast("H")
