"""Read the dialer's answers: from HTTP status, headers and body to an Outcome. Pure.

The body decides wherever it holds a result code; the HTTP status alone never does, because 109 (send again), 110
(never send again blindly) and 104 (final) all come as HTTP 400. What the documentation leaves open, the spelling of
the code's name and whether it is a number, is read in every form the vendor's servers are known to write.
"""

import json
import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from leadsync.models import Effect, Outcome
from leadsync.result_codes import BY_NAME, RESULT_CODES

_SETTLES_THE_RUN = {
    401: "the API key was refused; check the key, then `leadsync resume`",
    403: (
        "access was refused; check that the API key may use this campaign and that this machine's address is on the "
        "dialer's whitelist, then `leadsync resume`"
    ),
    404: "nothing answers at this address; check `url` in the settings, then `leadsync resume`",
    405: "this address does not take lead updates; check `url` in the settings, then `leadsync resume`",
}
_REDIRECT = "the dialer redirects to another address, which is never followed; put its real address in `url`"
_NOT_PROCESSED = frozenset({429, 503})
_PASSING_STATUSES = frozenset({408, 429, 502, 503, 504})
"""Statuses of a server or proxy that could not do its work: only a code of the table counts beside them."""

_WORD = re.compile(r"[A-Z][A-Z_]+")
_LONGEST_MESSAGE = 500


def read_answer(status: int, headers: Mapping[str, str], body: bytes) -> Outcome:
    """What an answer that arrived whole says of the lead.

    `headers` is looked up in lower case. The rules are those of the result code table and of the paragraph behind it
    on answers that are not in the table; whatever fits none of them counts as maybe applied.
    """
    text = body.decode("utf-8", errors="replace").strip()
    code, name, message = _code_in(text)
    if code in RESULT_CODES:
        entry = RESULT_CODES[code]
        return Outcome(Effect.ANSWERED, code, entry.name, message or entry.meaning, status)
    if 300 <= status < 400:
        return Outcome(Effect.REFUSED, message=_sentence(status, _REDIRECT), http=status)
    if status in _SETTLES_THE_RUN:
        return Outcome(Effect.REFUSED, message=_sentence(status, _SETTLES_THE_RUN[status]), http=status)
    if code is not None and code != status and status not in _PASSING_STATUSES:
        return Outcome(Effect.ANSWERED, code, name, message, status)
    if status in _NOT_PROCESSED:
        said = _sentence(status, "the dialer did not take the call")
        wait = retry_after(headers.get("retry-after", ""))
        return Outcome(Effect.NOT_PROCESSED, message=said, http=status, retry_after=wait, away=True)
    said = _sentence(status, f"no result code in the answer: {_excerpt(text)}")
    wait = retry_after(headers.get("retry-after", ""))
    return Outcome(Effect.IN_DOUBT, message=said, http=status, retry_after=wait, away=True)


def retry_after(value: str) -> float | None:
    """The seconds a `Retry-After` header asks for, given as seconds or as an HTTP date; None where it says nothing."""
    try:
        seconds = float(value)
    except ValueError:
        try:
            moment = parsedate_to_datetime(value)
        except ValueError:
            return None
        seconds = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() - datetime.now(UTC).timestamp()
    return max(0.0, seconds) if math.isfinite(seconds) else None


def _code_in(text: str) -> tuple[int | None, str, str]:
    """The result code, the name and the message of an answer's text; None and empty for what is not there."""
    try:
        answer = json.loads(text)
    except (ValueError, RecursionError):
        return (None, "", "") if text.startswith("<") else _from_message(text)
    if isinstance(answer, dict):
        return _from_object(answer)
    if isinstance(answer, str):
        return _from_message(answer)
    return _number(answer), "", ""


def _from_object(answer: dict[str, Any]) -> tuple[int | None, str, str]:
    lowered = {key.lower(): value for key, value in answer.items()}
    raw_message = lowered.get("message")
    message = raw_message.strip()[:_LONGEST_MESSAGE] if isinstance(raw_message, str) else ""
    code = _number(lowered.get("code"))
    if code is not None:
        return code, "", message
    if isinstance(lowered.get("code"), str):
        named, name, _ = _from_message(lowered["code"])
        if named is not None:
            return named, name, message
    return _from_message(message)


def _from_message(text: str) -> tuple[int | None, str, str]:
    """Recognise a code by its name in a message.

    A message that is nothing but a name counts in any letter case. Inside a longer message only the server's own
    spelling in capitals counts, and never OK: words such as "exception" or "ok" stand in many a sentence.
    """
    text = text[:_LONGEST_MESSAGE]
    whole = BY_NAME.get(text.strip().upper())
    if whole is not None:
        return whole.code, whole.name, text
    number = _number(text)
    if number is not None:
        return number, "", ""
    named = {word for word in _WORD.findall(text) if word in BY_NAME and word != "OK"}
    if len(named) == 1:
        entry = BY_NAME[named.pop()]
        return entry.code, entry.name, text
    return None, "", text


def _number(value: object) -> int | None:
    """A code given as a number or a numeric string."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    if isinstance(value, float):
        return int(value) if value.is_integer() else None
    if isinstance(value, str) and re.fullmatch(r"\s*-?\d{1,9}\s*", value, re.ASCII):
        return int(value)
    return None


def _sentence(status: int, words: str) -> str:
    return f"HTTP {status}: {words}"


def _excerpt(text: str) -> str:
    words = " ".join(re.sub(r"<[^>]*>", " ", text).split())
    return (words[:120] + "…" if len(words) > 120 else words) or "it is empty"
