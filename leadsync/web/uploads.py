"""Uploaded sheets in the state folder: a folder for each, with its content, the choices for it, and what came of it.

Files, not rows of the journal: a content of 512 MB has no place there, and one rename makes an upload whole. A folder
without its description is cut off, and is removed.
"""

import hashlib
import os
import re
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path

from pydantic import ValidationError

from leadsync.config import SheetChoices
from leadsync.errors import LeadsyncError, UsageError
from leadsync.file_names import UPLOADS
from leadsync.private_files import make_private_folder, open_new
from leadsync.terminal import one_line
from leadsync.web.page_words import in_page_words
from leadsync.web.value_files import ValueFolder

MOST_BYTES = 512 << 20
"""Of one sheet; a million rows have some 60 MB."""
_ROOM_LEFT = 64 << 20
"""Bytes that an upload leaves to the journal."""
KEPT = timedelta(days=14)
_CUT_OFF = timedelta(days=1)
"""No upload takes longer."""
_LONGEST_NAME = 120
"""Bytes of a label: the names of a run's files are longer."""
_ID = re.compile(r"\d{8}-\d{6}-[0-9a-f]{8}")
_NO_NAME = re.compile(r'[\x00-\x1f<>:"/\\|?*]')
_PATH = re.compile(r"[A-Za-z]:[/\\]|[/\\]|\.{1,2}[/\\]")
_RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\..*)?")
_DESCRIPTION, _READING = "upload.json", "reading.json"


class TooLargeError(UsageError):
    """The upload has more bytes than one may have."""


class NoRoomError(LeadsyncError):
    """The disk has no room for the upload."""


class CutOffError(UsageError):
    """The upload ended before its end."""


@dataclass(frozen=True, slots=True)
class Upload:
    """An uploaded sheet. `name` is its name in the browser, a label alone: nothing is opened by it."""

    folder: Path
    name: str
    size: int
    fingerprint: str
    user: str
    at: datetime

    @property
    def id(self) -> str:
        """Its id in addresses."""
        return self.folder.name

    @property
    def values(self) -> ValueFolder:
        """Its small files."""
        return ValueFolder(self.folder)

    @property
    def content(self) -> Path:
        """The file with its bytes."""
        return self.folder / "content"

    @property
    def file(self) -> Path:
        """The path by which runs know it: the same for the same content under the same name. Nothing lies there."""
        return self.folder.parent / self.fingerprint[:16] / plain_name(self.name)

    @property
    def output(self) -> Path:
        """The folder for the files of its runs."""
        return self.folder / "files"

    def in_words(self, error: LeadsyncError) -> str:
        """The error in the page's words, with the sheet's name in place of its path on the server."""
        return in_page_words(str(error).replace(str(self.file), self.name))

    def reading(self) -> SheetChoices:
        """The present choices for it."""
        found = self.values.load(_READING)
        try:
            return SheetChoices.model_validate(found) if found else SheetChoices()
        except ValidationError:
            return SheetChoices()

    def choose(self, reading: SheetChoices) -> None:
        """Keep the choices for it."""
        self.values.keep(_READING, reading.model_dump())


class Uploads:
    """The uploads of a state folder."""

    def __init__(self, state: Path) -> None:
        self._folder = state.resolve() / UPLOADS

    def find(self, upload_id: str) -> Upload | None:
        """The upload with that id; None if there is none, or if it was cut off."""
        if not _ID.fullmatch(upload_id):
            return None
        return _described(self._folder / upload_id)

    def of_run(self, file: Path) -> Upload | None:
        """The newest upload with that path for runs."""
        if file.parent.parent != self._folder:
            return None
        return next((upload for upload in self.all() if upload.file == file), None)

    def all(self) -> list[Upload]:
        """All uploads, the newest first."""
        with suppress(OSError):
            folders = sorted((one for one in self._folder.iterdir() if _ID.fullmatch(one.name)), reverse=True)
            return [upload for folder in folders if (upload := _described(folder)) is not None]
        return []

    @contextmanager
    def receive(self, name: str, size: int, user: str, now: datetime) -> Iterator["Incoming"]:
        """Take a new upload of about so many bytes; whatever ends the context early leaves nothing behind.

        Raises TooLargeError and NoRoomError, before the first byte where the size tells.
        """
        with _on_disk():
            make_private_folder(self._folder)
            _check_room(self._folder, size)
            folder = self._folder / f"{now:%Y%m%d-%H%M%S}-{secrets.token_hex(4)}"
            folder.mkdir(mode=0o700)
        try:
            with Incoming(folder, name, user, now) as incoming:
                yield incoming
                incoming.complete()
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise

    def discard(self, upload: Upload) -> None:
        """Delete an upload with all beside it; its runs stay in the journal."""
        # The description first: without it the rest is no upload any more.
        (upload.folder / _DESCRIPTION).unlink(missing_ok=True)
        shutil.rmtree(upload.folder, ignore_errors=True)

    def sweep(self, now: datetime) -> None:
        """Delete uploads older than two weeks, and what cut-off ones have left."""
        with suppress(OSError):
            for folder in self._folder.iterdir():
                if not _ID.fullmatch(folder.name) or folder.is_symlink():
                    continue
                upload = _described(folder)
                began = datetime.fromtimestamp(folder.stat().st_mtime, now.tzinfo) if upload is None else upload.at
                if began < now - (_CUT_OFF if upload is None else KEPT):
                    shutil.rmtree(folder, ignore_errors=True)


class Incoming:
    """An upload while its bytes come in."""

    def __init__(self, folder: Path, name: str, user: str, now: datetime) -> None:
        self._folder, self.name, self._user, self._now = folder, name, user, now
        self._digest = hashlib.sha256()
        self._size = 0
        with _on_disk():
            # Without a buffer: the blocks are large, and closing has nothing left to write.
            self._stream = os.fdopen(open_new(folder / "content"), "wb", buffering=0)
        self.upload: Upload | None = None
        """The upload, once it is complete."""

    def __enter__(self) -> "Incoming":
        return self

    def __exit__(self, *_error: object) -> None:
        self._stream.close()

    def write(self, block: bytes) -> None:
        """Take the next bytes. Raises TooLargeError and NoRoomError."""
        self._size += len(block)
        if self._size > MOST_BYTES:
            raise TooLargeError(_too_large())
        self._digest.update(block)
        left = memoryview(block)
        with _on_disk():
            while left:
                left = left[self._stream.write(left) :]

    def complete(self) -> None:
        """Make it an upload. Raises CutOffError for one without a byte."""
        if not self._size:
            raise CutOffError("The file is empty; choose one with headings on its first line and leads below them.")
        name = one_line(label_of(self.name)).strip()[:255] or "sheet"
        self.upload = Upload(self._folder, name, self._size, self._digest.hexdigest(), self._user, self._now)
        described = asdict(self.upload) | {"at": self._now.isoformat()}
        described.pop("folder")
        with _on_disk():
            self.upload.values.keep(_DESCRIPTION, described)


def label_of(name: str) -> str:
    """The name of a sheet in the browser, without the path that some send before it; `leads 24/11.csv` has none."""
    return re.split(r"[/\\]", name)[-1] if _PATH.match(name) else name


def plain_name(name: str) -> str:
    """A name that every system takes for a file, from a name of any kind."""
    plain = _NO_NAME.sub("_", name).strip(". ") or "sheet"
    while len(plain.encode("utf-8", "replace")) > _LONGEST_NAME:
        # The ending tells what kind of sheet it is.
        stem, dot, ending = plain.rpartition(".")
        plain = f"{stem[:-1]}{dot}{ending}" if len(stem) > 1 and len(ending) < 8 else plain[:-1]
    plain = plain.encode("utf-8", "replace").decode()
    return f"_{plain}" if _RESERVED.fullmatch(plain) else plain


def _described(folder: Path) -> Upload | None:
    found = ValueFolder(folder).load(_DESCRIPTION)
    try:
        if found is None:
            return None
        size, at = int(found["size"]), datetime.fromisoformat(found["at"])
        return Upload(folder, str(found["name"]), size, str(found["fingerprint"]), str(found["user"]), at)
    except (LookupError, TypeError, ValueError):
        return None


def _check_room(folder: Path, size: int) -> None:
    if size > MOST_BYTES:
        raise TooLargeError(_too_large())
    free = shutil.disk_usage(folder).free
    if free < size + _ROOM_LEFT:
        raise NoRoomError(
            f"There is no room for this file: {free >> 20:,} MB are free on the server's disk, and "
            f"{_ROOM_LEFT >> 20:,} MB must stay free beside it; ask who looks after leadsync to make room. "
            "Nothing was kept."
        )


def _too_large() -> str:
    return f"The file is larger than {MOST_BYTES >> 20} MB; save the leads alone, or split the list. Nothing was kept."


@contextmanager
def _on_disk() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise NoRoomError(
            f"The file could not be kept on the server ({error.strerror or error}); ask who looks after leadsync to "
            "make room or to correct the state folder. Nothing was kept."
        ) from error
