"""What a text says once its encodings are undone, for secrets that a page quotes in one of them. Pure, with bounded
work."""

import binascii
import re
import unicodedata
import zlib
from base64 import a85decode, b32decode, b64decode, b85decode
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from html import unescape
from urllib.parse import unquote

_ROUNDS = 5
"""Encodings of encodings: a proxy percent-encodes what a page has escaped for HTML."""
_MOST_CHARACTERS = 100_000
"""The characters of all decoded texts together; of a long text ten times its own."""
_MOST_UNPACKED = 65_536

_UNICODE_PERCENT = re.compile(r"%u([0-9a-fA-F]{4})")
_BACKSLASH = re.compile(
    r"\\(?:x([0-9a-fA-F]{2})|u\{([0-9a-fA-F]{1,6})\}|U([0-9a-fA-F]{8})|u([0-9a-fA-F]{4})|([0-7]{3})|(.))", re.DOTALL
)
_CSS = re.compile(r"\\([0-9a-fA-F]{1,6})\s?")
_QUOTED_PRINTABLE = re.compile(r"=([0-9A-Fa-f]{2})")
_TAG = re.compile(r"<[^<>]{0,200}>")
_BLANK = re.compile(r"[\s\u00ad\u200b]+|=\r?\n")
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{11,}")
_BASE32 = re.compile(r"[A-Za-z2-7]{13,}")
_HEX = re.compile(r"[0-9A-Fa-f]{16,}")
_WORD = re.compile(r"(?<![!-~])[!-~]{10,400}(?![!-~])")
_LONGEST_UU = 61
_NUMBER = re.compile(r"(?<![0-9A-Za-z])(?:0[xbo]|U\+)?([0-9A-Fa-f]{1,8})(?![0-9A-Za-z])", re.IGNORECASE)
_LEAST_NUMBERS = 8
_BASES = (2, 8, 10, 16)
_STANDARD_BASE64 = str.maketrans("-_", "+/")

_LOOK_ALIKES = {
    **str.maketrans(
        "авеёзкмнорстухіјѕԁԛԝһӏАВЕЗКМНОРСТУХІЈЅԌԚԜ",
        "aвeeзkмнopctyxijsdqwhlABE3KMHOPCTYXIJSGQW",
    ),
    **str.maketrans("αγεικνορτυχωϲΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "ayeiknoptuxwcABEZHIKMNOPTYX"),
    # Tags: an invisible copy of ASCII.
    **{0xE0000 + number: number for number in range(0x20, 0x7F)},
}
_SIGNS = bytes(number for number in range(128) if not chr(number).isalnum())
_NO_LETTER = re.compile(r"[\W_]+")


def folded(text: str) -> str:
    """The letters and digits of a text alone: small, without accents, and plain for look-alikes."""
    if text.isascii():
        return text.encode().translate(None, _SIGNS).decode().lower()
    plain = unicodedata.normalize("NFKD", text.translate(_LOOK_ALIKES)).casefold()
    return _NO_LETTER.sub("", plain)


def holds(text: str, is_found: Callable[[str], object]) -> bool:
    """Whether `is_found` is true of a text, or of what it says once its encodings are undone.

    Also true for a text with too many encodings in one another to look into them all.
    """
    waiting = deque([(text, 0)])
    seen: set[str] = set()
    characters, most = 0, max(_MOST_CHARACTERS, 10 * len(text))
    while waiting:
        one, rounds = waiting.popleft()
        if one in seen:
            continue
        seen.add(one)
        characters += len(one)
        if is_found(one) or characters > most:
            return True
        if rounds < _ROUNDS:
            waiting += ((decoded, rounds + 1) for decoded in _decoded(one) if decoded)
    return False


def _decoded(text: str) -> Iterator[str]:
    """The text with each of the encodings undone that it may have."""
    yield _unescaped(text)
    yield _CSS.sub(lambda found: _character(int(found[1], 16)), text)
    yield _QUOTED_PRINTABLE.sub(lambda found: chr(int(found[1], 16)), text)
    yield _TAG.sub("", text)
    yield from _listed_numbers(text)
    if "+" in text:
        yield text.encode("ascii", "ignore").decode("utf-7", "ignore")
    for data in _binary(text):
        yield data.decode("utf-8", "ignore")
        yield from _unpacked(data)


def _unescaped(text: str) -> str:
    text = unquote(_UNICODE_PERCENT.sub(lambda found: chr(int(found[1], 16)), text))
    return unicodedata.normalize("NFKC", _BACKSLASH.sub(_escaped, unescape(text)))


def _escaped(found: re.Match[str]) -> str:
    """The character of an escape with a backslash."""
    byte, braced, long, unit, octal, other = found.groups()
    if other is not None:
        return str(other)
    return _character(int(octal, 8) if octal else int(byte or braced or long or unit, 16))


def _character(number: int) -> str:
    return chr(number) if number < 0x110000 else ""


def _listed_numbers(text: str) -> Iterator[str]:
    """The characters of a list of their numbers, whatever stands in between."""
    numbers = _NUMBER.findall(text)
    if len(numbers) < _LEAST_NUMBERS:
        return
    for base in _BASES:
        yield "".join(_character(_number(number, base)) for number in numbers)


def _number(digits: str, base: int) -> int:
    try:
        return int(digits, base)
    except ValueError:
        return 0


def _binary(text: str) -> Iterator[bytes]:
    """The bytes of the text's tokens in base64, hex, base32, base85 and uuencode."""
    packed = _BLANK.sub("", text)
    tokens = [token.translate(_STANDARD_BASE64) for token in _BASE64.findall(packed)]
    # Words in front may have joined a token, as blanks are gone: it may begin at each of four places.
    for start in range(4 if tokens else 0):
        yield b"\n".join(b64decode(_padded(token[start:], 4, "A")) for token in tokens)
    hexadecimal = _HEX.findall(packed)
    for start in range(2 if hexadecimal else 0):
        yield b"\n".join(bytes.fromhex(token[start : start + (len(token) - start) // 2 * 2]) for token in hexadecimal)
    yield _joined(b32decode, (_padded(token.upper(), 8, "=") for token in _BASE32.findall(text)))
    words = _WORD.findall(text)
    yield _joined(b85decode, words)
    yield _joined(a85decode, words)
    yield _joined(binascii.a2b_uu, (line for line in text.splitlines() if len(line) <= _LONGEST_UU))


def _padded(token: str, size: int, end: str) -> str:
    return token + end * (-len(token) % size)


def _joined(decode: Callable[[str], bytes], tokens: Iterable[str]) -> bytes:
    """The bytes of all tokens in this encoding."""
    found = []
    for token in tokens:
        with suppress(ValueError):
            found.append(decode(token))
    return b"\n".join(found)


def _unpacked(data: bytes) -> Iterator[str]:
    """The text of packed bytes: gzip or zlib."""
    if data[:2] != b"\x1f\x8b" and data[:1] != b"\x78":
        return
    try:
        yield zlib.decompressobj(zlib.MAX_WBITS | 32).decompress(data, _MOST_UNPACKED).decode("utf-8", "ignore")
    except zlib.error:
        return
