"""The upload's form as it comes in: the file goes to the disk block by block, and never whole into memory."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import anyio.to_thread
from python_multipart import MultipartParser
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import parse_options_header

from leadsync.web.uploads import CutOffError, Incoming

FILE_FIELD = "file"
_BLOCK = 1 << 20
_LONGEST_FIELD = 4096
_MOST_FIELDS = 50


@dataclass
class _Part:
    """A part of the form while its bytes come in."""

    name: str = ""
    file_name: str | None = None
    headers: dict[bytes, bytes] = field(default_factory=dict)
    header: tuple[bytes, bytes] = (b"", b"")
    value: bytearray = field(default_factory=bytearray)


class UploadForm:
    """Takes the body of a form with one file. Raises CutOffError for any other."""

    def __init__(self, content_type: str) -> None:
        kind, options = parse_options_header(content_type)
        boundary = options.get(b"boundary", b"")
        if kind != b"multipart/form-data" or not boundary:
            raise CutOffError("That is no form with a file; choose the file on the page, and send it again.")
        self.fields: dict[str, str] = {}
        self.file_name = ""
        self._part = _Part()
        self._block = bytearray()
        self._complete = False
        self._parser = MultipartParser(
            boundary,
            {
                "on_part_begin": self._begin,
                "on_header_field": self._header_field,
                "on_header_value": self._header_value,
                "on_header_end": self._header_end,
                "on_headers_finished": self._headers_finished,
                "on_part_data": self._data,
                "on_part_end": self._end,
                "on_end": self._finish,
            },
        )

    async def receive(self, stream: AsyncIterator[bytes], incoming: Incoming) -> None:
        """Take the whole body; the file's bytes go to `incoming`. Raises CutOffError for a body without its end."""
        try:
            async for chunk in stream:
                self._parser.write(chunk)
                if len(self._block) >= _BLOCK:
                    await self._pass_on(incoming)
        except FormParserError as error:
            raise CutOffError("The form came in damaged; send the file again. Nothing was kept.") from error
        if not self._complete:
            raise CutOffError("The upload ended before its end; send the file again. Nothing was kept.")
        if not self.file_name:
            raise CutOffError("No file was chosen; choose the sheet of leads.")
        await self._pass_on(incoming)
        incoming.name = self.file_name

    async def _pass_on(self, incoming: Incoming) -> None:
        block, self._block = bytes(self._block), bytearray()
        await anyio.to_thread.run_sync(incoming.write, block)

    def _begin(self) -> None:
        self._part = _Part()

    def _header_field(self, data: bytes, start: int, end: int) -> None:
        name, value = self._part.header
        self._part.header = (name + data[start:end], value)

    def _header_value(self, data: bytes, start: int, end: int) -> None:
        name, value = self._part.header
        self._part.header = (name, value + data[start:end])

    def _header_end(self) -> None:
        name, value = self._part.header
        self._part.headers[name.lower()] = value
        self._part.header = (b"", b"")

    def _headers_finished(self) -> None:
        _, options = parse_options_header(self._part.headers.get(b"content-disposition", b""))
        self._part.name = options.get(b"name", b"").decode("utf-8", "replace")
        if b"filename" in options:
            self._part.file_name = options[b"filename"].decode("utf-8", "replace")

    def _data(self, data: bytes, start: int, end: int) -> None:
        if self._part.file_name is not None:
            if self._part.name == FILE_FIELD and self._part.file_name:
                self._block += data[start:end]
            return
        self._part.value += data[start:end]
        if len(self._part.value) > _LONGEST_FIELD:
            raise CutOffError("The form is none of this page; nothing was kept.")

    def _end(self) -> None:
        part = self._part
        if part.file_name is None:
            self.fields[part.name] = part.value.decode("utf-8", "replace")
            if len(self.fields) > _MOST_FIELDS:
                raise CutOffError("The form is none of this page; nothing was kept.")
        elif part.name == FILE_FIELD and part.file_name:
            if self.file_name:
                raise CutOffError("More than one file came in; send one sheet at a time. Nothing was kept.")
            self.file_name = part.file_name

    def _finish(self) -> None:
        self._complete = True
