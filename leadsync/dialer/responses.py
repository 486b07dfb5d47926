"""Read the dialer's answers: from HTTP status, headers and body to an Outcome. Pure, and linear in the body's length.

Only a JSON object with a documented form of a result code is an answer of the dialer. Any other text comes from
something in between: its words are quoted for a person, and never decide.
"""

import html
import json
import math
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache
from urllib.parse import quote, quote_plus

from leadsync.dialer.bodies import LONGEST_ANSWER, Members, only, parsed
from leadsync.dialer.key import LONGEST_SPELLING, KeyFilter
from leadsync.models import NO_CHANGE, Effect, Outcome
from leadsync.result_codes import BY_NAME, RESULT_CODES

LONGEST_WAIT_SECONDS = 600.0
"""The most that a `Retry-After` is followed."""

HTTP_OF_ANSWERS = frozenset({200, 400, 500})
"""The statuses of the dialer's own answers."""
_HIGHEST_CODE = 9999
_EXCEPTION = 103
"""Its name is a word of many a server: it counts with its number only."""
_REFUSALS = {
    401: "the API key was refused; check the key, then try again",
    403: (
        "access was refused; check the API key's campaigns, the dialer's whitelist of addresses "
        "and any firewall in between, then try again"
    ),
    404: "nothing answers at this address; check `url` in the settings, then try again",
    405: "this address does not take lead updates; check `url` in the settings, then try again",
}
_REDIRECT = "the dialer redirects to another address, which is never followed; put its real address in `url`"
_NOT_PROCESSED = frozenset({429, 503})

_LONGEST_MESSAGE = 500
_LONGEST_QUOTE = 120
_SHORTEST_VALUE = 3
"""A lead's value with fewer characters says nothing of a person, and stands in many a word."""
_CHARSET = re.compile(r"charset\s*=\s*\"?([\w-]+)", re.IGNORECASE)
_NUMBER = re.compile(r"\s*[0-9]{1,4}\s*")
_TAG = re.compile(r"<[^<>]*>")
_LATIN = frozenset({"iso-8859-1", "iso8859-1", "latin1", "latin-1", "windows-1252", "cp1252"})


def read_answer(
    status: int, headers: Mapping[str, str], body: bytes, key: KeyFilter, values: Iterable[str] = ()
) -> Outcome:
    """The lead's outcome by a whole answer.

    `headers` is looked up in lower case; `body` is unpacked. The outcome's message is without `key`. A text of another
    sender is quoted without the lead's `values` too: it may repeat the request.
    Source: the vendor's result codes, and the rules for other answers.
    """
    content_type = headers.get("content-type", "")
    cut = len(body) > LONGEST_ANSWER
    if not cut and (answered := _answered(status, content_type, body, key)):
        return answered
    words = _quoted(_text(content_type, body), key, [value for value in values if value != NO_CHANGE], cut=cut)
    refusal = _REDIRECT if 300 <= status < 400 else _REFUSALS.get(status)
    if refusal is not None:
        said = f"HTTP {status}: {refusal}" + (f"; the answer says: {words}" if words else "")
        return Outcome(Effect.REFUSED, message=said, http=status)
    wait = retry_after(headers.get("retry-after", ""))
    if status in _NOT_PROCESSED:
        said = f"HTTP {status}: the dialer did not take the call"
        return Outcome(Effect.NOT_PROCESSED, message=said, http=status, retry_after=wait, away=True)
    said = f"HTTP {status}: no result code in the answer: {words or ('it is too long' if cut else 'it is empty')}"
    return Outcome(Effect.IN_DOUBT, message=said, http=status, retry_after=wait, away=True)


@lru_cache(maxsize=64)
def _answered(status: int, content_type: str, body: bytes, key: KeyFilter) -> Outcome | None:
    """The outcome of the dialer's own answer; None for any other text. Most answers of a run are alike."""
    text = _text(content_type, body)
    code, message = _answer_in(status, text)
    if code is None:
        return None
    entry = RESULT_CODES.get(code)
    words = key.scrub(message or (entry.meaning if entry else text), _LONGEST_MESSAGE)
    return Outcome(Effect.ANSWERED, code, entry.name if entry else "", words, status)


def retry_after(value: str) -> float | None:
    """The seconds of a `Retry-After` header, up to LONGEST_WAIT_SECONDS; None without a wait.

    It is given as seconds or as an HTTP date. A date in the past shows a wrong clock.
    """
    try:
        seconds = float(value)
    except ValueError:
        try:
            moment = parsedate_to_datetime(value)
            seconds = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() - _now()
        except (ValueError, OverflowError):
            return None
    return None if math.isnan(seconds) or seconds <= 0 else min(seconds, LONGEST_WAIT_SECONDS)


def _now() -> float:
    return datetime.now(UTC).timestamp()


def _text(content_type: str, body: bytes) -> str:
    encoding: str = json.detect_encoding(body)
    charset = _CHARSET.search(content_type)
    if encoding == "utf-8" and charset is not None and charset[1].lower() in _LATIN:
        encoding = "cp1252"
    return body[:LONGEST_ANSWER].decode(encoding, errors="replace")


def _answer_in(status: int, text: str) -> tuple[int | None, str]:
    """The result code and the message of an answer; None if it is not the dialer's."""
    if status not in HTTP_OF_ANSWERS:
        return None, ""
    try:
        answer = parsed(text)
    except ValueError:
        return None, ""
    if not isinstance(answer, Members):
        return None, ""
    message = only(answer, "message")
    words = message.strip() if isinstance(message, str) else ""
    given = only(answer, "code")
    if given is not None:
        code = _code(given)
        # A framework's own error page repeats the status as its code; no result code equals one.
        return (None, "") if code == status else (code, words)
    named = BY_NAME.get(message) if isinstance(message, str) else None
    if named is None or (named.code == 0 and status != 200) or named.code == _EXCEPTION:
        return None, ""
    return named.code, words


def _code(value: object) -> int | None:
    """A code given as a number or a numeric string; true and 101.0 are neither."""
    if isinstance(value, str) and _NUMBER.fullmatch(value):
        return int(value)
    return value if type(value) is int and 0 <= value <= _HIGHEST_CODE else None


def _quoted(text: str, key: KeyFilter, values: list[str], *, cut: bool) -> str:
    """The beginning of a page's words, without the key and the lead's values in any common spelling."""
    text = key.starred(text)
    for spelling in sorted({spelling for value in values for spelling in _spellings(value)}, key=len, reverse=True):
        text = text.replace(spelling, "***")
    if cut:
        # Its end may be the beginning of the key or of a value.
        text = text[: -max([key.longest, *(LONGEST_SPELLING * len(value) for value in values)]) or None]
    words = " ".join(_TAG.sub(" ", text).split())
    shown = key.scrub(words, _LONGEST_QUOTE)
    return f"{shown}…" if len(words) > len(shown) == _LONGEST_QUOTE else shown


def _spellings(value: str) -> Iterable[str]:
    if len(value) < _SHORTEST_VALUE:
        return ()
    escaped = html.escape(value)
    return (
        value,
        json.dumps(value)[1:-1],
        quote(value, safe="", errors="replace"),
        quote_plus(value, errors="replace"),
        escaped,
        escaped.replace("&#x27;", "&#39;"),
        escaped.encode("ascii", "xmlcharrefreplace").decode("ascii"),
    )
