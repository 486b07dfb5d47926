"""The words the dialer answers in: a result code as HTTP status and JSON, in each of the forms met."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from leadsync.result_codes import RESULT_CODES

HTML_PAGE = (
    b"<!DOCTYPE html>\n<html><head><title>Noojee</title></head><body><h1>Please try again later</h1></body></html>\n"
)


class AnswerShape(StrEnum):
    """How a result code is written. The Fast calls' exact form is not documented, so all of these are possible."""

    CODE = "code"
    """`{"code": 0, "message": "OK"}`, as the older insert call is documented."""
    CAPITAL = "Code"
    """`{"Code": 0, "Message": "OK"}`, as the telephony calls answer."""
    TEXT = "text"
    """`{"code": "0", "message": "OK"}`: the code as a numeric string."""
    NAME = "name"
    """`{"message": "OK"}`: the message's name alone."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One HTTP answer."""

    status: int
    body: bytes
    content_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def beginning(self) -> bytes:
        """A piece of the body, too short for the result code."""
        return self.body[: len(self.body) // 4]


def as_json(status: int, value: object) -> Answer:
    """An answer with a JSON body."""
    return Answer(status, json.dumps(value, ensure_ascii=False).encode())


def code_answer(code: int, shape: AnswerShape, message: str = "") -> Answer:
    """A result code in its documented HTTP status (400 for an unknown code) and the given shape."""
    known = RESULT_CODES.get(code)
    text = message or (known.name if known else "")
    # 400: documented refusals have it.
    status = known.http if known else 400
    if shape is AnswerShape.CAPITAL:
        return as_json(status, {"Code": code, "Message": text})
    if shape is AnswerShape.NAME:
        return as_json(status, {"message": text})
    return as_json(status, {"code": str(code) if shape is AnswerShape.TEXT else code, "message": text})
