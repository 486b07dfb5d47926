"""The words of an answer, in each shape met."""

import json

import pytest

from leadsync.simulator import AnswerShape
from leadsync.simulator.answers import code_answer
from tests.simulator.conftest import Site


@pytest.mark.parametrize(
    ("shape", "text"),
    [
        ("code", '{"code": 0, "message": "OK"}'),
        ("Code", '{"Code": 0, "Message": "OK"}'),
        ("text", '{"code": "0", "message": "OK"}'),
        ("name", '{"message": "OK"}'),
    ],
)
def test_answer_takes_each_shape_met(site: Site, shape: str, text: str) -> None:
    site.dialer.answer_shape = AnswerShape(shape)
    assert json.loads(site.post().text) == json.loads(text)


def test_a_code_has_its_documented_status_and_an_unknown_one_400() -> None:
    assert (code_answer(0, AnswerShape.CODE).status, code_answer(103, AnswerShape.CODE).status) == (200, 500)
    unknown = code_answer(999, AnswerShape.CODE, "strange")
    assert (unknown.status, json.loads(unknown.body)) == (400, {"code": 999, "message": "strange"})


def test_the_beginning_of_an_answer_has_no_code() -> None:
    assert b"0" not in code_answer(0, AnswerShape.CODE).beginning
