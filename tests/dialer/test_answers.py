"""What the dialer's answers mean. The codes, names and HTTP statuses are those of the vendor's page."""

import json

import pytest

from leadsync.dialer.answers import read_answer, retry_after
from leadsync.models import Effect, Outcome

DOCUMENTED = [
    (0, "OK", 200),
    (101, "COULDNT_FIND_THE_LEAD", 400),
    (102, "NO_PHONE_FIELDS", 400),
    (103, "EXCEPTION", 500),
    (104, "DNC", 400),
    (105, "DUPLICATE", 400),
    (106, "INVALID_DISPOSTION", 400),
    (107, "DISPOSTION_ISNT_SET_AND_NOCHANGE_SPECIFIED", 400),
    (108, "IMPORT_BUT_NOCHANGE_SPECIFIED", 400),
    (109, "TIMEOUT_TOO_MANY_CONCURRENT_REQUESTS", 400),
    (110, "LEAD_NOT_UPDATED_DUE_TO_CONFLICT", 400),
    (111, "INVALID_TIMEZONE_SPECIFIED", 400),
    (112, "DUPLICATE_EXTERNAL_ID", 400),
    (113, "EDIT_BUT_NO_EXTERNAL_ID_SUPPLIED", 400),
    (114, "INVALID_CALLBACK_DATE_FORMAT", 400),
    (115, "ALLOCATIN_ID_REQUIRED", 400),
    (116, "TEMPLATE_ID_REQUIRED", 400),
    (117, "CAMPAIGN_ID_REQUIRED", 400),
]


def read(status: int, body: object, **headers: str) -> Outcome:
    content = body if isinstance(body, bytes) else body.encode() if isinstance(body, str) else json.dumps(body).encode()
    return read_answer(status, headers, content)


@pytest.mark.parametrize(("code", "name", "http"), DOCUMENTED)
@pytest.mark.parametrize("shape", ["code", "Code", "string", "name", "bare name", "name in a sentence"])
def test_every_documented_code_is_read_in_every_known_form(code: int, name: str, http: int, shape: str) -> None:
    body = {
        "code": {"code": code, "message": name},
        "Code": {"Code": code, "Message": name},
        "string": {"code": f" {code} ", "message": name},
        "name": {"message": name.lower()},
        "bare name": name,
        "name in a sentence": {"message": f"Lead 9856: {name} (see log)"} if code else {"message": name},
    }[shape]
    outcome = read(http, body)
    assert (outcome.effect, outcome.code, outcome.name) == (Effect.ANSWERED, code, name)


def test_the_servers_own_words_are_kept() -> None:
    outcome = read(400, {"code": 105, "message": "Lead 77 has 0383218199"})
    assert outcome.message == "Lead 77 has 0383218199"


def test_the_code_decides_whatever_the_status() -> None:
    assert read(404, {"code": 101, "message": "no such lead"}).code == 101
    assert read(500, {"code": 0, "message": "OK"}).code == 0


def test_a_code_that_is_not_documented_is_kept_word_for_word() -> None:
    outcome = read(400, {"code": 142, "message": "LEAD_IS_PURPLE"})
    assert (outcome.effect, outcome.code, outcome.message) == (Effect.ANSWERED, 142, "LEAD_IS_PURPLE")


@pytest.mark.parametrize("status", [301, 302, 307, 401, 403, 404, 405])
def test_wrong_key_wrong_address_and_redirects_settle_the_run(status: int) -> None:
    outcome = read(status, "<html>no</html>", location="https://elsewhere.example/")
    assert outcome.effect is Effect.REFUSED
    assert str(status) in outcome.message


def test_a_frameworks_error_body_with_the_status_as_its_code_is_no_result_code() -> None:
    assert read(401, {"code": 401, "message": "Unauthorized"}).effect is Effect.REFUSED
    assert read(500, {"code": 500, "message": "Internal Server Error"}).effect is Effect.IN_DOUBT


@pytest.mark.parametrize("status", [429, 503])
def test_a_call_that_was_not_taken_is_not_processed(status: int) -> None:
    outcome = read(status, "<html>busy</html>", **{"retry-after": "17"})
    assert (outcome.effect, outcome.retry_after, outcome.away) == (Effect.NOT_PROCESSED, 17.0, True)


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, ""),
        (200, "<html><body>Down for maintenance</body></html>"),
        (200, "<html>OK</html>"),
        (200, '{"code": 0, "mess'),
        (200, {"code": None}),
        (200, {"code": True}),
        (200, {"message": "everything is ok"}),
        (200, b"\xff\xfe\x00"),
        (200, "[" * 100_000),
        (400, "Bad Request"),
        (408, ""),
        (500, "java.lang.NullPointerException"),
        (500, {"message": "An exception occurred"}),
        (502, "<html>bad gateway</html>"),
        (504, {"code": 504}),
    ],
)
def test_what_cannot_be_read_may_have_been_applied(status: int, body: object) -> None:
    outcome = read(status, body)
    assert (outcome.effect, outcome.code, outcome.away) == (Effect.IN_DOUBT, None, True)


def test_two_names_in_one_message_are_no_answer() -> None:
    assert read(400, {"message": "DNC or DUPLICATE"}).effect is Effect.IN_DOUBT


def test_retry_after_is_seconds_or_a_date() -> None:
    assert retry_after("120") == 120.0
    assert retry_after("-5") == 0.0
    assert retry_after("Wed, 21 Oct 2015 07:28:00 GMT") == 0.0
    assert retry_after("soon") is None
    assert retry_after("inf") is None
    assert retry_after("") is None
