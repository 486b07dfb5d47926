"""Encodings are undone one by one, also one in another."""

import base64
import html
import string
from collections.abc import Callable
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadsync.dialer.decoded_texts import folded, holds

SECRET = "7f3c9a1e-5b2d"
ENCODINGS: dict[str, Callable[[str], str]] = {
    "base64": lambda text: base64.b64encode(text.encode()).decode(),
    "base64 of URLs": lambda text: base64.urlsafe_b64encode(text.encode()).decode().rstrip("="),
    "hex": lambda text: text.encode().hex(),
    "hex with colons": lambda text: text.encode().hex(":").upper(),
    "quoted-printable": lambda text: "".join(f"={ord(character):02X}" for character in text),
    "octal": lambda text: "".join(f"\\{ord(character):03o}" for character in text),
    "percent": lambda text: "".join(f"%{ord(character):02x}" for character in text),
    "percent of UTF-16": lambda text: "".join(f"%u{ord(character):04x}" for character in text),
    "HTML": lambda text: "".join(f"&#{ord(character)};" for character in text),
    "JSON": lambda text: "".join(f"\\u{ord(character):04x}" for character in text),
    "backslashes": lambda text: "".join(f"\\{character}" if character in "&<>/" else character for character in text),
    "full-width": lambda text: "".join(chr(ord(character) + 0xFEE0) for character in text),
}


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("before", ["", "r", "re", "ref", "blocked: "])
def test_each_encoding_is_undone_wherever_it_begins(encoding: str, before: str) -> None:
    text = f"{before}{ENCODINGS[encoding](f'/x?apiKey={SECRET}&y')}"
    assert holds(text, lambda decoded: SECRET in decoded)


@pytest.mark.parametrize(
    "text",
    [
        quote(html.escape('a"&key+8'), safe=""),
        quote(quote('a"&key+8', safe=""), safe=""),
        html.escape(html.escape('a"&key+8')),
        base64.b64encode(quote('a"&key+8').encode()).decode(),
    ],
)
def test_encodings_of_encodings_are_undone(text: str) -> None:
    assert holds(text, lambda decoded: 'a"&key+8' in decoded)


def test_a_token_may_be_broken_into_lines() -> None:
    # A line holds 57 bytes: the secret stands in two.
    text = base64.encodebytes(f"{'x' * 50}{SECRET}{'y' * 50}".encode()).decode()
    assert holds(text, lambda decoded: SECRET in decoded)


def test_plain_words_take_little_work() -> None:
    said = "LEAD not found, try again later"
    seen: list[str] = []
    assert not holds(said, seen.append)
    assert seen[0] == said
    assert sum(map(len, seen)) < 10 * len(said), "blanks gone, it is one token, read from four places"


def test_too_many_encodings_count_as_found() -> None:
    words = " ".join(base64.b64encode(bytes(range(at, at + 60))).decode() for at in range(150))
    seen: list[str] = []
    assert holds(words, seen.append)
    assert sum(map(len, seen)) < 400_000


@pytest.mark.parametrize(
    ("text", "letters"),
    [
        ("Lead 7: f-3_c.9", "lead7f3c9"),
        ("é\u0301\u200b\u00adÜ ß", "euss"),
        ("７\u24d0\U0001d41a", "7aa"),
        ("\u0430\u0435\u03bf", "aeo"),
        ("\U000e0037\U000e0066", "7f"),
    ],
)
def test_letters_and_digits_are_compared_alone(text: str, letters: str) -> None:
    assert folded(text) == letters


@given(st.text(alphabet=string.printable + "é\u200b%\\=&", max_size=60))
def test_no_text_is_an_error(text: str) -> None:
    seen: list[str] = []
    holds(text, seen.append)
    assert seen[0] == text
