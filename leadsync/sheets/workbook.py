"""Workbooks, read in a process of their own that is held to a limit of memory and time.

The limits follow from the size of the file and what its directory declares, so that a list of a million leads is read
and a few kilobytes that unpack to gigabytes are not.
"""

import json
import os
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Generator, Iterator
from contextlib import closing, suppress
from importlib.util import find_spec
from pathlib import Path
from threading import Timer
from typing import IO, Any

from leadsync.errors import SheetError
from leadsync.sheets.content import Content
from leadsync.sheets.lines import Line, Source

_MB = 1 << 20
_LEAST_MEMORY = 640 * _MB
_MOST_MEMORY = 6144 * _MB
_MEMORY_PER_BYTE = 80
"""Of the file as it lies on disk. Measured: a workbook of 200,000 rows in 7.4 MB takes 240 MB to read."""
_LEAST_SECONDS = 6
_SECONDS_PER_MB = 6
"""Of the processor's time, by the file as it lies on disk. Measured: 53 MB (1,000,000 rows of 11) take 24 s."""
_PATIENCE = 4 if find_spec("resource") else 1.5
"""How many times as long an answer may take by the clock: a busy machine is slow, and a process that is held to its
seconds of processor time does not wait for ever."""
_PLAUSIBLE_RATIO = 150
_PROLOGUE = 4096
_SMALL = 64 * _MB
"""Up to this size nothing unpacked is called a bomb, whatever its ratio."""


def read_workbook(path: Path, shown: str, sheet: str | None, content: Content) -> Source:
    """Open a workbook's sheet. `shown` is the file's name in messages. Raises `SheetError`, from `lines` too."""
    size = path.stat().st_size
    _check_declared(path, size, shown)
    answers = _answers(path, shown, sheet, size, content)
    header = next(answers)
    remarks, parts = tuple(header["remarks"]), tuple(header["parts"])
    return Source(
        "xlsx",
        _chunks(answers),
        sheet=header["sheet"],
        remarks=remarks,
        parts=parts,
        epoch_1904=header["epoch_1904"],
    )


def _chunks(answers: Generator[Any, None, None]) -> Iterator[list[Line]]:
    with closing(answers):
        for batch in answers:
            yield [Line(number, cells, tuple(dates), tuple(faults)) for number, cells, dates, faults in batch]


def _check_declared(path: Path, size: int, shown: str) -> None:
    """Refuse what a zipped workbook has no reason to hold, before anything in it is unpacked."""
    with path.open("rb") as stream:
        if stream.read(2) != b"PK":
            return
    with zipfile.ZipFile(path) as archive:
        members = archive.infolist()
        declared = sum(member.file_size for member in members)
        if declared > max(_SMALL, size * _PLAUSIBLE_RATIO):
            raise SheetError(
                f"{shown}: its {size // 1024 + 1} KB unpack to {declared // _MB} MB, which no list of leads does; "
                "copy the leads into a new workbook, or save them as .csv."
            )
        # Parsers differ in what they make of entities (nothing, a refusal, a file of this machine): none may come in.
        if any(_declares_entities(archive, member) for member in members if _is_read(member.filename.lower())):
            raise SheetError(
                f"{shown}: the workbook declares XML entities, which no spreadsheet program writes; "
                "open it in one and save it anew."
            )


def _is_read(name: str) -> bool:
    return name.endswith((".xml", ".rels")) and not name.startswith("docprops/")


def _declares_entities(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bool:
    try:
        with archive.open(member) as stream:
            return b"<!ENTITY" in stream.read(_PROLOGUE)
    except (RuntimeError, OSError, EOFError, zlib.error, zipfile.BadZipFile, NotImplementedError):
        return False  # the parser will say what is wrong with it


def _answers(path: Path, shown: str, sheet: str | None, size: int, content: Content) -> Generator[Any, None, None]:
    """What the child answers, one object at a time; the child is gone when this ends, however it ends."""
    seconds = _LEAST_SECONDS + _SECONDS_PER_MB * size // _MB
    memory = min(max(_LEAST_MEMORY, _MEMORY_PER_BYTE * size), _MOST_MEMORY)
    request = {
        "path": str(path.resolve()), "sheet": sheet, "content": content.name, "memory": memory, "seconds": seconds
    }  # fmt: skip
    process = _start(request)
    stream = process.stdout
    try:
        while True:
            line = _read(process, stream, _PATIENCE * seconds) if stream else b""
            answer = json.loads(line) if line.endswith(b"\n") else {"error": "memory"}
            if answer is None:
                return
            if isinstance(answer, dict) and "error" in answer:
                raise SheetError(f"{shown}: {_reason(answer['error'])}.")
            yield answer
    finally:
        process.kill()
        process.wait()
        if stream:
            stream.close()


def _start(request: dict[str, Any]) -> "subprocess.Popen[bytes]":
    # The child parses what strangers wrote: it gets no sight of the dialer's key and no module of the working folder.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("LEADSYNC_")}
    process = subprocess.Popen(
        [sys.executable, "-P", "-X", "utf8", "-m", "leadsync.sheets.child"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=environment,
    )
    if process.stdin:
        with suppress(BrokenPipeError), process.stdin:
            process.stdin.write(json.dumps(request).encode() + b"\n")
    return process


def _read(process: "subprocess.Popen[bytes]", stream: IO[bytes], seconds: float) -> bytes:
    """The next line, empty where the child ended without one or had to be ended for taking too long."""
    timer = Timer(seconds, process.kill)
    timer.start()
    try:
        return stream.readline()
    finally:
        timer.cancel()


def _reason(error: str) -> str:
    if error != "memory":
        return error
    return (
        "the workbook takes more memory or time to read than a list of leads can need; "
        "copy the leads into a new workbook, or save them as .csv"
    )
