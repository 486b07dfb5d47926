"""The upload's form, in pieces of every size."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from leadsync.web.upload_form import UploadForm
from leadsync.web.uploads import CutOffError, Upload, Uploads

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
TYPE = "multipart/form-data; boundary=xyz"


def part(name: str, value: str, file_name: str | None = None) -> str:
    file = "" if file_name is None else f'; filename="{file_name}"\r\nContent-Type: text/csv'
    return f'--xyz\r\nContent-Disposition: form-data; name="{name}"{file}\r\n\r\n{value}\r\n'


def body(*parts: str, end: str = "--xyz--\r\n") -> bytes:
    return ("".join(parts) + end).encode()


async def pieces(content: bytes, size: int) -> AsyncIterator[bytes]:
    for start in range(0, len(content), size):
        yield content[start : start + size]


def received(
    tmp_path: Path, content: bytes, size: int = 1 << 16, content_type: str = TYPE
) -> tuple[Upload, UploadForm]:
    form = UploadForm(content_type)

    async def receive() -> Upload:
        with Uploads(tmp_path).receive("", len(content), "Ann", NOW) as incoming:
            await form.receive(pieces(content, size), incoming)
        assert incoming.upload is not None
        return incoming.upload

    return asyncio.run(receive()), form


@pytest.mark.parametrize("size", [1, 7, 100_000])
def test_a_file_comes_through_as_it_is(tmp_path: Path, size: int) -> None:
    text = "Lead Id\r\n--xyz-\r\n\r\n--xy" + "\u00e9" * 50
    upload, form = received(tmp_path, body(part("campaign", "winback"), part("file", text, "a.csv")), size)
    assert upload.content.read_bytes() == text.encode()
    assert (upload.name, form.fields) == ("a.csv", {"campaign": "winback"})


def test_a_large_file_never_lies_in_memory(tmp_path: Path) -> None:
    text = "x" * (3 << 20)
    upload, _ = received(tmp_path, body(part("file", text, "a.csv")))
    assert upload.size == len(text)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (body(part("file", "abc", "a.csv"), end=""), "ended before its end"),
        (body(part("file", "abc", "a.csv"))[:-40], "ended before its end"),
        (b"", "ended before its end"),
        (b"no form at all", "damaged"),
        (body(part("file", "", "")), "No file was chosen"),
        (body(part("campaign", "x")), "No file was chosen"),
        (body(part("file", "", "a.csv")), "is empty"),
        (body(part("file", "a", "a.csv"), part("file", "b", "b.csv")), "one sheet at a time"),
        (body(part("campaign", "x" * 5000), part("file", "a", "a.csv")), "none of this page"),
        (body(*(part(f"n{n}", "x") for n in range(60)), part("file", "a", "a.csv")), "none of this page"),
    ],
)
def test_any_other_form_is_refused_and_leaves_nothing(tmp_path: Path, content: bytes, words: str) -> None:
    with pytest.raises(CutOffError, match=words):
        received(tmp_path, content)
    assert list((tmp_path / "uploads").iterdir()) == []


@pytest.mark.parametrize("content_type", ["", "text/plain", "multipart/form-data", "application/x-www-form-urlencoded"])
def test_a_body_of_another_type_is_refused(content_type: str) -> None:
    with pytest.raises(CutOffError, match="no form with a file"):
        UploadForm(content_type)
