"""What a confined process has at hand: everything that the sheet may need, loaded beforehand."""

import subprocess
import sys

import pytest

from leadsync.sheets.formats.libraries import CHARSETS, LibraryNeeded, require

DECODE = """
import sys
from leadsync.sheets.sandbox.confinement import confine
from leadsync.sheets.formats.libraries import load
load(bytes.fromhex(sys.argv[1]), encoding=sys.argv[2] or None)
confine(memory=1 << 30, seconds=5)
for name in sys.argv[3:]:
    "Zoe".encode(name).decode(name)
"""


@pytest.mark.parametrize(
    ("beginning", "named", "codecs"),
    [
        (b"Id,N", "", ["utf-8", "utf-16-le", "utf-32-be", "cp1252"]),
        (b"Id,N", "iso8859_15", ["iso8859_15"]),
        (b"PK\x03\x04", "", ["cp437"]),
        (b"\xd0\xcf\x11\xe0", "", ["cp1251", "cp932", "cp850"]),
    ],
)
def test_codecs_are_there_after_confinement(beginning, named, codecs):
    subprocess.run([sys.executable, "-c", DECODE, beginning.hex(), named, *codecs], check=True, timeout=60)


def test_a_library_that_was_not_loaded_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("leadsync.sheets.formats.libraries._loaded", set())
    with pytest.raises(LibraryNeeded) as asked:
        require(CHARSETS)
    assert asked.value.name == CHARSETS
