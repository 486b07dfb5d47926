"""What the dialer's answers mean. The codes, names and HTTP statuses are those of the vendor's page."""

import gzip
import json
import time
import zlib
from collections.abc import Sequence

import pytest

from leadsync.dialer import responses
from leadsync.dialer.bodies import LONGEST_ANSWER, unpacked
from leadsync.dialer.key import KeyFilter
from leadsync.dialer.responses import read_answer, retry_after
from leadsync.models import Effect, Outcome
from tests.dialer.peer import KEY, pieces_of_the_key

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


def read(status: int, body: object, *, key: str = KEY, values: Sequence[str] = (), **headers: str) -> Outcome:
    content = body if isinstance(body, bytes) else body.encode() if isinstance(body, str) else json.dumps(body).encode()
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    return read_answer(status, given, content, KeyFilter(key), values)


@pytest.mark.parametrize(("code", "name", "http"), DOCUMENTED)
@pytest.mark.parametrize("shape", ["code", "Code", "string", "padded"])
def test_every_documented_code_is_read_in_every_known_form(code: int, name: str, http: int, shape: str) -> None:
    body = {
        "code": {"code": code, "message": name},
        "Code": {"Code": code, "Message": name},
        "string": {"code": str(code), "message": name},
        "padded": {"Code": f" {code} ", "message": name},
    }[shape]
    outcome = read(http, body)
    assert (outcome.effect, outcome.code, outcome.name, outcome.away) == (Effect.ANSWERED, code, name, False)


@pytest.mark.parametrize(("code", "name", "http"), [line for line in DOCUMENTED if line[0] != 103])
def test_a_message_that_is_exactly_a_name_is_its_code(code: int, name: str, http: int) -> None:
    assert (read(http, {"message": name}).code, read(http, {"Message": name}).code) == (code, code)


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (500, {"message": "EXCEPTION"}),
        (400, {"message": "OK"}),
        (500, {"message": "OK"}),
        (400, {"message": "dnc"}),
        (400, {"message": " DNC "}),
        (400, {"message": "Lead 9856: DNC (see log)"}),
        (400, {"message": "DNC or DUPLICATE"}),
        (400, {"message": "104"}),
        (400, {"message": 104}),
        (400, {"code": "DNC"}),
        (400, {"code": "DNC", "message": "DNC"}),
        (400, "DNC"),
        (400, '"DNC"'),
        (400, "104"),
        (200, "0"),
        (200, "ok"),
        (200, "OK"),
        (200, "<html>OK</html>"),
        (200, {"message": "everything is ok"}),
        (200, [{"code": 0}]),
        (200, {"result": {"code": 0}}),
        (500, "UPSTREAM EXCEPTION"),
    ],
)
def test_words_are_no_result_code(status: int, body: object) -> None:
    outcome = read(status, body)
    assert (outcome.effect, outcome.code, outcome.away, outcome.http) == (Effect.IN_DOUBT, None, True, status)


@pytest.mark.parametrize(
    "code",
    [-1, 10_000, 2**63, 1e30, 101.0, 101.5, True, False, "", "-5", "10000", "00101", "1e2", "101.0", "٣", [101], {}],
)
def test_what_is_no_number_of_a_code_is_no_code_whatever_the_message(code: object) -> None:
    assert read(200, {"code": code, "message": "OK"}).effect is Effect.IN_DOUBT


def test_numbers_that_json_does_not_know_are_no_code() -> None:
    assert read(200, '{"code": NaN}').effect is Effect.IN_DOUBT
    assert read(200, '{"code": %s}' % ("1" * 5000)).effect is Effect.IN_DOUBT


def test_no_code_at_all_leaves_it_to_the_name() -> None:
    assert read(200, {"code": None, "message": "OK"}).code == 0


def test_two_codes_that_disagree_are_none() -> None:
    assert read(200, {"code": 0, "Code": 101}).effect is Effect.IN_DOUBT


@pytest.mark.parametrize("code", [118, 142, 9999])
def test_a_code_that_is_not_documented_is_kept_word_for_word(code: int) -> None:
    outcome = read(400, {"code": code, "message": "LEAD_IS_PURPLE"})
    assert (outcome.effect, outcome.code, outcome.message) == (Effect.ANSWERED, code, "LEAD_IS_PURPLE")
    assert read(400, '{"code": 142, "why": "purple"}').message == '{"code": 142, "why": "purple"}'


def test_the_servers_own_words_are_kept() -> None:
    outcome = read(400, {"code": 105, "message": "Lead 77 has 0383218199"}, values=["0383218199"])
    assert outcome.message == "Lead 77 has 0383218199"
    assert read(400, {"code": 105}).message == "Another lead has this phone number."


@pytest.mark.parametrize("status", [200, 400, 500])
def test_the_status_never_decides_on_a_code(status: int) -> None:
    assert [read(status, {"code": code}).code for code in (0, 104, 109, 110)] == [0, 104, 109, 110]


@pytest.mark.parametrize("code", [0, 104, 109, 110])
@pytest.mark.parametrize(
    ("status", "effect"),
    [
        (201, Effect.IN_DOUBT),
        (204, Effect.IN_DOUBT),
        (302, Effect.REFUSED),
        (401, Effect.REFUSED),
        (404, Effect.REFUSED),
        (408, Effect.IN_DOUBT),
        (429, Effect.NOT_PROCESSED),
        (502, Effect.IN_DOUBT),
        (503, Effect.NOT_PROCESSED),
        (504, Effect.IN_DOUBT),
    ],
)
def test_at_any_other_status_a_code_is_no_answer(status: int, effect: Effect, code: int) -> None:
    outcome = read(status, {"code": code, "message": "whatever"})
    assert (outcome.effect, outcome.code) == (effect, None)


def test_a_frameworks_error_body_with_the_status_as_its_code_is_no_result_code() -> None:
    assert read(500, {"code": 500, "message": "Internal Server Error"}).effect is Effect.IN_DOUBT
    assert read(400, {"code": "400", "message": "Bad Request"}).effect is Effect.IN_DOUBT


@pytest.mark.parametrize(
    ("status", "remedy"),
    [
        (301, "put its real address in `url`"),
        (302, "put its real address in `url`"),
        (307, "put its real address in `url`"),
        (401, "check the key"),
        (403, "check the API key's campaigns"),
        (404, "check `url`"),
        (405, "check `url`"),
    ],
)
def test_a_refusal_says_its_status_its_remedy_and_the_pages_words(status: int, remedy: str) -> None:
    outcome = read(status, "<html><b>blocked</b>\n by rule 942100</html>", location="https://elsewhere.example/")
    assert outcome.effect is Effect.REFUSED
    assert outcome.message.startswith(f"HTTP {status}: ")
    assert remedy in outcome.message
    assert outcome.message.endswith("; the answer says: blocked by rule 942100")
    assert "resume" not in outcome.message, "it may be only this row that is refused"
    assert "the answer says" not in read(status, "").message


@pytest.mark.parametrize("status", [429, 503])
def test_a_call_that_was_not_taken_is_not_processed(status: int) -> None:
    outcome = read(status, "<html>busy</html>", retry_after="17")
    assert (outcome.effect, outcome.retry_after, outcome.away) == (Effect.NOT_PROCESSED, 17.0, True)


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, ""),
        (200, "<html><body>Down for maintenance</body></html>"),
        (200, '{"code": 0, "mess'),
        (200, '{"code": 0} {"code": 0}'),
        (200, b"\xff\xfe\x00"),
        (200, "[" * 60_000),
        (200, "{" + '"a":{' * 10_000),
        (400, "Bad Request"),
        (408, ""),
        (500, "java.lang.NullPointerException"),
        (502, "<html>bad gateway</html>"),
        (504, {"code": 504}),
    ],
)
def test_what_cannot_be_read_may_have_been_applied(status: int, body: object) -> None:
    outcome = read(status, body)
    assert (outcome.effect, outcome.code, outcome.away) == (Effect.IN_DOUBT, None, True)


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b'\xef\xbb\xbf{"code": 105, "message": "Zo\xc3\xab"}', "application/json"),
        (b'{"code": 105, "message": "Zo\xc3\xab"}', "application/json; charset=UTF-8"),
        (b'{"code": 105, "message": "Zo\xeb"}', 'application/json; charset="ISO-8859-1"'),
        ('{"code": 105, "message": "Zoë"}'.encode("utf-16"), "application/json; charset=utf-16"),
        (b'{"code": 105, "message": "Zo\xc3\xab"}', "application/json; charset=no-such"),
    ],
)
def test_a_mark_of_order_and_a_charset_are_understood(body: bytes, content_type: str) -> None:
    outcome = read(400, body, content_type=content_type)
    assert (outcome.code, outcome.message) == (105, "Zoë")


def test_packed_answers_are_unpacked() -> None:
    body = b'{"code": 0}'
    raw = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    assert unpacked("", body) == unpacked("identity", body) == body
    assert unpacked("gzip", gzip.compress(body)) == unpacked(" GZIP ", gzip.compress(body)) == body
    assert unpacked("deflate", zlib.compress(body)) == unpacked("deflate", raw.compress(body) + raw.flush()) == body


def test_what_cannot_be_unpacked_is_no_answer() -> None:
    packed = gzip.compress(b'{"code": 0}')
    for content in (unpacked("gzip", packed[:-9]), unpacked("gzip", b'{"code": 0}'), unpacked("br", b'{"code": 0}')):
        assert read(200, content).message == "HTTP 200: no result code in the answer: it cannot be unpacked"


def test_unpacking_is_bounded() -> None:
    bomb = gzip.compress(b'{"code": 0}' + b" " * 20_000_000)
    plain = unpacked("gzip", bomb)
    assert len(plain) == LONGEST_ANSWER + 1
    assert read(200, plain).effect is Effect.IN_DOUBT, "more than any answer of the dialer has"


def test_a_body_that_was_cut_is_no_answer() -> None:
    assert read(200, b'{"code": 0}'.ljust(LONGEST_ANSWER)).code == 0
    assert read(200, b'{"code": 0}'.ljust(LONGEST_ANSWER + 1)).code is None


@pytest.mark.parametrize("piece", ["<", "<a", "&#", "%25", "\\", "apiKey=", KEY[:-1], '{"a":', "a "])
def test_the_longest_page_takes_little_work(piece: str) -> None:
    page = (piece * LONGEST_ANSWER)[:LONGEST_ANSWER]
    began = time.process_time()
    read(500, page, values=["Jane Smith", "0383218199"])
    assert time.process_time() - began < 0.5, "quadratic work takes several seconds"


@pytest.mark.parametrize("cut", [120, 500])
def test_the_key_is_never_shown_wherever_a_text_is_cut(cut: int) -> None:
    for at in range(cut - len(KEY) - 1, cut + 1):
        page = "x" * at + KEY + " and more" * 80
        for outcome in (read(500, page), read(403, page), read(400, {"code": 142, "message": page})):
            assert not pieces_of_the_key(outcome.message, shortest=4), (at, outcome.message)


@pytest.mark.parametrize("spelled", [KEY, "".join(f"&#{ord(character)};" for character in KEY)])
def test_the_key_is_never_shown_wherever_the_body_is_cut(monkeypatch: pytest.MonkeyPatch, spelled: str) -> None:
    monkeypatch.setattr(responses, "LONGEST_ANSWER", 4096)
    for shown in range(len(spelled)):
        page = "<p>".ljust(4096 - shown) + spelled + " and more"
        assert read(500, page).message == "HTTP 500: no result code in the answer: it is too long", shown


def test_a_leads_value_is_never_shown_where_the_body_is_cut() -> None:
    page = "<p>".ljust(LONGEST_ANSWER - 9) + "0383218199"
    assert read(500, page, key="", values=["0383218199"]).message.endswith("it is too long")


def test_a_result_code_that_looks_like_the_key_is_read() -> None:
    outcome = read(400, {"code": 109, "message": "109 is your key"}, key="109")
    assert (outcome.code, outcome.message) == (109, "*** is your key")
    assert read(503, "", key="503").message == "HTTP 503: the dialer did not take the call"


LEAD = ["Jane O'Brien", "Zoë & Söhne", "0383218199", "Vi", "<No Change>"]


@pytest.mark.parametrize("status", [200, 403, 500])
@pytest.mark.parametrize(
    "echo",
    [
        "Jane O'Brien Zoë & Söhne 0383218199",
        "Jane O&#x27;Brien Zoë &amp; Söhne 0383218199",
        "Jane O&#39;Brien Zo&#235; &amp; S&#246;hne 0383218199",
        '{"a": "Jane O\'Brien", "b": "Zo\\u00eb & S\\u00f6hne", "c": "0383218199"}',
        "?a=Jane+O%27Brien&b=Zo%C3%AB+%26+S%C3%B6hne&c=0383218199",
        "?a=Jane%20O%27Brien&b=Zo%C3%AB%20%26%20S%C3%B6hne&c=0383218199",
    ],
)
def test_a_page_that_repeats_what_was_sent_is_quoted_without_it(status: int, echo: str) -> None:
    for at in range(0, 120, 7):
        message = read(status, "x" * at + " " + echo + " Vi", values=LEAD).message
        assert not [part for part in ("Jan", "Brie", "Zo", "hne", "038") if part in message], message
    assert read(status, echo + " Vi", values=LEAD).message.endswith(" Vi"), "so short a value stands in many a word"


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120.0),
        ("0.5", 0.5),
        ("600", 600.0),
        ("601", 600.0),
        ("3600", 600.0),
        ("1e300", 600.0),
        ("inf", 600.0),
        ("0", None),
        ("-5", None),
        ("-inf", None),
        ("nan", None),
        ("Wed, 21 Oct 2015 07:28:00 GMT", None),
        ("Wed, 21 Oct 9999 07:28:00 GMT", 600.0),
        ("Wed, 21 Oct 2015 07:28:00 +99999999999999999999", None),
        ("Wed, 21 Oct 20150 07:28:00 GMT", None),
        ("soon", None),
        ("", None),
    ],
)
def test_retry_after_is_seconds_or_a_date_within_ten_minutes(value: str, seconds: float | None) -> None:
    assert retry_after(value) == seconds


@pytest.mark.parametrize(
    "body",
    [
        b'{"code": 101, "code": 0}',
        b'{"code": 0, "Code": 0}',
        b'{"message": "DNC", "message": "OK"}',
    ],
)
def test_a_code_that_stands_twice_is_none(body: bytes) -> None:
    outcome = read(200, body.decode())
    assert (outcome.effect, outcome.code) == (Effect.IN_DOUBT, None)
