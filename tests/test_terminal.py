"""What a terminal or a log may be given, and streams that take nothing, fail or have gone."""

import io
import json
import os
import re
import select
import sys
import threading
import time
import unicodedata
from collections.abc import Iterator
from typing import TextIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadsync import terminal
from leadsync.terminal import BackgroundWriter, Visible, one_line, visible, visible_lines


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[2J\x1b]0;title\x07", r"\u001b[2J\u001b]0;title\u0007"),
        ("row\rforged", r"row\rforged"),
        ("\x00\x08\x7f", r"\u0000\b\u007f"),
        ("\x85\x9b31m", r"\u0085\u009b31m"),
        ("\u202egpj.exe\u2066\u200f\u061c", r"\u202egpj.exe\u2066\u200f\u061c"),
        ("one\u2028two\u2029", r"one\u2028two\u2029"),
        ("\ufeffSa\u200ble\u2060", r"\ufeffSa\u200ble\u2060"),
        ("file-\udce9.csv", r"file-\udce9.csv"),
        ("\U000e0041", r"\udb40\udc41"),
    ],
)
def test_hidden_characters_are_written_out(text: str, shown: str) -> None:
    assert visible(text) == shown


@pytest.mark.parametrize("text", ["", "a\tb\nc", "Zoë O'Hara £5", "李雷", "👩\u200d👧", "می\u200cخواهم", r"C:\new"])
def test_what_people_write_stays_as_it_is(text: str) -> None:
    assert visible(text) == text
    assert json.loads(as_json(text)) == text


def as_json(value: object) -> str:
    return visible(json.dumps(value, ensure_ascii=False))


def test_one_line_stays_one_line() -> None:
    assert one_line("a\nb\r\nc\x1b") == r"a\nb\r\nc\u001b"


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_json_keeps_its_value_and_hides_nothing(text: str) -> None:
    shown = as_json({text: [text]})
    assert json.loads(shown) == {text: [text]}
    assert not [one for one in shown if unicodedata.category(one) in ("Cc", "Cs", "Zl", "Zp")]
    assert not [one for one in shown if unicodedata.bidirectional(one) in ("LRE", "RLE", "PDF", "LRO", "RLO", "LRI")]


def test_json_keeps_half_a_character() -> None:
    shown = as_json("leads-\udce9.csv")
    assert shown.isascii()
    assert json.loads(shown) == "leads-\udce9.csv"


def test_what_hides_a_character_or_draws_none_is_hidden() -> None:
    """By the Unicode Standard: controls, surrogates, line separators and default ignorable code points."""
    drawn = (
        "\u0600-\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd\U00013430-\U0001343f"  # formats with a shape
    )
    joiners = "\u180b-\u180d\u180f\u200c\u200d"
    for number in range(sys.maxunicode + 1):
        one = chr(number)
        if unicodedata.category(one) in ("Cc", "Cf", "Cs", "Zl", "Zp") and not re.match(f"[{drawn}{joiners}\t\n]", one):
            assert one not in visible(f"é{one}"), hex(number)
    for one in "\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0\ufff0\U000e0fff":
        assert one not in visible(f"é{one}"), hex(ord(one))


@pytest.mark.parametrize("joiner", ["\u200d", "\u200c", "\ufe0f", "\U000e0101"])
def test_a_joiner_that_joins_nothing_is_hidden(joiner: str) -> None:
    assert visible(f"é{joiner}é") == f"é{joiner}é"
    for text in (joiner, f"leads{joiner}.csv", f"a{joiner}{joiner}", f"é\n{joiner}", f"\u200b{joiner}"):
        assert joiner not in visible(text)


def test_nothing_that_a_line_quotes_begins_another() -> None:
    assert visible_lines(["a\nb", "\x1b[31mc"]) == "a\\nb\n\\u001b[31mc"
    assert isinstance(visible_lines([]), Visible)


@pytest.fixture
def pipe() -> Iterator[tuple[int, TextIO]]:
    """A pipe that takes 4 KiB: its reading end, and a stream that writes into it."""
    if sys.platform != "linux":
        pytest.skip("file modes are POSIX's, and so are pipes of a chosen size")
    import fcntl

    read, write = os.pipe()
    fcntl.fcntl(write, fcntl.F_SETPIPE_SZ, 4096)
    with os.fdopen(write, "w", encoding="utf-8") as stream, os.fdopen(read, "rb", buffering=0) as reader:
        yield reader.fileno(), stream


def test_text_arrives_in_order() -> None:
    stream = io.StringIO()
    writer = BackgroundWriter(stream)
    for number in range(1000):
        writer.write(f"{number}\n")
    assert writer.flush()
    assert stream.getvalue().split() == [str(number) for number in range(1000)]


def test_a_stream_that_takes_nothing_is_waited_for_once(
    pipe: tuple[int, TextIO], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(terminal, "PATIENCE_SECONDS", 0.05)
    reader, stream = pipe
    writer = BackgroundWriter(stream)
    writer.write("x" * 10_000)
    assert not writer.flush()
    monkeypatch.setattr(terminal, "PATIENCE_SECONDS", 120)
    before = time.monotonic()
    writer.write("y")
    assert not writer.flush()
    assert time.monotonic() - before < 60
    got = b""
    while len(got) < 10_001:
        got += os.read(reader, 20_000)
    assert writer.flush(), "it takes text again"
    assert got == b"x" * 10_000 + b"y"
    writer.write("z" * 5000)
    threading.Timer(0.05, os.read, (reader, 20_000)).start()
    assert writer.flush(), "and is waited for again"


def test_what_waits_for_a_stream_has_a_bound(pipe: tuple[int, TextIO], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(terminal, "MOST_WAITING", 20_000)
    reader, stream = pipe
    writer = BackgroundWriter(stream)
    writer.write("x" * 10_000)
    while not select.select([reader], [], [], 0)[0]:
        time.sleep(0.001)
    # The thread is in its first write now, and stays there: the pipe takes less.
    for _ in range(100):
        writer.write("x" * 1000)
    received = 0
    while received < 20_000:
        received += len(os.read(reader, 50_000))
    assert writer.flush()
    assert received == 20_000, "the other 90 texts were dropped"
    writer.write("more")
    assert writer.flush()
    assert os.read(reader, 100) == b"more"


@pytest.mark.parametrize("harm", ["no reader", "closed", "full"])
def test_a_broken_stream_is_nobodys_error(pipe: tuple[int, TextIO], harm: str) -> None:
    reader, stream = pipe
    if harm == "no reader":
        os.dup2(os.open(os.devnull, os.O_RDONLY), reader)
    elif harm == "closed":
        stream.close()
    else:
        os.dup2(os.open("/dev/full", os.O_WRONLY), stream.fileno())
    writer = BackgroundWriter(stream)
    for _ in range(3):
        writer.write("text\n")
        assert writer.flush()


def test_a_writer_without_text_has_no_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(terminal, "_LINGER_SECONDS", 0.01)
    before = set(threading.enumerate())
    stream = io.StringIO()
    writer = BackgroundWriter(stream)
    for text in ("one ", "two"):
        writer.write(text)
        assert writer.flush()
        for thread in set(threading.enumerate()) - before:
            assert thread.daemon, "an exit does not wait for it"
            thread.join(60)
        assert set(threading.enumerate()) <= before
    assert stream.getvalue() == "one two"


def test_a_stream_that_does_not_block_gets_all_of_it(pipe: tuple[int, TextIO]) -> None:
    reader, stream = pipe
    os.set_blocking(stream.fileno(), False)
    writer = BackgroundWriter(stream)
    writer.write("é" * 5000)
    got = b""
    while len(got) < 10_000:
        got += os.read(reader, 20_000)
    assert got.decode() == "é" * 5000
